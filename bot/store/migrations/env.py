"""This file is what Alembic runs: it migrates the connection that it is handed.

Rule 1: the caller began the transaction and commits it (``BEGIN IMMEDIATE`` on SQLite, see
sqlite.py), so that a migration killed midway has changed nothing (trust.md, finding 9).
"""

from alembic import context

from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter much in place: tables are copied, then renamed.
    render_as_batch=True,
    # Alembic takes SQLite for unable to undo DDL; with an explicit BEGIN it is able.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
