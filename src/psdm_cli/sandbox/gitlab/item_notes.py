"""Notes on work items: writing, editing, who reads the internal ones; notes that are only quick actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, quick_actions, tables
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.item_changes import changes_of, permitted, save, told, touch
from psdm_cli.sandbox.gitlab.item_places import home, may_comment, reads
from psdm_cli.sandbox.gitlab.quick_action_text import Command, extract
from psdm_cli.sandbox.gitlab.refusals import failed, forbidden, ruby

LONGEST_NOTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a note: the row, or None and what its quick actions did."""

    note: Row | None
    changes: dict[str, Any] = field(default_factory=dict)
    summary: list[str] = field(default_factory=list)


def refused(call: Call, messages: dict[str, list[str]]) -> Exception:
    """400, with the model's messages as Ruby prints them."""
    return failed(f"400 Bad request - Note {ruby(messages, call.readings.ruby == '3.2')}")


def write(call: Call, item: Row, body: str, internal: bool = False, created_at: str | None = None) -> Written:
    """Adds a note; its quick actions run with the author's rights, and one that holds nothing else is not kept."""
    if not may_comment(call, item):
        raise forbidden()
    planner = call.may(levels.PLANNER, home(call, item))
    if internal and not planner:
        raise forbidden()
    if not body.strip():
        raise refused(call, {"note": ["can't be blank"]})
    if len(body) > LONGEST_NOTE:
        raise refused(call, {"note": [f"is too long (maximum is {LONGEST_NOTE} characters)"]})
    text, commands = extract(body)
    changes, outcome = _commands(call, item, commands)
    item = call.account.row("work_items", item["id"])
    if commands and not text.strip():
        if not outcome.summary:
            raise refused(call, {"commands_only": outcome.failed})
        return Written(None, changes, [*outcome.summary, *outcome.failed])
    at = (created_at if call.may(levels.OWNER, home(call, item)) else None) or call.stamp
    note = tables.make_note(call.account, item, text, call.me, at, internal=internal)
    touch(call, item)
    return Written(note, changes, outcome.summary)


def _commands(call: Call, item: Row, commands: list[Command]) -> tuple[dict[str, Any], quick_actions.Outcome]:
    place = home(call, item)
    outcome = quick_actions.weigh(call, place, item, item["type"], commands)
    wish = permitted(call, place, item, outcome.wish)
    changes = changes_of(call, place, item, wish)
    saved = save(call, item, changes, wish)
    told(call, item, changes)
    quick_actions.carried_out(call, outcome, saved)
    return wish, outcome


def edit(call: Call, item: Row, note: Row, body: str) -> Row:
    """Changes a note's text: its author, and Maintainers; quick actions in it run."""
    own = call.user is not None and note["author_id"] == call.user["id"]
    if note["system"] or not may_comment(call, item) or not (own or call.may(levels.MAINTAINER, home(call, item))):
        raise forbidden()
    if not body.strip():
        raise refused(call, {"note": ["can't be blank"]})
    text, commands = extract(body)
    _commands(call, item, commands)
    if not text.strip():
        call.account.remove("notes", note["id"])
        raise refused(call, {"commands_only": ["Commands only"]})
    if text == note["body"]:
        return note
    touch(call, call.account.row("work_items", item["id"]))
    return call.account.update("notes", note["id"], body=text, updated_at=call.stamp)


def notes_of(call: Call, item: Row, which: str = "all_notes") -> list[Row]:
    """The notes a user sees, oldest first: internal ones from Planner on; comments, activity, or both."""
    planner = call.may(levels.PLANNER, home(call, item))
    rows = [row for row in call.account.find("notes", "work_item_id", item["id"]) if planner or not row["internal"]]
    if which.casefold() == "only_comments":
        rows = [row for row in rows if not row["system"]]
    elif which.casefold() == "only_activity":
        rows = [row for row in rows if row["system"]]
    return sorted(rows, key=lambda row: (str(row["created_at"]), int(row["id"])))


def names_hidden(call: Call, note: Row) -> bool:
    """Whether a system note names an item that the user may not see."""
    about = call.account.get("work_items", note.get("about_id")) if note.get("about_id") else None
    return about is not None and not reads(call, about)


def note_by_id(call: Call, id_: object) -> tuple[Row, Row] | None:
    """A visible note and its item."""
    note = call.account.get("notes", id_)
    item = call.account.get("work_items", note["work_item_id"]) if note else None
    if note is None or item is None or not reads(call, item):
        return None
    return (note, item) if note in notes_of(call, item) else None


def comments(call: Call, item: Row) -> int:
    """How many comments of people an item has."""
    return sum(not row["system"] for row in call.account.find("notes", "work_item_id", item["id"]))
