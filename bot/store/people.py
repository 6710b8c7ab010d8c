"""People of the console: they are invited, take their link, get and lose roles, and are closed.

Rule 1: whoever is not in the scope of who asks is nobody: not told apart from one that is not.
Rule 2: each act is written to the audit in its own transaction.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from bot.core.account import Account, Act, By, Guest, Newcomer, Refusal, What
from bot.core.role import Role, Scope, needs_second, roles_of
from bot.engine.session import INVITED
from bot.store.audit import Pen
from bot.store.passwords import SECRET_BYTES
from bot.store.scoped import within
from bot.store.sealing import Seal
from bot.store.staff import accounts, invitations, organisations, sessions

TOKEN_BYTES: Final = 16
"""Length of what a one-time link and a session hold, in bytes.  Source: trust.md, A17."""


def account_of(row: Row[tuple[object, ...]]) -> Account:
    """Return what is known of the account in *row* of ``ALL``."""
    active = "active" if row.password is not None else "invited"
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        roles=roles_of(row.roles),
        scope=Scope(row.organisation_id),
        organisation=row.organisation or "",
        standing="closed" if row.closed_at is not None else active,  # type: ignore[arg-type]  # one of three
        second=row.second is not None,
    )


ALL: Final[Select[tuple[object, ...]]] = select(
    *accounts.c, organisations.c.name.label("organisation")
).join_from(accounts, organisations, isouter=True)


def listed(conn: Connection, scope: Scope) -> Sequence[Account]:
    """Return everybody in *scope*, by name."""
    query = ALL.where(within(scope, accounts.c.organisation_id))
    return [
        account_of(row) for row in conn.execute(query.order_by(accounts.c.name, accounts.c.id))
    ]


def houses(conn: Connection, scope: Scope) -> Sequence[tuple[str, str]]:
    """Return the organisations in *scope* as pairs of id and name, by name."""
    query = select(organisations.c.id, organisations.c.name).where(
        within(scope, organisations.c.id)
    )
    return [(row.id, row.name) for row in conn.execute(query.order_by(organisations.c.name))]


def organise(pen: Pen, by: By, name: str) -> str:
    """Make the organisation *name* and return its id.

    Raises:
        Refusal: there is one of that name, or *by* is of an organisation only.
    """
    if by.scope.organisation is not None:
        raise Refusal("nobody")
    if pen.conn.execute(select(organisations).where(organisations.c.name == name)).first():
        raise Refusal("taken")
    made = secrets.token_hex(16)
    pen.conn.execute(insert(organisations).values(id=made, name=name, made_at=by.now))
    pen.write(Act(by.now, by.actor, made, "organisation.make"))
    return made


def invite(pen: Pen, by: By, who: Newcomer) -> str:
    """Make an account without a password and return the token of its one-time link.

    Raises:
        Refusal: the address has an account, or the organisation is none of *by*'s.
    """
    if not _covers(pen.conn, by.scope, who.organisation):
        raise Refusal("nobody")
    if pen.conn.execute(select(accounts.c.id).where(accounts.c.email == who.email)).first():
        raise Refusal("taken")
    made = secrets.token_hex(16)
    pen.conn.execute(
        insert(accounts).values(
            id=made,
            organisation_id=who.organisation,
            email=who.email,
            name=who.name,
            roles=",".join(who.roles),
            made_at=by.now,
        )
    )
    roles = ",".join(who.roles)
    pen.write(Act(by.now, by.actor, who.organisation, "account.invite", made, roles))
    return _link(pen.conn, pen.seal, by, made)


def _covers(conn: Connection, scope: Scope, organisation: str | None) -> bool:
    if organisation is None:
        return scope.organisation is None
    query = select(organisations.c.id).where(organisations.c.id == organisation)
    return bool(conn.execute(query.where(within(scope, organisations.c.id))).first())


def _link(conn: Connection, seal: Seal, by: By, account: str) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    conn.execute(delete(invitations).where(invitations.c.account_id == account))
    conn.execute(
        insert(invitations).values(
            account_id=account,
            lookup=seal.digest("invitation", token),
            expires_at=by.now + INVITED,
        )
    )
    return token


def one(conn: Connection, scope: Scope, account: str) -> Row[tuple[object, ...]]:
    """Return the row of an open *account* in *scope*.

    Raises:
        Refusal: it is nobody.
    """
    query = ALL.where(
        accounts.c.id == account,
        accounts.c.closed_at.is_(None),
        within(scope, accounts.c.organisation_id),
    )
    row = conn.execute(query.with_for_update(of=accounts)).one_or_none()
    if row is None:
        raise Refusal("nobody")
    return row


def named(conn: Connection, email: str) -> str:
    """Return the id of the account with *email*.

    Raises:
        Refusal: there is none.
    """
    row = conn.execute(select(accounts.c.id).where(accounts.c.email == email)).one_or_none()
    if row is None:
        raise Refusal("nobody")
    return str(row.id)


def house(conn: Connection, name: str) -> str:
    """Return the id of the organisation *name*.

    Raises:
        Refusal: there is none.
    """
    query = select(organisations.c.id).where(organisations.c.name == name)
    row = conn.execute(query).one_or_none()
    if row is None:
        raise Refusal("nobody")
    return str(row.id)


def reset(pen: Pen, by: By, account: str) -> str:
    """Take password, second factor and sessions from *account*; return a new link's token."""
    row = one(pen.conn, by.scope, account)
    pen.conn.execute(
        update(accounts)
        .where(accounts.c.id == account)
        .values(password=None, second=None, epoch=accounts.c.epoch + 1)
    )
    pen.conn.execute(delete(sessions).where(sessions.c.account_id == account))
    _note(pen, by, "account.reset", row)
    return _link(pen.conn, pen.seal, by, account)


def change(pen: Pen, by: By, account: str, roles: tuple[Role, ...]) -> None:
    """Give *account* these *roles* and no others.

    Raises:
        Refusal: it is nobody, it is one's own, or the roles need a second factor it has not.
    """
    row = one(pen.conn, by.scope, account)
    if account == by.actor:
        raise Refusal("self")
    if needs_second(roles) and row.password is not None and row.second is None:
        raise Refusal("needs_second")
    pen.conn.execute(
        update(accounts).where(accounts.c.id == account).values(roles=",".join(roles))
    )
    _note(pen, by, "account.roles", row, ",".join(roles))


def close(pen: Pen, by: By, account: str) -> None:
    """Let *account* sign in never again; its name stays in the audit.

    Raises:
        Refusal: it is nobody, or it is one's own.
    """
    row = one(pen.conn, by.scope, account)
    if account == by.actor:
        raise Refusal("self")
    pen.conn.execute(
        update(accounts)
        .where(accounts.c.id == account)
        .values(password=None, second=None, closed_at=by.now, epoch=accounts.c.epoch + 1)
    )
    for table in (sessions, invitations):
        pen.conn.execute(delete(table).where(table.c.account_id == account))
    _note(pen, by, "account.close", row)


def kill(pen: Pen, by: By, account: str | None) -> None:
    """End all sessions of *account*, or of everybody in *by*'s scope for None.

    Raises:
        Refusal: it is nobody.
    """
    whose = within(by.scope, accounts.c.organisation_id)
    if account is not None:
        one(pen.conn, by.scope, account)
        whose = accounts.c.id == account
    pen.conn.execute(update(accounts).where(whose).values(epoch=accounts.c.epoch + 1))
    ids = select(accounts.c.id).where(whose)
    pen.conn.execute(delete(sessions).where(sessions.c.account_id.in_(ids)))
    pen.write(Act(by.now, by.actor, by.scope.organisation, "sessions.kill", account or ""))


def _note(pen: Pen, by: By, what: What, row: Row[tuple[object, ...]], detail: str = "") -> None:
    pen.write(Act(by.now, by.actor, row.organisation_id, what, row.id, detail))


def guest(conn: Connection, seal: Seal, token: str, now: datetime) -> Guest:
    """Return whose one-time link *token* is.

    The secret is made from the token and the key, so that nothing is kept until it is taken.

    Raises:
        Refusal: it is nobody's, used, or too old: which of them is not told.
    """
    lookup = seal.digest("invitation", token)
    query = ALL.join(invitations, invitations.c.account_id == accounts.c.id).where(
        invitations.c.lookup == lookup,
        invitations.c.expires_at > now,
        accounts.c.closed_at.is_(None),
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        raise Refusal("used")
    return Guest(account_of(row), seal.digest("second", token)[:SECRET_BYTES], lookup)
