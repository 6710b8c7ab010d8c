"""What we remember: tables, codec, fold, batch, and the ledger of posts."""

from bot.store.copies import backup, new_journal, restore
from bot.store.database import Database, connect
from bot.store.forgotten import JournalFault
from bot.store.migrate import SchemaMismatch, upgrade
from bot.store.sealing import KeyFault, make_key

__all__ = [
    "Database",
    "JournalFault",
    "KeyFault",
    "SchemaMismatch",
    "backup",
    "connect",
    "make_key",
    "new_journal",
    "restore",
    "upgrade",
]
