"""What ``wary db`` does to a database: bring it up to date, copy it, put a copy back.

Rule 1: the work is done in the store; here stand the words that tell of it.
"""

import asyncio
from pathlib import Path

from bot import store
from bot.runtime import clock
from bot.settings import Settings


def done(config: Settings, what: str, where: Path | None, *, resume: bool = False) -> str:
    """Do *what* to the database of *config* and return the words that tell of it.

    *where* is the folder of a backup, or the copy to restore; None where none was named.  *resume*
    sends what a restored copy owes, instead of leaving it.

    Raises:
        ValueError: something must be named first.
        Unfit: the database cannot be used as it is.
        StoreDown: it cannot be reached.
        OSError: the disk refuses.
    """
    match what:
        case "upgrade":
            return _upgraded(config)
        case "backup":
            return _copied(config, where)
        case "restore":
            return _restored(config, where, resume=resume)
        case "key":
            return _key(config)
        case _:
            return _journal(config)


def _upgraded(config: Settings) -> str:
    key, _ = config.secrets
    copy = asyncio.run(store.upgrade(config.database_url, key=key))
    kept = f" A copy of it as it was: {copy}" if copy else ""
    return f"The database is up to date.{kept}"


def _copied(config: Settings, where: Path | None) -> str:
    if where is None:
        message = "name the folder: wary db backup FOLDER"
        raise ValueError(message)
    copy = store.backup(config.database_url, where, clock.now())
    return f"{copy} made. Keep it apart from the key; without the key it opens for nobody."


def _restored(config: Settings, where: Path | None, *, resume: bool) -> str:
    key, erased = config.secrets
    url, now = config.database_url, clock.now()
    work = store.restore(url, where, now, key=key, journal=erased, resume=resume)
    done = asyncio.run(work)
    kept = f" What was there before: {done.before}" if done.before else ""
    sent = (
        "what it owed is sent as soon as Wary runs."
        if resume
        else f"{done.skipped} old messages will not be sent."
    )
    return f"Put back. {done.forgotten} addresses forgotten again, {sent}{kept}"


def _key(config: Settings) -> str:
    if not config.key_file:
        message = "WARY_KEY_FILE: empty; name the file to be made"
        raise ValueError(message)
    store.make_key(Path(config.key_file))
    return f"{config.key_file} made. Keep a copy apart from the copies of the database."


def _journal(config: Settings) -> str:
    key, erased = config.secrets
    made = asyncio.run(store.new_journal(config.database_url, key=key, journal=erased))
    return f"{made} made, empty. Delete every copy of the database that was made before now."
