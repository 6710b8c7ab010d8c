"""The log: one JSON line, a closed list of fields."""

import json
import logging
import sys

import pytest

from bot.runtime import journal


def test_a_line_has_a_constant_name_and_known_fields() -> None:
    record = logging.LogRecord("bot.x", logging.INFO, "f", 1, "post_sent", None, None)
    record.posts = 3
    record.secret = "123:token"  # noqa: S105  # planted: it must not come out
    line = json.loads(journal.Lines().format(record))
    assert (line["event"], line["posts"]) == ("post_sent", 3)
    assert "token" not in json.dumps(line)


def test_a_trace_is_one_string() -> None:
    try:
        _ = 1 // 0
    except ZeroDivisionError:
        record = logging.LogRecord("b", 40, "f", 1, "batch_failed", None, sys.exc_info())
    assert "ZeroDivisionError" in json.loads(journal.Lines().format(record))["trace"]


def test_the_log_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.root.handlers[:]
    try:
        journal.write("INFO")
        logging.getLogger("bot.y").info("hello")
        assert json.loads(capsys.readouterr().err)["event"] == "hello"
    finally:
        logging.root.handlers[:] = before
