"""What we remember: tables, codec, fold, batch, and the ledger of posts."""

from bot.store.database import Database, connect
from bot.store.migrate import SchemaMismatch, upgrade
from bot.store.sealing import KeyFault, make_key

__all__ = ["Database", "KeyFault", "SchemaMismatch", "connect", "make_key", "upgrade"]
