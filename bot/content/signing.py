"""Signed packs: a manifest of every file with its SHA-256, and an Ed25519 signature of it.

Rule 1: the signature is looked at before the manifest is understood.
Rule 2: every file that Wary could read is listed; only names that begin with a dot are not, which
it never opens.
Rule 3: a signature says who made a pack, not which version is newest: an older one of the same
hand is as good.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_IRWXG, S_IRWXO, S_ISDIR, S_ISREG
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bot.content.strict import visible
from bot.core.source import Fault

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
SCHEMA = "manifest/1"
PURPOSE = b"wary-pack/1\n"
"""What is signed begins with it, so that no other signature of the same key fits."""

ENTRIES = 10_000
"""Most files and folders of a signed pack: lessons, quizzes, catalogues, and what lies beside."""

MANIFEST_BYTES = 4 * 1024 * 1024
"""Largest manifest: ``ENTRIES`` lines of 400 bytes."""

AGAIN = "run wary pack sign on it again, if the change is meant"
PRIVATE = 0o600


class SigningFault(Exception):
    """A pack or key cannot be used to sign; the message says why and what to do."""


def make_key(path: Path) -> str:
    """Write a new private key to *path*, for its owner alone, and return the public one.

    Raises:
        SigningFault: there is a file already.
        OSError: the disk does not take it.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.touch(mode=PRIVATE, exist_ok=False)
    except FileExistsError as error:
        raise SigningFault(f"{path}: there is a file already; name another one") from error
    path.write_bytes(pem)
    return _told(key.public_key())


def sign(root: Path, key: Path) -> tuple[int, str]:
    """Write manifest and signature into the pack at *root*; return files listed, and public key.

    Raises:
        SigningFault: the key cannot be used, or the pack holds what nobody may sign.
        OSError: the disk does not give or take a file.
    """
    secret = _secret(key)
    faults: list[Fault] = []
    files = {name: _digest(path) for name, path in _files(root, "", faults)}
    if faults or not files:
        found = "\n".join(map(str, faults)) or f"{root}: no file to sign; name a pack's folder"
        raise SigningFault(found)
    manifest = json.dumps({"schema": SCHEMA, "files": files}, indent=1, sort_keys=True) + "\n"
    signed = base64.b64encode(secret.sign(PURPOSE + manifest.encode())).decode()
    public = _told(secret.public_key())
    (root / MANIFEST).write_text(manifest, encoding="ascii")
    (root / SIGNATURE).write_text(f"{public} {signed}\n", encoding="ascii")
    return len(files), public


def _secret(path: Path) -> Ed25519PrivateKey:
    if S_IMODE(path.stat().st_mode) & (S_IRWXG | S_IRWXO):
        raise SigningFault(f"{path}: the key is open to others; run: chmod 600 {path}")
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):
        key = load_pem_private_key(path.read_bytes(), None)
        if isinstance(key, Ed25519PrivateKey):
            return key
    raise SigningFault(f"{path}: no Ed25519 key; make one with wary pack key --key FILE")


def verify(root: Path, trusted: Sequence[str], name: str = "") -> tuple[str, tuple[Fault, ...]]:
    """Return the public key that signed the pack at *root*, and everything that is wrong.

    Args:
        root: the pack's folder.
        trusted: public keys of which one must have signed; none: any will do.
        name: how the paths of faults begin, with the ``/``.
    """
    manifest, signature = _read(root / MANIFEST), _read(root / SIGNATURE)
    if manifest is None or signature is None:
        missing = name + (MANIFEST if manifest is None else SIGNATURE)
        remedy = "get the pack signed: wary pack sign DIR --key FILE"
        return "", (Fault(missing, 1, "", "missing, so the pack is not signed", remedy),)
    public = _signer(manifest, signature)
    if not public:
        wrong, remedy = "does not fit the manifest", "get the pack again from where it came"
        return "", (Fault(name + SIGNATURE, 1, "", wrong, remedy),)
    if trusted and public not in trusted:
        wrong = f"signed by {public}, who is not trusted"
        remedy = "add the key to WARY_PACK_KEYS if you trust whoever holds it"
        return public, (Fault(name + SIGNATURE, 1, "", wrong, remedy),)
    listed = _listed(manifest)
    if listed is None:
        wrong, remedy = "not a manifest of this version", "sign the pack with this version"
        return public, (Fault(name + MANIFEST, 1, "", wrong, remedy),)
    return public, tuple(sorted(_compared(root, listed, name)))


def _compared(root: Path, listed: Mapping[str, str], name: str) -> Iterator[Fault]:
    """Yield each file that is not what *listed* says it is."""
    faults: list[Fault] = []
    found = dict(_files(root, name, faults))
    yield from faults
    for each in sorted(listed.keys() | found.keys()):
        place = name + visible(each)
        if each not in listed:
            yield Fault(place, 1, "", "not in the manifest", f"take the file out, or {AGAIN}")
        elif each not in found:
            yield Fault(place, 1, "", "in the manifest, but not here", "put it back, or " + AGAIN)
        elif _digest(found[each]) != listed[each]:
            yield Fault(place, 1, "", "changed since it was signed", "put it back, or " + AGAIN)


def _files(root: Path, name: str, faults: list[Fault]) -> Iterator[tuple[str, Path]]:
    """Yield name and path of each file below *root*; what may not be there goes to *faults*."""
    waiting, entries = [root], 0
    while waiting:
        folder = waiting.pop()
        for path in sorted(folder.iterdir()):
            here = path.relative_to(root).as_posix()
            if path.name.startswith(".") or here in (MANIFEST, SIGNATURE):
                continue
            entries += 1
            mode = path.lstat().st_mode
            if entries > ENTRIES:
                wrong = f"more than {ENTRIES} files"
                faults.append(Fault(name + visible(here), 1, "", wrong, "make a second pack"))
                return
            if S_ISDIR(mode):
                waiting.append(path)
            elif S_ISREG(mode):
                yield here, path
            else:
                wrong, remedy = "not a plain file", "put the file itself here"
                faults.append(Fault(name + visible(here), 1, "", wrong, remedy))


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return "unreadable"


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as stream:
            return stream.read(MANIFEST_BYTES)
    except OSError:
        return None


def _signer(manifest: bytes, signature: bytes) -> str:
    """Return the public key whose *signature* of *manifest* is right, empty for none."""
    with suppress(ValueError, InvalidSignature):
        public, signed = signature.decode("ascii").split()
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signed, validate=True), PURPOSE + manifest)
        # Told anew, since base64 has several ways to write the same bytes.
        return _told(key)
    return ""


def _told(key: Ed25519PublicKey) -> str:
    return base64.b64encode(key.public_bytes_raw()).decode()


def _listed(manifest: bytes) -> dict[str, str] | None:
    """Return path and digest of each file that *manifest* lists, or None where it lists none."""
    with suppress(ValueError, RecursionError):
        said: Any = json.loads(manifest)
        match said:
            case {"schema": "manifest/1", "files": dict(files)} if all(
                isinstance(digest, str) for digest in files.values()
            ):
                return dict(files)
    return None
