"""Who may do what in the console: the one table of roles, and the scope of what they see.

Rule 1: a right stands here and nowhere else; whatever answers a request declares which it needs.
Rule 2: a role that is not in the table has no right, and neither has somebody without a role.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

Role = Literal["admin", "operator", "approver", "analyst", "teacher", "author"]

Right = Literal["self", "health.see", "people.see", "people.change", "audit.see"]
"""``self``: one's own account and sessions, and nothing of anybody else."""

Need = Right | Literal["anyone", "machine"]
"""``anyone``: also who is not signed in.  ``machine``: a command typed at the server itself."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)

_OWN: Final[frozenset[Right]] = frozenset({"self"})

RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    "admin": _OWN | {"health.see", "people.see", "people.change", "audit.see"},
    "operator": _OWN | {"health.see", "audit.see"},
    "approver": _OWN | {"audit.see"},
    "analyst": _OWN,
    "teacher": _OWN,
    "author": _OWN,
}

INSTALLATION: Final[frozenset[Right]] = frozenset({"health.see"})
"""Rights over the machine itself: an organisation's own people never have them."""

SECOND: Final[frozenset[Role]] = frozenset({"admin", "operator", "approver"})
"""Roles that need a second factor.  Source: trust.md, A4; an admin makes the other two."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows somebody may see: those of one ``organisation``, or all of them for None."""

    organisation: str | None


def may(roles: Collection[Role], need: Right, scope: Scope) -> bool:
    """Return whether somebody with *roles* in *scope* has the right *need*."""
    if need in INSTALLATION and scope.organisation is not None:
        return False
    return any(need in RIGHTS[role] for role in roles)


def needs_second(roles: Collection[Role]) -> bool:
    """Return whether somebody with *roles* may not sign in by a password alone."""
    return not SECOND.isdisjoint(roles)


def roles_of(written: str) -> tuple[Role, ...]:
    """Return the roles named in *written*, with commas, in the order of the table.

    Raises:
        ValueError: one of them is unknown, or none is named.
    """
    named = {part.strip() for part in written.split(",") if part.strip()}
    unknown = named.difference(ROLES)
    if unknown or not named:
        wrong = ", ".join(sorted(unknown)) or written
        raise ValueError(f"'{wrong}' is no role; choose from {', '.join(ROLES)}")
    return tuple(role for role in ROLES if role in named)
