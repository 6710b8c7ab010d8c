"""The seal of a native reader: a date, and a hash of every word that was read."""

import re
from hashlib import blake2b

from bot.i18n.pofile import PoFile

REVIEW = "X-Native-Review"
"""Header field: ``false``, or a date and the seal of the file on that day (content.md, 4.6)."""

_SIGNED = re.compile(r"\d{4}-\d{2}-\d{2} ([0-9a-f]{16})")


def seal(po: PoFile) -> str:
    """Return 16 hexadecimal digits that change with any key or any translated word of *po*."""
    digest = blake2b(digest_size=8)
    for entry in sorted(po.entries, key=lambda one: one.key):
        for part in (entry.key, *entry.forms):
            digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def reviewed(po: PoFile) -> bool:
    """Return whether a native reader has read *po* just as it is now."""
    found = _SIGNED.fullmatch(po.header.get(REVIEW, ""))
    return found is not None and found[1] == seal(po)
