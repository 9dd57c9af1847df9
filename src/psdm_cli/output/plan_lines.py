"""What a plan's line says of one change: its attributes, the beginning of a text, the lines that a text changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psdm_cli.changes.plan import TEXT_OF, Action, Change, shown_text
from psdm_cli.output.layout import cut

GITLAB = "gitlab"
FILE, LABEL = "file", "label"
#: attributes that name the place, which stands above the change, or that say nothing to a person
PLACING = frozenset({"group_id", "project_id", "parent_id", "message", "readme", "on", "epic_id", "subject_id"})
LONGEST_TEXT = 4  # lines of an issue's text that are shown; messages to people are shown in full
LONGEST_LINE = 110
SHOWN_NAMES = 2


def attribute_lines(change: Change) -> list[str]:
    """What a change does to single attributes: `due date: 2026-11-01 → 2026-12-01`."""
    if change.action is Action.KEEP:
        return []
    if change.action is Action.DELETE:
        return [f"{_name(name)}: {_value(name, value)}" for name, value in change.before.items() if value is not None]
    lines = []
    for name, given in change.after.items():
        if change.system == GITLAB and (name in PLACING or given == change.title or name in _beside(change)):
            continue  # the line and the place above say it
        value = shown_text(str(given[TEXT_OF])) if isinstance(given, Mapping) and set(given) == {TEXT_OF} else given
        before = change.before.get(name)
        if name in change.before and before == value:
            continue
        if isinstance(value, str) and isinstance(before, str) and "\n" in value + before:
            lines += [f"{_name(name)}:", *_difference(before, value)]
        elif name in change.before:
            lines.append(f"{_name(name)}: {_value(name, before)} → {_value(name, value)}")
        elif isinstance(value, str) and "\n" in value:
            lines += _text(change, name, value.splitlines())
        elif isinstance(value, list | tuple) and len(value) > 1 and all(isinstance(each, Mapping) for each in value):
            lines += [f"{_name(name)}:", *(f"· {_value(name, each)}" for each in value)]
        else:
            lines.append(f"{_name(name)}: {_value(name, value)}")
    return lines


def _text(change: Change, name: str, text: Sequence[str]) -> list[str]:
    """A new text: messages to people in full, of an issue its beginning, of a file its length."""
    if change.system == GITLAB and change.kind == FILE:
        return [f"{_name(name)}: {len(text)} lines (--json has them)"]
    most = LONGEST_TEXT if change.system == GITLAB else len(text)
    shown = [line for line in text if line.strip()][:most] if len(text) > most else text
    lines = [f"{_name(name)}:", *(f"| {line}" for line in shown)]
    if len(text) > most:
        lines.append(f"| … {len(text)} lines in all (--json has them)")
    return lines


def _difference(before: str, after: str) -> list[str]:
    """The lines that go and come, the first of them."""
    from difflib import unified_diff

    marked = list(unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    changed = [cut(f"{line[0]} {line[1:]}", LONGEST_LINE) for line in marked if line[:1] in "+-" and line[1:].strip()]
    most = 2 * LONGEST_TEXT
    more = [f"… {len(changed) - most} more changed lines (--json has them)"] if len(changed) > most else []
    return [*changed[:most], *more]


def beside(change: Change) -> str:
    """What a change says in its own line, after the title."""
    said = [str(change.after[name]) for name in _beside(change) if change.after.get(name)]
    return f"  {' · '.join(said)}" if said else ""


def _beside(change: Change) -> tuple[str, ...]:
    """The attributes that fit into a change's own line: a new label's colour and use."""
    is_label = change.system == GITLAB and change.kind == LABEL and change.action is Action.CREATE
    return ("color", "description") if is_label else ()


def place_name(place: str) -> str:
    """A place by its last two names: full paths do not fit a screen, and the plan's JSON has them."""
    parts = place.split("/")
    return place if len(parts) <= SHOWN_NAMES or " " in place else f"…/{'/'.join(parts[-SHOWN_NAMES:])}"


def _name(name: str) -> str:
    if name == "minutes":
        return "time in total"
    return name.removesuffix("_ids").removesuffix("_id").removesuffix("_in_cents").replace("_", " ")


def _value(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        if set(value) == {"$id"}:
            return f"the new one of “{value['$id']}”"
        return ", ".join(f"{_name(str(key))} {_value(str(key), each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_value(name, each) for each in value)
    return _scalar(name, value)


def _scalar(name: str, value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name == "minutes":
        return f"{value / 60:,.2f}".rstrip("0").rstrip(".") + " h"
    if isinstance(value, int) and name.endswith("_in_cents"):
        return f"{value:,} cents"
    return str(value)
