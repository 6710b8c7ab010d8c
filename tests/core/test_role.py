"""The one table of roles: who may do what, and that nobody may more."""

import pytest

from bot.core import role
from bot.core.role import RIGHTS, ROLES, Role, Scope, may, needs_second, roles_of

EVERYTHING = Scope(None)


def test_every_role_has_a_row_and_nothing_else_has() -> None:
    assert tuple(RIGHTS) == ROLES


def test_everybody_has_their_own_account_and_nobody_without_a_role_has_anything() -> None:
    assert all(may([one], "self", EVERYTHING) for one in ROLES)
    assert not may([], "self", EVERYTHING)


def test_only_an_admin_changes_people() -> None:
    assert [one for one in ROLES if may([one], "people.change", EVERYTHING)] == ["admin"]


def test_an_organisations_own_admin_does_not_see_the_machine() -> None:
    assert may(["admin"], "health.see", EVERYTHING)
    assert not may(["admin"], "health.see", Scope("o1"))
    assert may(["admin"], "people.see", Scope("o1"))


@pytest.mark.parametrize(
    ("roles", "needed"),
    [(("teacher",), False), (("teacher", "operator"), True), (("approver",), True), ((), False)],
)
def test_who_reaches_many_needs_a_second_factor(roles: tuple[Role, ...], needed: bool) -> None:  # noqa: FBT001
    assert needs_second(roles) is needed


def test_roles_are_read_in_the_order_of_the_table() -> None:
    assert roles_of("teacher, admin,teacher") == ("admin", "teacher")
    for wrong in ("", " , ", "root", "admin,root"):
        with pytest.raises(ValueError, match="is no role; choose from admin"):
            roles_of(wrong)


def test_rights_over_the_machine_are_rights() -> None:
    assert frozenset().union(*RIGHTS.values()) >= role.INSTALLATION
