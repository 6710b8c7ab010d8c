"""The one place where a scope becomes a condition: every query of the console goes through it."""

from sqlalchemy import ColumnElement, true

from bot.core.role import Scope


def within(scope: Scope, organisation: ColumnElement[str | None]) -> ColumnElement[bool]:
    """Return the condition that a row with this *organisation* lies in *scope*.

    A row of the whole installation lies in no organisation's scope.
    """
    if scope.organisation is None:
        return true()
    return organisation == scope.organisation
