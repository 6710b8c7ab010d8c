"""The collector of cycles, and when it would only be in the way."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 20_000
"""New objects between two looks for cyclic garbage: about a batch of 500 lessons, a few MB."""


def lasting() -> None:
    """Spare the collector what lives now, as what is taught does until the next reload.

    It would walk 100,000 objects of ours, 70 ms each time, for every thousand lessons that are
    sent.  What was spared before is looked at once more, or rings in it would stay for ever.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


@contextmanager
def uncollected() -> Iterator[None]:
    """Do without the collector while much is made that lives to the end of the block.

    It would look at all of it again and again, a fifth of the time, and find nothing to free:
    what is done with goes by its count of references.  Where the collector was off already, for
    another block or for good, it stays off.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
