"""The collector of cycles, and when it would only be in the way."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
