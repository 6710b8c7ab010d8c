"""Signed packs: whole and trusted, or refused with the file that changed and the remedy."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import checking, teaching
from bot.__main__ import main
from bot.content.signing import MANIFEST, SIGNATURE, SigningFault, make_key, sign, verify
from bot.settings import SettingsError, read
from tests.content.packs import further, printed, written
from tests.starter import few_lessons, few_root

__all__ = ["few_lessons", "few_root"]

LESSON = "lessons/lan/lan-01.yaml"
AGAIN = "run wary pack sign on it again, if the change is meant"


@pytest.fixture(autouse=True)
def _one_set_of_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program leave the zones of this process alone, which other tests have read."""
    monkeypatch.setattr("zoneinfo.reset_tzpath", lambda to: to)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    make_key(tmp_path / "key.pem")
    return tmp_path / "key.pem"


@pytest.fixture
def pack(tmp_path: Path, key: Path) -> Path:
    root = written(tmp_path / "second", further())
    sign(root, key)
    return root


def said(root: Path, *trusted: str) -> list[str]:
    return printed(verify(root, trusted, "second/")[1])


def test_a_signed_pack_is_whole_and_names_its_signer(tmp_path: Path) -> None:
    public = make_key(tmp_path / "own.pem")
    root = written(tmp_path / "second", further())
    (root / ".git").mkdir()
    assert sign(root, tmp_path / "own.pem") == (6, public)
    (root / ".git" / "index").write_text("changes all the time")
    assert verify(root, ()) == (public, ())
    assert verify(root, (public,)) == (public, ())
    assert set(json.loads((root / MANIFEST).read_text())["files"]) == set(further())


def changed(root: Path) -> None:
    (root / LESSON).write_text((root / LESSON).read_text().replace("today", "now"))


def removed(root: Path) -> None:
    (root / LESSON).unlink()


def added(root: Path) -> None:
    (root / "locales" / "fr" / "LC_MESSAGES").mkdir(parents=True)
    (root / "locales" / "fr" / "LC_MESSAGES" / "lessons.po").write_text("")


def linked(root: Path) -> None:
    (root / LESSON).rename(root / "elsewhere")
    (root / LESSON).symlink_to(root / "elsewhere")


def unsigned(root: Path) -> None:
    (root / SIGNATURE).unlink()


def unlisted(root: Path) -> None:
    (root / MANIFEST).unlink()


def forged(root: Path) -> None:
    listed = json.loads((root / MANIFEST).read_text())
    changed(root)
    listed["files"][LESSON] = "0" * 64
    (root / MANIFEST).write_text(json.dumps(listed))


FAULTS: dict[Callable[[Path], None], list[str]] = {
    changed: [f"second/{LESSON}:1: changed since it was signed; put it back, or {AGAIN}"],
    removed: [f"second/{LESSON}:1: in the manifest, but not here; put it back, or {AGAIN}"],
    added: [
        (
            "second/locales/fr/LC_MESSAGES/lessons.po:1: not in the manifest;"
            f" take the file out, or {AGAIN}"
        )
    ],
    linked: [
        f"second/elsewhere:1: not in the manifest; take the file out, or {AGAIN}",
        f"second/{LESSON}:1: in the manifest, but not here; put it back, or {AGAIN}",
        f"second/{LESSON}:1: not a plain file; put the file itself here",
    ],
    unsigned: [
        (
            "second/manifest.sig:1: missing, so the pack is not signed;"
            " get the pack signed: wary pack sign DIR --key FILE"
        )
    ],
    unlisted: [
        (
            "second/manifest.json:1: missing, so the pack is not signed;"
            " get the pack signed: wary pack sign DIR --key FILE"
        )
    ],
    forged: [
        "second/manifest.sig:1: does not fit the manifest; get the pack again from where it came"
    ],
}


@pytest.mark.parametrize("change", FAULTS, ids=lambda change: str(change.__name__))
def test_a_pack_that_changed_is_refused_with_file_and_remedy(
    pack: Path, change: Callable[[Path], None]
) -> None:
    change(pack)
    assert said(pack) == FAULTS[change]


def test_a_pack_of_another_hand_is_refused(pack: Path, tmp_path: Path) -> None:
    other = make_key(tmp_path / "other.pem")
    public = verify(pack, ())[0]
    assert said(pack, other) == [
        (
            f"second/manifest.sig:1: signed by {public}, who is not trusted;"
            " add the key to WARY_PACK_KEYS if you trust whoever holds it"
        )
    ]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([MANIFEST, SIGNATURE]), st.binary(min_size=1, max_size=8), st.integers(0))
def test_no_bit_of_manifest_or_signature_can_change(
    pack: Path, name: str, bytes_: bytes, at: int
) -> None:
    kept = (pack / name).read_bytes()
    at %= len(kept)
    spoiled = kept[:at] + bytes_ + kept[at + len(bytes_) :]
    (pack / name).write_bytes(spoiled)
    try:
        # Blanks around the two words of a signature say nothing.
        same = name == SIGNATURE and spoiled.split() == kept.split()
        assert bool(said(pack)) == (spoiled != kept and not same)
    finally:
        (pack / name).write_bytes(kept)


def test_a_manifest_of_another_version_is_refused(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = written(tmp_path / "second", further())
    monkeypatch.setattr("bot.content.signing.SCHEMA", "manifest/2")
    sign(root, key)
    assert said(root) == [
        "second/manifest.json:1: not a manifest of this version; sign the pack with this version"
    ]


def test_what_nobody_may_sign_is_not_signed(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = written(tmp_path / "second", further())
    (root / "link").symlink_to(root / LESSON)
    with pytest.raises(SigningFault, match="link:1: not a plain file"):
        sign(root, key)
    (root / "link").unlink()
    monkeypatch.setattr("bot.content.signing.ENTRIES", 3)
    with pytest.raises(SigningFault, match="more than 3 files"):
        sign(root, key)
    with pytest.raises(SigningFault, match="no file to sign"):
        sign(written(tmp_path / "empty", {".x": ""}), key)


def test_a_key_that_is_open_malformed_or_there_already_is_refused(
    tmp_path: Path, key: Path
) -> None:
    with pytest.raises(SigningFault, match="there is a file already"):
        make_key(key)
    key.chmod(0o644)
    with pytest.raises(SigningFault, match="chmod 600"):
        sign(tmp_path, key)
    key.write_text("not a key")
    key.chmod(0o600)
    with pytest.raises(SigningFault, match="no Ed25519 key"):
        sign(tmp_path, key)


def test_with_a_list_of_keys_an_unsigned_pack_is_not_taught(pack: Path, tmp_path: Path) -> None:
    public = verify(pack, ())[0]
    trusting = {"WARY_PACKS": str(pack), "WARY_PACK_KEYS": public}
    assert "lan-01" in teaching.taught(read(trusting)).library.lessons
    changed(pack)
    made = teaching.taught(read(trusting))
    assert printed(made.faults) == FAULTS[changed]
    assert "lan-01" not in made.library.lessons
    assert "acc-06" in made.library.lessons
    assert "lan-01" in teaching.taught(read({"WARY_PACKS": str(pack)})).library.lessons
    # An author checks a pack before it is signed.
    own = written(tmp_path / "own", further("web-01", "own"))
    keyed = read({"WARY_PACK_KEYS": public})
    assert printed(checking.checked(keyed, [own])) == printed(checking.checked(read({}), [own]))


def test_a_key_that_is_none_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError) as told:
        read({"WARY_PACK_KEYS": "abc"})
    assert told.value.faults == (
        "WARY_PACK_KEYS: 'abc' is no key; write what wary pack key has told",
    )


def test_the_command_makes_a_key_signs_and_verifies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, root = tmp_path / "key.pem", written(tmp_path / "second", further())
    assert main(["pack", "key", "--key", str(key)]) == 0
    public = capsys.readouterr().out.split()[-1]
    assert key.stat().st_mode & 0o777 == 0o600
    assert main(["pack", "verify", str(root)]) == 1
    assert main(["pack", "sign", str(root), "--key", str(key)]) == 0
    assert f"6 files signed by {public}" in capsys.readouterr().out
    assert main(["pack", "verify", str(root)]) == 0
    assert capsys.readouterr().out == f"whole, signed by {public}\n"
    changed(root)
    assert main(["pack", "verify", str(root)]) == 1
    assert main(["pack", "key", "--key", str(key)]) == 1
    assert "there is a file already" in capsys.readouterr().err
