"""Countries offered by language: read strictly, every fault with its place and remedy."""

from pathlib import Path

import pytest

from bot.content.offers import read_offers

GOOD = "schema: countries/1\noffers:\n  en: [gb, in]\n  ar: [eg]\n"


def told(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "countries.yaml"
    file.write_text(text)
    return [str(fault).split("/", 1)[1] for fault in read_offers(file)[1]]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "countries.yaml"
    file.write_text(GOOD)
    assert read_offers(file) == ({"en": ("gb", "in"), "ar": ("eg",)}, ())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            GOOD.replace("gb", "xx"),
            "countries.yaml:3 offers.en: 'xx' is no country; write two lower-case letters",
        ),
        (
            GOOD.replace("[eg]", "eg"),
            "countries.yaml:4 offers.ar: not a list; write the codes as in [fr, ca]",
        ),
        (
            GOOD.replace("gb", "[gb]"),
            "countries.yaml:3 offers.en: '' is no country; write two lower-case letters",
        ),
        (
            GOOD.replace("gb", '"g\\u200bb\\n\\n' + "x" * 50 + '"'),
            (
                f"countries.yaml:3 offers.en: 'g\\u200bb {'x' * 30}…' is no country;"
                " write two lower-case letters"
            ),
        ),
        (
            "schema: countries/2\noffers: {}\n",
            (
                "countries.yaml:1: not a list of countries; write 'schema: countries/1' and "
                "'offers:' with a list for each language"
            ),
        ),
    ],
)
def test_a_fault_has_its_place_and_remedy(tmp_path: Path, text: str, fault: str) -> None:
    assert told(tmp_path, text) == [fault]


def test_a_file_that_is_no_yaml_or_not_there_is_told(tmp_path: Path) -> None:
    assert len(told(tmp_path, "a: [")) == 1
    offers, faults = read_offers(tmp_path / "none.yaml")
    assert offers == {}
    assert "cannot be opened" in str(faults[0])
