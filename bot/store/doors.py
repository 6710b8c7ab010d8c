"""The door of the console: a password, a second factor, a session, a confirmation.

Rule 1: a session has a new name after each factor and each confirmation; the old one is nobody's.
Rule 2: what is typed wrongly is counted, so a refusal is an answer here and no exception.
Rule 3: who somebody is and what they may is read anew for each request: a right that was taken is
gone at once.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Row, delete, insert, update

from bot.core.account import Account, Act, By, Client, Guest, Opened, Signed, What
from bot.core.role import Scope, needs_second
from bot.engine.session import PER_ACCOUNT, PER_CLIENT, STEP, WHOLE, alive
from bot.store.audit import Pen
from bot.store.passwords import accepted
from bot.store.people import ALL, TOKEN_BYTES, account_of
from bot.store.sealing import Seal
from bot.store.staff import accounts, invitations, sessions
from bot.store.tries import cleared, counted

SEEN_EVERY: Final = timedelta(seconds=30)
"""How exactly it is noted when a session was last used: a page in a row writes nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is kept of whoever signs in; ``kept`` None: nobody.  ``why``: refused unheard."""

    account: str = ""
    kept: str | None = None
    why: str = ""


def ask(pen: Pen, email: str, client: Client) -> Asked:
    """Count a try at *email* and return what its password is held against."""
    now = client.now
    query = ALL.where(accounts.c.email == email, accounts.c.closed_at.is_(None))
    row = pen.conn.execute(query).one_or_none()
    n = counted(pen.conn, pen.seal, _bucket(pen.seal, row, email, client), PER_CLIENT, now)
    if n is None:
        return Asked(why="locked")
    if row is None:
        return Asked()
    if n == PER_CLIENT.tries:
        pen.write(Act(now, row.id, row.organisation_id, "sign.refused", row.id, "password"))
    return Asked(row.id, row.password)


def _bucket(seal: Seal, row: Row[tuple[object, ...]] | None, email: str, client: Client) -> str:
    known = row is not None and _known(seal, row, client.device)
    return f"password {email} {client.device if known else client.network}"


def _known(seal: Seal, row: Row[tuple[object, ...]], device: str) -> bool:
    """Return whether *device* was given to a browser in which *row*'s owner has signed in."""
    nonce, _, mac = device.partition(".")
    made = _mac(seal, row, nonce)
    return hmac.compare_digest(made.encode(), mac.encode("utf-8", "replace"))


def _mac(seal: Seal, row: Row[tuple[object, ...]], nonce: str) -> str:
    return seal.digest("device", f"{row.id}:{row.epoch}:{nonce}").hex()


def begin(pen: Pen, asked: Asked, email: str, client: Client) -> Opened:
    """Open a session for whoever had the right password, a half one where a code is to come."""
    now = client.now
    query = ALL.where(accounts.c.id == asked.account, accounts.c.closed_at.is_(None))
    row = pen.conn.execute(query.with_for_update(of=accounts)).one_or_none()
    # The password may have been taken away while it was looked at.
    if row is None or row.password is None or row.password != asked.kept:
        return Opened(why="wrong")
    half = row.second is not None
    if not half and needs_second(account_of(row).roles):
        return Opened(why="needs_link")
    cleared(pen.conn, pen.seal, _bucket(pen.seal, row, email, client))
    if half:
        return Opened(_session(pen.conn, pen.seal, row.id, now, now, half=True), half=True)
    pen.write(Act(now, row.id, row.organisation_id, "sign.in", row.id))
    return Opened(_session(pen.conn, pen.seal, row.id, now, now), device=_device(pen.seal, row))


def _device(seal: Seal, row: Row[tuple[object, ...]]) -> str:
    nonce = secrets.token_hex(TOKEN_BYTES)
    return f"{nonce}.{_mac(seal, row, nonce)}"


def _session(
    conn: Connection,
    seal: Seal,
    account: str,
    made: datetime,
    now: datetime,
    *,
    half: bool = False,
) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    conn.execute(delete(sessions).where(sessions.c.made_at <= now - WHOLE))
    conn.execute(
        insert(sessions).values(
            lookup=_lookup(seal, token),
            account_id=account,
            made_at=made,
            seen_at=now,
            stepped_at=now,
            half=half,
        )
    )
    return token


def _lookup(seal: Seal, token: str) -> bytes:
    return seal.digest("session", token)


def _row(
    conn: Connection, seal: Seal, token: str, now: datetime
) -> Row[tuple[object, ...]] | None:
    """Return account and session of *token*, None where it is nobody's any more."""
    query = (
        ALL.add_columns(
            sessions.c.made_at.label("begun_at"),
            sessions.c.seen_at,
            sessions.c.stepped_at,
            sessions.c.half,
        )
        .join(sessions, sessions.c.account_id == accounts.c.id)
        .where(sessions.c.lookup == _lookup(seal, token), accounts.c.closed_at.is_(None))
    )
    row = conn.execute(query).one_or_none()
    if row is None or not alive(row.begun_at, row.seen_at, now, half=row.half):
        return None
    return row


def second(pen: Pen, token: str, typed: str, client: Client) -> Opened:
    """Turn the session *token*, half or whole, into one that was confirmed by the code *typed*."""
    now = client.now
    row = _row(pen.conn, pen.seal, token, now)
    if row is None or row.second is None:
        return Opened(why="please")
    buckets = [(f"code {row.id} {client.network}", PER_CLIENT)]
    if _known(pen.seal, row, client.device):
        buckets = [(f"code {row.id} {client.device}", PER_CLIENT)]
    else:
        buckets.append((f"code {row.id}", PER_ACCOUNT))
    numbers = [(counted(pen.conn, pen.seal, words, lock, now), lock) for words, lock in buckets]
    if any(n is None for n, _ in numbers):
        return Opened(why="locked")
    if not _used(pen.conn, pen.seal, row, typed, now):
        if any(n == lock.tries for n, lock in numbers):
            pen.write(Act(now, row.id, row.organisation_id, "sign.refused", row.id, "code"))
        return Opened(why="wrong_code")
    for words, _ in buckets:
        cleared(pen.conn, pen.seal, words)
    what: What = "sign.in" if row.half else "sign.again"
    pen.write(Act(now, row.id, row.organisation_id, what, row.id))
    begun = now if row.half else row.begun_at
    pen.conn.execute(delete(sessions).where(sessions.c.lookup == _lookup(pen.seal, token)))
    return Opened(_session(pen.conn, pen.seal, row.id, begun, now), device=_device(pen.seal, row))


def _used(
    conn: Connection, seal: Seal, row: Row[tuple[object, ...]], typed: str, now: datetime
) -> bool:
    """Return whether *typed* is a code of *row*'s that was not used yet, and use it up."""
    step = accepted(seal.reveal(f"second {row.id}", row.second), typed, now, row.second_step)
    if step is None:
        return False
    # Two requests with one code at once: the second finds it used.
    fresh = (accounts.c.id == row.id) & (accounts.c.second_step < step)
    return conn.execute(update(accounts).where(fresh).values(second_step=step)).rowcount == 1


def find(conn: Connection, seal: Seal, token: str, now: datetime) -> Signed | None:
    """Return who is signed in with the session *token*, and note that it was used."""
    row = _row(conn, seal, token, now)
    if row is None or row.half:
        return None
    if now - row.seen_at >= SEEN_EVERY:
        own = sessions.c.lookup == _lookup(seal, token)
        conn.execute(update(sessions).where(own).values(seen_at=now))
    return Signed(account_of(row), row.stepped_at + STEP)


def end(pen: Pen, token: str, now: datetime) -> None:
    """End the session *token*, whatever is left of it."""
    row = _row(pen.conn, pen.seal, token, now)
    pen.conn.execute(delete(sessions).where(sessions.c.lookup == _lookup(pen.seal, token)))
    if row is not None and not row.half:
        pen.write(Act(now, row.id, row.organisation_id, "sign.out", row.id))


def accept(pen: Pen, who: Guest, password: str, step: int, now: datetime) -> bool:
    """Set *who*'s hashed *password*, and use their link up; False where somebody was faster.

    *step*: number of the code that proved the second factor, 0 where none is set up.
    """
    account: Account = who.account
    # This very link: a newer one may have taken its place.
    used = pen.conn.execute(delete(invitations).where(invitations.c.lookup == who.lookup))
    if used.rowcount != 1:
        return False
    hidden = pen.seal.hide(f"second {account.id}", who.secret) if step else None
    pen.conn.execute(
        update(accounts)
        .where(accounts.c.id == account.id, accounts.c.closed_at.is_(None))
        .values(password=password, second=hidden, second_step=step)
    )
    by = By(account.id, Scope(account.scope.organisation), now)
    pen.write(Act(now, by.actor, by.scope.organisation, "account.accept", account.id))
    return True
