"""The log: one JSON line an event, a constant name and fields from a closed list.

Rule 1: never text that a person typed, never a token, no platform id.
"""

import json
import logging

FIELDS = (
    "platform",
    "events",
    "kind",
    "fired",
    "posts",
    "seconds",
    "state",
    "address",
    "since",
    "fault",
    "faults",
)
"""Fields that a line may carry; ``address`` is that of our own server."""


class Lines(logging.Formatter):
    """Writes a record as one JSON line; a trace is one string in it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of *record*."""
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def write(level: str) -> None:
    """Send the log of every room to standard error, from *level* on."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
