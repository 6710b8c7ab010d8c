"""The collector of cycles: away while a block makes what stays, and back after it."""

import gc

import pytest

from bot.runtime.collector import uncollected


def test_it_is_away_in_the_block_and_back_after_it() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()  # an inner block leaves it to the outer one
    assert gc.isenabled()


def test_it_comes_back_after_a_fault() -> None:
    with pytest.raises(ValueError, match="told"), uncollected():
        raise ValueError("told")
    assert gc.isenabled()


def test_where_it_was_off_for_good_it_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
