"""Many rows at once: one document of JSON on PostgreSQL, the driver's own tuples on SQLite.

Rule 1: SQLAlchemy's way through a list of rows costs more than what SQLite does with them.
Rule 2: a statement over a document meets no row twice: PostgreSQL would refuse it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Executable,
    FromClause,
    Insert,
    LargeBinary,
    Table,
    TableValuedAlias,
    Update,
    any_,
    bindparam,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from bot.store.tables import Instant, micros

T = TypeVar("T")

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


def put(conn: Connection, statement: Executable, rows: Sequence[dict[str, object]]) -> int:
    """Run *statement* for each of *rows*, if there are any; all of them have the same keys.

    One row goes alone: a list of one costs a third more on SQLite, and on PostgreSQL a pipeline.

    Returns:
        How many rows of the table met the statement.
    """
    if not rows:
        return 0
    if len(rows) == 1:
        return conn.execute(statement, rows[0]).rowcount
    if conn.dialect.name == "sqlite":
        sql, parameters = _driven(statement, tuple(rows[0]), conn.dialect)
        columns = (_column(one, rows) for one in parameters)
        return conn.exec_driver_sql(sql, list(zip(*columns, strict=True))).rowcount
    return conn.execute(statement, rows).rowcount


def pour(conn: Connection, statement: Insert, rows: Sequence[dict[str, object]]) -> None:
    """Insert *rows*, no two of which are one row of the table, in one go."""
    if len(rows) <= 1 or conn.dialect.name == "sqlite":
        put(conn, statement, rows)
    else:
        conn.execute(poured(statement, tuple(rows[0])), document(statement.table, rows))


def among(one: ColumnElement[T], name: str, dialect: str) -> ColumnElement[bool]:
    """Return whether *one* is in the list that is the parameter *name*, as *dialect* says it.

    One statement whatever its length: SQLAlchemy's ``IN`` is spelled anew for every list, and
    the database reads it anew.
    """
    if dialect == "sqlite":
        held = func.json_each(bindparam(name, type_=JSON())).table_valued("value")
        return one.in_(select(held.c.value))
    return one == any_(bindparam(name, type_=ARRAY(one.type)))


def amend(conn: Connection, table: Table, key: str, rows: Sequence[dict[str, object]]) -> int:
    """Set columns of *table* in the rows whose ids stand under *key*; the others stay as they are.

    Returns:
        How many rows there were.
    """
    if len(rows) <= 1 or conn.dialect.name == "sqlite":
        return put(conn, _amending(table, key), rows)
    names = tuple(rows[0])
    return conn.execute(_amended(table, key, names), document(table, rows, key)).rowcount


@cache
def _amending(table: Table, key: str) -> Update:
    return update(table).where(table.c.id == bindparam(key))


@cache
def _amended(table: Table, key: str, names: tuple[str, ...]) -> Update:
    given = listed(table, names, key)
    new = {table.c[name]: given.c[name] for name in names if name != key}
    return update(table).where(table.c.id == given.c[key]).values(new)


def listed(
    table: FromClause, names: Sequence[str], key: str = "", name: str = "rows"
) -> TableValuedAlias:
    """Return the rows of one ``document`` of the same *key* and *name* as PostgreSQL reads them.

    *names* are those of columns of *table*, and *key*.
    """
    columns = [column(one, _stored(table.c["id" if one == key else one])) for one in names]
    rows = func.json_to_recordset(bindparam(name, type_=JSON()))
    return rows.table_valued(*columns).render_derived(with_types=True)


@cache
def poured(statement: Insert, names: tuple[str, ...]) -> Insert:
    """Return *statement*, for PostgreSQL, with the rows of one ``document`` in place of values.

    Not arrays: the driver looks for quotes and backslashes in each text of an array, and what we
    keep is full of them.
    """
    return statement.from_select(names, select(listed(statement.table, names)))


def document(
    table: FromClause, rows: Sequence[dict[str, object]], key: str = "", name: str = "rows"
) -> dict[str, object]:
    """Return the parameter *name* that holds *rows* of *table*, in which all keys are the same.

    *key* is the name of what holds the id there, if it is no column's.
    """
    kinds = {one: type(_stored(table.c[one])) for one in rows[0] if one != key}
    written = {one: _WRITTEN[kind] for one, kind in kinds.items() if kind in _WRITTEN}
    return {name: [_written(row, written) for row in rows]}


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
