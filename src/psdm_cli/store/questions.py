"""Plain questions, each of one table: one text for the standard library's sqlite3 and for SQLAlchemy on a server."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple, Protocol

from psdm_cli.store.names import Named

#: A column, how it is compared, and with what: `in` takes a collection of at most `instants.chunks` values.
Condition = tuple[str, Literal["=", "<", "<=", "in", "is null"], Any]


class Question(NamedTuple):
    """A SELECT with named values, and the columns that it gives."""

    columns: tuple[str, ...]
    text: str
    values: dict[str, Any]


class Look(Protocol):
    """A consistent view of a database: everything asked of it is of one moment."""

    def rows(self, asked: Question) -> Sequence[tuple[Any, ...]]:
        """The rows of a question, their values in the order of its columns."""


def records(look: Look, asked: Question) -> list[Any]:
    """The rows of a question, their values by the columns' names."""
    return [SimpleNamespace(**dict(zip(asked.columns, row, strict=True))) for row in look.rows(asked)]


def question(
    table: Named,
    columns: Collection[str] = (),
    *where: Condition,
    order: Sequence[str] = (),
    limit: int | None = None,
) -> Question:
    """Ask for columns (all, where none is named) of the rows that meet every condition.

    `order` names columns, `-column` for descending. Raises `ValueError` for a column that the table does not have.
    """
    asked = tuple(columns) or table.columns
    unknown = {*asked, *(one[0] for one in where), *(name.lstrip("-") for name in order)} - set(table.columns)
    if unknown:
        raise ValueError(f"{table.name} has no {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {}
    conditions = [_condition(number, one, values) for number, one in enumerate(where)]
    text = f"SELECT {', '.join(asked)} FROM {table.name}"  # noqa: S608 - names of ours; values are bound
    if conditions:
        text += f" WHERE {' AND '.join(conditions)}"
    if order:
        text += f" ORDER BY {', '.join(f'{name[1:]} DESC' if name[0] == '-' else name for name in order)}"
    if limit is not None:
        text += f" LIMIT {limit}"
    return Question(asked, text, values)


def _condition(number: int, condition: Condition, values: dict[str, Any]) -> str:
    column, how, value = condition
    if how == "is null":
        return f"{column} IS NULL"
    if how == "in":
        names = {f"v{number}_{at}": one for at, one in enumerate(value)}
        values.update(names)
        return f"{column} IN ({', '.join(f':{name}' for name in names)})" if names else "1 = 0"
    values[f"v{number}"] = value
    return f"{column} {how} :v{number}"
