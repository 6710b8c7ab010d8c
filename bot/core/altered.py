"""One frozen thing, and the same with some of its fields changed.

Rule 1: it serves the classes without slots: their fields lie in one dict, which is copied at once.
"""

from typing import TYPE_CHECKING, TypeVar

__all__ = ["altered"]

T = TypeVar("T")
"""A class without slots."""

if TYPE_CHECKING:
    # What mypy checks of ``dataclasses.replace`` it checks of this too: names and types of fields.
    from dataclasses import replace as altered
else:

    def altered(one: T, /, **fields: object) -> T:
        """Return *one* with *fields* changed, as ``dataclasses.replace`` does.

        Its way, through the constructor, took 13 µs for a learner; this one takes 1 µs.  So
        nothing looks at the new values: it is for classes without a ``__post_init__``.
        """
        made = object.__new__(type(one))
        object.__setattr__(made, "__dict__", one.__dict__ | fields)
        return made
