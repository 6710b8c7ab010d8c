"""Passwords and codes: the published vectors, and what is not taken."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.store import passwords
from bot.store.passwords import accepted, code, hashed, matches, spelled, step_at

SECRET = b"12345678901234567890"
"""Source: RFC 6238, appendix B, for SHA-1."""


@pytest.mark.parametrize(
    ("second", "total"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(second: int, total: str) -> None:
    """Its table has eight digits; the last six are what an app shows."""
    now = datetime.fromtimestamp(second, UTC)
    assert code(SECRET, step_at(now)) == total[-6:]
    assert accepted(SECRET, f"{total[-6:-3]} {total[-3:]}", now, 0) == step_at(now)


def test_a_clock_may_be_one_code_off_and_no_more() -> None:
    now = datetime.fromtimestamp(1111111109, UTC)
    here = step_at(now)
    taken = [n for n in range(here - 3, here + 4) if accepted(SECRET, code(SECRET, n), now, 0)]
    assert taken == [here - 1, here, here + 1]


def test_a_code_works_once() -> None:
    now = datetime.fromtimestamp(1111111109, UTC)
    here = step_at(now)
    assert accepted(SECRET, code(SECRET, here), now, here) is None
    assert accepted(SECRET, code(SECRET, here - 1), now, here) is None
    assert accepted(SECRET, code(SECRET, here + 1), now, here) == here + 1


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "\u0661\u0662\u0663\u0664", "\ud800", "abcdef"]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert accepted(SECRET, typed, datetime(2027, 1, 1, tzinfo=UTC), 0) is None


def test_a_password_is_kept_as_argon2id_at_the_stated_cost() -> None:
    kept = hashed("correct horse battery")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert kept != hashed("correct horse battery")
    assert matches("correct horse battery", kept)
    assert not matches("correct horse battery ", kept)
    assert not matches("correct horse battery", None)


def test_one_letter_written_in_two_ways_is_one() -> None:
    kept = hashed("caf\u00e9 et croissants")
    assert matches("cafe\u0301 et croissants", kept)


def test_whoever_has_no_account_costs_as_much_as_a_wrong_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is compared is the work, not the time: both go through one whole hash."""
    seen: list[str] = []
    real = Argon2id.verify_phc_encoded

    class Counting:
        @staticmethod
        def verify_phc_encoded(words: bytes, kept: str) -> None:
            seen.append(kept[:30])
            real(words, kept)

    kept = hashed("something else")
    passwords._nobody_s()
    monkeypatch.setattr(passwords, "Argon2id", Counting)
    assert not matches("a guess", None)
    assert not matches("a guess", kept)
    assert seen[0] == seen[1] == kept[:30]


def test_a_secret_is_spelled_for_an_app() -> None:
    assert spelled(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
