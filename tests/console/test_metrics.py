"""The page of figures: what Prometheus reads, and nothing that was not measured."""

import httpx
import pytest

from bot.console import metrics


def test_figures_of_one_name_stand_together_under_their_kind_and_meaning() -> None:
    told = metrics.exposed(
        [
            ("posts", {"state": "sent", "lane": "alert"}, 3),
            ("intake_depth", {}, 0),
            ("posts", {"state": "gone", "lane": "lesson"}, 1),
            ("send_latency_s_sum", {"platform": "web"}, 0.25),
            ("send_latency_s_count", {"platform": "web"}, 2),
        ]
    )
    assert told.splitlines() == [
        "# HELP posts Posts in the ledger, by state and lane.",
        "# TYPE posts gauge",
        'posts{state="sent",lane="alert"} 3',
        'posts{state="gone",lane="lesson"} 1',
        "# HELP intake_depth Events that wait for their turn.",
        "# TYPE intake_depth gauge",
        "intake_depth 0",
        "# HELP send_latency_s Seconds that posts were on their way.",
        "# TYPE send_latency_s summary",
        'send_latency_s_sum{platform="web"} 0.25',
        'send_latency_s_count{platform="web"} 2',
    ]


def test_what_a_label_says_cannot_break_its_line() -> None:
    told = metrics.exposed([("content_version", {"version": 'a"b\\c\nd'}, 1)])
    assert told.splitlines()[-1] == r'content_version{version="a\"b\\c\nd"} 1'


def test_a_figure_without_a_meaning_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        metrics.exposed([("invented", {}, 1)])


async def test_the_page_answers_one_path() -> None:
    async def measure() -> list[metrics.Figure]:
        return [("dead_letter", {}, 0)]

    transport = httpx.ASGITransport(app=metrics.page(measure))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        told = await client.get("/metrics")
        assert (told.status_code, told.text.splitlines()[-1]) == (200, "dead_letter 0")
        assert told.headers["content-type"] == metrics.TEXT
        assert (await client.get("/")).status_code == 404
