"""Platform ids at rest: a keyed fingerprint to find an address, and a sealed copy to write to it.

Rule 1: the plain id is never written; whoever holds the database without the key holds nobody.
Rule 2: the key lies in a file of its own, readable by its owner alone, and is never replaced.
"""

import hmac
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import URL

from bot.core.events import Address
from bot.ports import Unfit
from bot.store.sqlite import in_memory

KEY_BYTES = 32
"""Length of each half of the key, in bytes: SHA-256's block of output, AES-256's key."""

NONCE_BYTES = 12
"""Length of a nonce of AES-GCM, in bytes.  Source: NIST SP 800-38D, 8.2."""

FINGERPRINTS = 4096
"""Fingerprints kept in memory, about 300 bytes each with their addresses."""

PRIVATE = 0o600
"""Mode of a file that holds what others may not read."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyFault(Unfit):
    """The key cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Key:
    """Two secrets of ``KEY_BYTES`` each: one to look up, one to seal."""

    lookup: bytes = field(repr=False)
    seal: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a key of another length."""
        if len(self.lookup) != KEY_BYTES or len(self.seal) != KEY_BYTES:
            raise KeyFault(f"a key has two halves of {KEY_BYTES} bytes")


def new_key() -> Key:
    """Return a random key that is written nowhere."""
    return Key(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))


def make_key(path: Path) -> Key:
    """Write a new key to *path*, whole or not at all, and return it.

    Raises:
        KeyFault: there is a file already; it is left as it is.
    """
    key = new_key()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    draft.touch(mode=PRIVATE, exist_ok=False)
    try:
        draft.write_text(f"{key.lookup.hex()}\n{key.seal.hex()}\n", encoding="ascii")
        # A link, unlike a renaming, never replaces what another process made meanwhile.
        path.hardlink_to(draft)
    except FileExistsError as error:
        raise KeyFault(
            f"{path}: there is a key already; remove it only if nothing was sealed with it"
        ) from error
    finally:
        draft.unlink()
    return key


def load_key(path: Path) -> Key:
    """Return the key written at *path*.

    Raises:
        KeyFault: the file is missing, malformed, or open to others than its owner.
    """
    try:
        mode = path.stat().st_mode
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError as error:
        raise KeyFault(
            f"{path}: the key file is missing; put it back, or set WARY_KEY_FILE"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFault(
            f"{path}: the key file cannot be read; check its owner and put back a good copy"
        ) from error
    if mode & _OTHERS:
        raise KeyFault(f"{path}: the key file is open to others; run: chmod 600 {path}")
    with suppress(ValueError, KeyFault):
        lookup, seal = (bytes.fromhex(line) for line in lines)
        return Key(lookup, seal)
    raise KeyFault(f"{path}: the key file is malformed; put back a good copy")


def key_of(url: URL, file: Path | None, key: Key | Path | None, *, new: bool = True) -> Key:
    """Return the key of a database; with *new* one is made for a file that is not there yet.

    Raises:
        KeyFault: there is none that can be used.
    """
    if isinstance(key, Key):
        return key
    if file is None:
        if key is not None:
            return load_key(key)
        if in_memory(url):
            return new_key()
        raise KeyFault("PostgreSQL needs a key file; set WARY_KEY_FILE, then run: wary db key")
    beside = key or file.with_name(f"{file.name}.key")
    if new and not beside.exists() and not file.exists():
        # Two processes may start at once: whoever comes second takes the first one's key.
        with suppress(KeyFault):
            return make_key(beside)
    return load_key(beside)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An address as it is stored: ``number`` is the row's id, taken from the ``lookup``."""

    number: int
    lookup: bytes
    sealed: bytes


class Seal:
    """Finds and hides addresses with one key."""

    def __init__(self, key: Key) -> None:
        self._lookup = key.lookup
        self._cipher = AESGCM(key.seal)
        # Whoever is due is opened, and looked up again in the next transaction.
        self._fingerprint = lru_cache(maxsize=FINGERPRINTS)(self._made)

    def lookup(self, address: Address) -> bytes:
        """Return the fingerprint of *address*, 32 bytes, the same for ever."""
        return self._fingerprint(address)

    def _made(self, address: Address) -> bytes:
        return hmac.digest(self._lookup, f"{address.platform}:{address.id}".encode(), "sha256")

    def number(self, address: Address) -> int:
        """Return the id of the row of *address*: 63 bits of its fingerprint.

        Ten million addresses share one with a chance of 5 in a million; the unique key then
        refuses the newcomer and mixes nobody up.
        """
        return number_of(self.lookup(address))

    def digest(self, purpose: str, text: str) -> bytes:
        """Return what only this key makes of *text*, 32 bytes, another for each *purpose*.

        No platform has a space in its name, so it never is the fingerprint of an address.
        """
        words = f"for {purpose}:{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._lookup, words, "sha256")

    def hide(self, purpose: str, secret: bytes) -> bytes:
        """Return *secret* as it is stored: opens with this key, and for this *purpose* alone."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, self.digest("hiding", purpose))

    def reveal(self, purpose: str, hidden: bytes) -> bytes:
        """Return what was hidden for *purpose*.

        Raises:
            KeyFault: it was hidden with another key, for something else, or changed since.
        """
        nonce, body = hidden[:NONCE_BYTES], hidden[NONCE_BYTES:]
        with suppress(InvalidTag):
            return self._cipher.decrypt(nonce, body, self.digest("hiding", purpose))
        raise KeyFault("a secret does not open with this key; put back the key of this database")

    def close(self, address: Address) -> Sealed:
        """Return *address* as it is stored; each time with another nonce."""
        lookup = self.lookup(address)
        nonce = secrets.token_bytes(NONCE_BYTES)
        # The fingerprint is sealed in, so that one row's seal does not open in another row.
        sealed = nonce + self._cipher.encrypt(nonce, address.id.encode(), lookup)
        return Sealed(number_of(lookup), lookup, sealed)

    def open(self, platform: str, lookup: bytes, sealed: bytes) -> Address:
        """Return the address that was stored.

        Raises:
            KeyFault: the row was sealed with another key, or changed since.
        """
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        with suppress(InvalidTag):
            address = Address(platform, self._cipher.decrypt(nonce, body, lookup).decode())
            # The other half of the key must fit as well, or every learner is a stranger.
            if self.lookup(address) == lookup:
                return address
        raise KeyFault("an address does not open with this key; put back the key of this database")


def number_of(lookup: bytes) -> int:
    """Return the id of the row of the address whose fingerprint is *lookup*."""
    return int.from_bytes(lookup[:8], "big") >> 1
