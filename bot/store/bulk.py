"""Many rows at once: an array for each column on PostgreSQL, the driver's own tuples on SQLite.

Rule 1: SQLAlchemy's way through a list of rows costs more than what SQLite does with them.
Rule 2: a statement over arrays meets no row twice: PostgreSQL would refuse it.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Executable, Insert, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler


class Parameter(NamedTuple):
    """One place in the driver's SQL: *constant* where no row has its *name*."""

    name: str
    given: bool
    constant: object
    driven: Callable[[Any], Any] | None
    """What makes the driver's value of ours; None leaves it as it is."""


def put(conn: Connection, statement: Executable, rows: Sequence[dict[str, object]]) -> None:
    """Run *statement* for each of *rows*, if there are any; all of them have the same keys.

    One row goes alone: a list of one costs a third more on SQLite, and on PostgreSQL a pipeline.
    """
    if not rows:
        return
    if len(rows) == 1:
        conn.execute(statement, rows[0])
    elif conn.dialect.name == "sqlite":
        sql, parameters = _driven(statement, tuple(rows[0]), conn.dialect)
        columns = (_column(one, rows) for one in parameters)
        conn.exec_driver_sql(sql, list(zip(*columns, strict=True)))
    else:
        conn.execute(statement, rows)


def pour(conn: Connection, statement: Insert, rows: Sequence[dict[str, object]]) -> None:
    """Insert *rows*, no two of which are one row of the table, in one go."""
    if len(rows) <= 1 or conn.dialect.name == "sqlite":
        put(conn, statement, rows)
    else:
        conn.execute(arrays(statement, tuple(rows[0])), by_column(rows))


def by_column(rows: Sequence[dict[str, object]]) -> dict[str, list[object]]:
    """Return *rows*, which have the same keys, as a list for each key."""
    return {name: [row[name] for row in rows] for name in rows[0]}


@cache
def arrays(statement: Insert, names: tuple[str, ...]) -> Insert:
    """Return *statement*, for PostgreSQL, with an array for each of *names*."""
    columns = [statement.table.c[name] for name in names]
    given = [bindparam(one.name, type_=ARRAY(one.type)) for one in columns]
    rows = (
        func.unnest(*given)
        .table_valued(*(column(one.name, one.type) for one in columns))
        .render_derived()
    )
    return statement.from_select(names, select(rows))


@cache
def _driven(
    statement: ClauseElement, names: tuple[str, ...], dialect: Dialect
) -> tuple[str, Sequence[Parameter]]:
    """Return the driver's SQL of *statement* for rows of *names*, and its parameters in order."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"no statement with parameters: {type(statement)}")
    kinds = {name: bind.type for bind, name in compiled.bind_names.items()}
    return compiled.string, [
        Parameter(
            name,
            name in names,
            compiled.params[name],
            kinds[name].dialect_impl(dialect).bind_processor(dialect),
        )
        for name in compiled.positiontup or ()
    ]


def _column(parameter: Parameter, rows: Sequence[dict[str, object]]) -> Iterable[object]:
    """Return the driver's values of *parameter*, one for each of *rows*."""
    name, given, constant, driven = parameter
    if not given:
        value = driven(constant) if driven else constant
        return [value] * len(rows)
    if driven is None:
        return [row[name] for row in rows]
    return [driven(row[name]) for row in rows]
