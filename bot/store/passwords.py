"""What proves who signs in to the console: passwords as Argon2id, and codes of a second factor.

Rule 1: a password is never kept, told or logged; what is stored cannot be turned back.
Rule 2: to find out that an address has no account takes as long as a wrong password.
"""

import base64
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.store.tables import EPOCH

MEMORY_KIB: Final = 19_456
PASSES: Final = 2
LANES: Final = 1
"""Cost of one password.  Source: OWASP, Password Storage Cheat Sheet, Argon2id."""

SALT_BYTES: Final = 16
HASH_BYTES: Final = 32

SECRET_BYTES: Final = 20
"""Length of the secret of a second factor, in bytes.  Source: RFC 4226, section 4, R6."""

PERIOD: Final = timedelta(seconds=30)
"""How long one code stands.  Source: RFC 6238, section 4.1."""

DIGITS: Final = 6
"""Length of a code: what every authenticator app shows."""

DRIFT: Final = 1
"""Codes before and after the present one that are taken.  Source: RFC 6238, section 5.2."""


def hashed(password: str) -> str:
    """Return what is kept of *password*, in the PHC form; each time with another salt."""
    salt = secrets.token_bytes(SALT_BYTES)
    return _argon2id(salt).derive_phc_encoded(_bytes(password))


def matches(password: str, kept: str | None) -> bool:
    """Return whether *password* is the one of which *kept* was kept; None: of nobody."""
    try:
        Argon2id.verify_phc_encoded(_bytes(password), kept or _nobody_s())
    except InvalidKey:
        return False
    return kept is not None


def _argon2id(salt: bytes) -> Argon2id:
    return Argon2id(
        salt=salt, length=HASH_BYTES, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB
    )


@cache
def _nobody_s() -> str:
    return hashed(secrets.token_hex(SALT_BYTES))


def _bytes(password: str) -> bytes:
    # Keyboards write one letter in two ways; surrogates come out of broken forms.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def code(secret: bytes, step: int) -> str:
    """Return the code number *step* of *secret*.  Source: RFC 4226, section 5.3."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0xF
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_at(now: datetime) -> int:
    """Return the number of the code that stands *now*.  Source: RFC 6238, section 4.2."""
    return (now - EPOCH) // PERIOD


def accepted(secret: bytes, typed: str, now: datetime, after: int) -> int | None:
    """Return the number of the code that was *typed*, None where it is none of *secret*.

    *after*: the number of the newest one that was used; it and those before are used up.
    """
    bare = "".join(typed.split())
    here = step_at(now)
    for step in range(max(here - DRIFT, after + 1), here + DRIFT + 1):
        if hmac.compare_digest(code(secret, step).encode(), bare.encode("utf-8", "replace")):
            return step
    return None


def spelled(secret: bytes) -> str:
    """Return *secret* as an authenticator app takes it by hand."""
    return base64.b32encode(secret).decode("ascii")
