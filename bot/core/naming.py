"""How names and addresses of the console's people are written, before anything is done by them."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 80
"""Most characters of a name."""

LONGEST_ADDRESS: Final = 254
"""Most characters of an e-mail address.  Source: RFC 5321, 4.5.3.1.3."""

_ADDRESS: Final = re.compile(r"[\w.+'-]+@[\w-]+(\.[\w-]+)+")


def address(typed: str) -> str:
    """Return the e-mail address that was *typed*, as it is compared.

    Raises:
        ValueError: it is none.
    """
    bare = unicodedata.normalize("NFC", typed).strip().casefold()
    if len(bare) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(bare):
        raise ValueError(
            f"'{typed[:40]}' is no e-mail address; write one such as name@example.org"
        )
    return bare


def label(typed: str) -> str:
    """Return the name that was *typed*, on one line and without what cannot be seen."""
    visible = "".join(" " if _hidden(one) else one for one in typed)
    return " ".join(unicodedata.normalize("NFC", visible).split())[:LONGEST].strip()


def _hidden(one: str) -> bool:
    return unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
