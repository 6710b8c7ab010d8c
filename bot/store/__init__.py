"""What we remember: tables, codec, fold, batch, and the ledger of posts."""

from bot.store.audit import AnchorFault, anchored
from bot.store.copies import backup, new_journal, restore
from bot.store.database import Database, connect
from bot.store.desk import Desk
from bot.store.forgotten import JournalFault
from bot.store.migrate import SchemaMismatch, upgrade
from bot.store.sealing import KeyFault, make_key

__all__ = [
    "AnchorFault",
    "Database",
    "Desk",
    "JournalFault",
    "KeyFault",
    "SchemaMismatch",
    "anchored",
    "backup",
    "connect",
    "make_key",
    "new_journal",
    "restore",
    "upgrade",
]
