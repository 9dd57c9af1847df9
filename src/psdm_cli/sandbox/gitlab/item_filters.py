"""Choosing work items: the filters that REST lists and GraphQL's workItems share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.item_labels import labels_of

Test = Callable[[Row], bool]
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
NOTHING, SOMETHING = ("none", "0", ""), ("any", "*")


def moment(text: str) -> datetime:
    """A time as given by a client or kept in a row; without a zone it is UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def later(attribute: str, text: str) -> Test:
    """Not before a moment."""
    limit = moment(text)
    return lambda row: bool(row[attribute]) and moment(row[attribute]) >= limit


def earlier(attribute: str, text: str) -> Test:
    """Not after a moment."""
    limit = moment(text)
    return lambda row: bool(row[attribute]) and moment(row[attribute]) <= limit


def with_labels(call: Call, names: Sequence[str]) -> Test:
    """All of these labels; a single None or Any means none at all, or at least one."""
    if len(names) == 1 and names[0].casefold() in ("none", "any"):
        wanted = names[0].casefold() == "any"
        return lambda row: bool(labels_of(call, row)) == wanted
    return lambda row: set(names) <= {label["name"] for label in labels_of(call, row)}


def with_any_label(call: Call, names: Sequence[str]) -> Test:
    """At least one of these labels."""
    return lambda row: not set(names).isdisjoint(label["name"] for label in labels_of(call, row))


def searched(text: str, fields: Iterable[str], *, comments: bool = True) -> Test:
    """Every word of a search somewhere in the fields, whatever the case; words in quotes stay together.

    `comments`: whether words inside HTML comments are found.
    """
    words = _words(text)
    names = list(fields)

    def fits(row: Row) -> bool:
        texts = [str(row[name] or "").casefold() for name in names]
        if not comments:
            texts = [_COMMENT.sub(" ", one) for one in texts]
        return all(any(word in one for one in texts) for word in words)

    return fits


def _words(text: str) -> list[str]:
    pieces = text.casefold().split('"')
    found = [word for index, piece in enumerate(pieces) for word in ([piece] if index % 2 else piece.split())]
    return [word for word in found if word.strip()]


def is_value(attribute: str, value: object) -> Test:
    """One value, None or 0 for none, Any for some."""
    text = str(value).casefold()
    if text in NOTHING:
        return lambda row: row[attribute] is None
    if text in SOMETHING:
        return lambda row: row[attribute] is not None
    return lambda row: str(row[attribute]) == text


def assigned(value: object) -> Test:
    """An assignee by id, None for nobody, Any for anybody."""
    text = str(value).casefold()
    if text in (*NOTHING, *SOMETHING):
        return lambda row: bool(row["assignee_ids"]) == (text in SOMETHING)
    return lambda row: text in map(str, row["assignee_ids"])


def user_ids(call: Call, names: Iterable[str]) -> list[int]:
    """Ids of users by name; an unknown name gives an id that nobody has."""
    found = []
    for name in names:
        rows = call.account.find("users", "username", name)
        found += [int(row["id"]) for row in rows] or [-1]
    return found


def milestone_titled(call: Call, title: str) -> Test:
    """A milestone by title; None and Any as elsewhere, Upcoming and Started by the calendar."""
    kind = title.casefold()
    if kind in ("none", "any"):
        return is_value("milestone_id", kind)
    today = call.today.isoformat()

    def fits(row: Row) -> bool:
        milestone = call.account.get("milestones", row["milestone_id"]) if row["milestone_id"] else None
        if milestone is None:
            return False
        if kind == "started":
            return bool(milestone["start_date"]) and milestone["start_date"] <= today <= (milestone["due_date"] or "9")
        if kind == "upcoming":
            return bool(milestone["start_date"]) and milestone["start_date"] > today
        return bool(milestone["title"] == title)

    return fits


def iteration_is(call: Call, value: str) -> Test:
    """An iteration by id; None, Any, Current."""
    if value.casefold() != "current":
        return is_value("iteration_id", value)
    today = call.today.isoformat()

    def fits(row: Row) -> bool:
        found = call.account.get("iterations", row["iteration_id"]) if row["iteration_id"] else None
        return found is not None and found["start_date"] <= today <= found["due_date"]

    return fits


def due(call: Call, kind: str) -> Test:
    """`0` without a due date, `any` with one, `overdue`, or within a stretch of days around today."""
    if kind in ("0", "any"):
        return is_value("due_date", kind)
    today = call.today
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    stretches: dict[str, tuple[date, date]] = {
        "overdue": (date.min, today - timedelta(days=1)),
        "today": (today, today),
        "tomorrow": (today + timedelta(days=1), today + timedelta(days=1)),
        "week": (monday, monday + timedelta(days=6)),
        "month": (first, following - timedelta(days=1)),
        "next_month_and_previous_two_weeks": (
            today - timedelta(days=14),
            (following + timedelta(days=32)).replace(day=1) - timedelta(days=1),
        ),
    }
    start, end = (day.isoformat() for day in stretches[kind])
    late = kind == "overdue"
    return lambda row: (
        bool(row["due_date"]) and start <= row["due_date"] <= end and not (late and row["state"] != "opened")
    )


def opposite(test: Test) -> Test:
    """What does not fit."""
    return lambda row: not test(row)


def chosen(rows: Iterable[Row], tests: Sequence[Test]) -> list[Row]:
    """The rows that pass every test."""
    return [row for row in rows if all(test(row) for test in tests)]


def ordering(row: Row, attribute: str, down: bool = False) -> tuple[bool, Any, int]:
    """A key that sorts by an attribute; rows without it come last in either direction, equal ones go by id."""
    value = row.get(attribute)
    return ((value is None) != down, value.casefold() if isinstance(value, str) else value or 0, int(row["id"]))
