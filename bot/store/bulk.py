"""Many rows at once: one document of JSON on PostgreSQL, the driver's own tuples on SQLite.

Rule 1: SQLAlchemy's way through a list of rows costs more than what SQLite does with them.
Rule 2: a statement over a document meets no row twice: PostgreSQL would refuse it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Executable,
    Insert,
    LargeBinary,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from bot.store.tables import Instant, micros

_WRITTEN: Final[Mapping[type, Callable[..., object]]] = {
    Date: date.isoformat,
    LargeBinary: lambda value: f"\\x{value.hex()}",
    BigInteger: lambda value: micros(value) if isinstance(value, datetime) else value,
}
"""How JSON holds a value, by the type of its column; all others it knows."""


class Parameter(NamedTuple):
    """One place in the driver's SQL: *constant* where no row has its *name*."""

    name: str
    given: bool
    constant: object
    driven: Callable[..., object] | None
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
        conn.execute(poured(statement, tuple(rows[0])), document(statement, rows))


@cache
def poured(statement: Insert, names: tuple[str, ...]) -> Insert:
    """Return *statement*, for PostgreSQL, with the rows of one ``document`` in place of values.

    Not arrays: the driver looks for quotes and backslashes in each text of an array, and what we
    keep is full of them.
    """
    columns = [statement.table.c[name] for name in names]
    given = func.json_to_recordset(bindparam("rows", type_=JSON()))
    rows = given.table_valued(*(column(one.name, _stored(one)) for one in columns))
    return statement.from_select(names, select(rows.render_derived(with_types=True)))


def document(statement: Insert, rows: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return the parameter of ``poured`` that holds *rows*, in which all keys are the same."""
    kinds = {name: type(_stored(statement.table.c[name])) for name in rows[0]}
    written = {name: _WRITTEN[kind] for name, kind in kinds.items() if kind in _WRITTEN}
    return {"rows": [_written(row, written) for row in rows]}


def _stored(one: ColumnElement[object]) -> TypeEngine[object] | BigInteger:
    """Return the type by which PostgreSQL itself knows the column *one*."""
    return BigInteger() if isinstance(one.type, Instant) else one.type


def _written(
    row: dict[str, object], written: dict[str, Callable[..., object]]
) -> dict[str, object]:
    """Return *row* as JSON knows it."""
    made = {name: write(row[name]) for name, write in written.items() if row[name] is not None}
    return row | made


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
    values = [row[name] for row in rows]
    if driven is None:
        return values
    if values.count(values[0]) == len(values):
        return [driven(values[0])] * len(values)  # As of one instant most rows of a batch are.
    return [driven(value) for value in values]
