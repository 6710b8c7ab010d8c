"""What a finding says in one line."""

from bot.core.finding import Finding


def test_a_finding_says_what_to_do_where_there_is_something() -> None:
    assert str(Finding("disk", "ok", "half empty")) == "ok    disk: half empty"
    said = str(Finding("disk", "fail", "full", "make room"))
    assert said == "fail  disk: full; make room"
