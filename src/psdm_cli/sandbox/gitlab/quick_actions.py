"""Carrying quick actions out, with the rights of whoever saved the text and no others."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import durations, item_labels, item_links, tables
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.item_changes import Wish, changes_of, save
from psdm_cli.sandbox.gitlab.item_places import belongs, by_reference, home, is_epic, mine, plans, reference
from psdm_cli.sandbox.gitlab.item_statuses import DUPLICATE, status_named
from psdm_cli.sandbox.gitlab.quick_action_text import QUIET, UNMODELLED, Command
from psdm_cli.sandbox.gitlab.refusals import Refusal

HEALTH = ("on_track", "needs_attention", "at_risk")
_TITLED = re.compile(r'[~%](?:"(?P<quoted>[^"]+)"|(?P<plain>[^\s~%]+))|(?P<bare>[^\s~%]+)')
_GONE: dict[str, tuple[str, Any, str]] = {
    "clear_health_status": ("health_status", None, "Cleared health status."),
    "clear_weight": ("weight", None, "Cleared weight."),
    "remove_due_date": ("due_date", None, "Removed the due date."),
    "remove_epic": ("parent_id", None, "Removed the epic."),
    "remove_estimate": ("time_estimate", 0, "Removed time estimate."),
    "remove_iteration": ("iteration_id", None, "Removed the iteration."),
    "remove_milestone": ("milestone_id", None, "Removed the milestone."),
    "remove_parent": ("parent_id", None, "Removed the parent."),
    "unlock": ("discussion_locked", False, "Unlocked the discussion."),
    "lock": ("discussion_locked", True, "Locked the discussion."),
    "confidential": ("confidential", True, "Made this confidential."),
}


@dataclass(slots=True)
class Outcome:
    """What quick actions come to: wishes, things to do once the item is saved, words about what was done and not.

    `entries` are its rows in the table `quick_actions`.
    """

    wish: Wish = field(default_factory=dict)
    after: list[Callable[[Row], None]] = field(default_factory=list)
    summary: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)


class _No(Exception):
    """A quick action that cannot be applied here."""


def weigh(call: Call, place: Row, item: Row | None, kind: str, commands: Sequence[Command]) -> Outcome:
    """Reads commands into an outcome; each is entered into the table `quick_actions`, applied or not.

    `item` is None while it is being created: then its author has all the rights of creation.
    """
    turn = _Turn(call, place, item, kind)
    for command in commands:
        applied = True
        try:
            turn.outcome.summary.append(turn.weighed(command))
        except _No as no:
            applied = False
            turn.outcome.failed.append(str(no) or f"Could not apply {command.name} command.")
        entry = {"command": command.name, "argument": command.argument, "applied": applied, "at": call.stamp}
        who = {"user_id": call.me["id"], "work_item_id": item["id"] if item else None}
        turn.outcome.entries.append(tables.put(call.account, "quick_actions", entry | who))
        if command.name in UNMODELLED:
            call.note(f"quick action /{command.name} is not modelled")
    return turn.outcome


class _Turn:
    """Commands of one text, weighed one after the other."""

    def __init__(self, call: Call, place: Row, item: Row | None, kind: str) -> None:
        self.call = call
        self.place = place
        self.item = item
        self.kind = kind
        self.outcome = Outcome()
        self.wish = self.outcome.wish

    def weighed(self, command: Command) -> str:
        """What the command did, in words; raises `_No` when it cannot be applied."""
        name = command.name
        if name in QUIET or name in UNMODELLED:
            return f"Applied {name}."
        self._allowed(name)
        if name in _GONE:
            attribute, value, said = _GONE[name]
            self.wish[attribute] = value
            return said
        for names, handler in _HANDLERS:
            if name in names:
                return handler(self, command)
        raise _No

    def _allowed(self, name: str) -> None:
        if self.item is None or plans(self.call, self.item):
            return
        if not (mine(self.call, self.item) and not is_epic(self.item) and name in ("close", "reopen", "title")):
            raise _No

    def state(self, command: Command) -> str:
        """Close and reopen."""
        opened = self.item is None or self.item["state"] == "opened"
        if (command.name == "close") != opened:
            raise _No
        self.wish["state_event"] = command.name
        return f"{'Closed' if command.name == 'close' else 'Reopened'} this {self.kind.lower()}."

    def title(self, command: Command) -> str:
        """Title."""
        self.wish["title"] = _given(command)
        return f'Changed the title to "{command.argument}".'

    def labels(self, command: Command) -> str:
        """Label, unlabel, relabel; an unknown label is not made."""
        names = _titles(command.argument)
        reach = {str(row["id"]): int(row["id"]) for row in item_labels.reachable(self.call, self.place)}
        ids = item_labels.ids_of(self.call, self.place, names, create=False)
        ids += [reach[name] for name in names if name in reach]
        if command.name == "unlabel" and not names:
            self.wish["label_ids"] = []
            return "Removed all labels."
        if not ids:
            raise _No
        key = {"label": "add_label_ids", "unlabel": "remove_label_ids", "relabel": "label_ids"}[command.name]
        self.wish[key] = ids if key == "label_ids" else [*self.wish.get(key, []), *ids]
        shown = " ".join(f"~{self.call.account.row('labels', id_)['name']}" for id_ in ids)
        verb = {"label": "Added", "unlabel": "Removed", "relabel": "Replaced all labels with"}[command.name]
        return f"{verb} {shown} label{'s' if len(ids) != 1 else ''}."

    def assign(self, command: Command) -> str:
        """Assign, reassign, unassign."""
        names = [part.lstrip("@") for part in re.split(r"[\s,]+|\band\b", command.argument) if part.strip("@")]
        ids = []
        for name in names:
            rows = [self.call.me] if name == "me" else self.call.account.find("users", "username", name)
            ids += [int(row["id"]) for row in rows]
        present = self.item["assignee_ids"] if self.item else []
        old = list(self.wish.get("assignee_ids") or present)
        if command.name == "unassign":
            self.wish["assignee_ids"] = [id_ for id_ in old if names and id_ not in ids]
            return "Removed assignees."
        if not ids:
            raise _No
        keep = old if command.name == "assign" and self.call.has("several_assignees") else []
        self.wish["assignee_ids"] = [*keep, *ids]
        return f"Assigned {', '.join('@' + name for name in names)}."

    def time(self, command: Command) -> str:
        """Estimate and spend."""
        amount = durations.seconds(_given(command).split(" 20")[0])
        if amount is None:
            raise _No
        self.wish["time_estimate" if command.name == "estimate" else "add_time_spent"] = amount
        said = "Set time estimate to" if command.name == "estimate" else "Added spent time:"
        return f"{said} {durations.human(amount)}."

    def due(self, command: Command) -> str:
        """Due date."""
        text = _given(command).lower()
        if text in ("today", "tomorrow"):
            day = self.call.today + timedelta(days=text == "tomorrow")
        else:
            try:
                day = date.fromisoformat(text)
            except ValueError:
                raise _No from None
        self.wish["due_date"] = day.isoformat()
        return f"Set the due date to {day.isoformat()}."

    def measure(self, command: Command) -> str:
        """Weight, health status, status: each where the plan has it and the value is one."""
        name, text = command.name, _given(command)
        status = status_named(text.strip('"')) if name == "status" and self.call.has("work_item_status") else None
        if name == "weight" and self.call.has("weights") and text.isdigit():
            self.wish["weight"] = int(text)
        elif name == "health_status" and self.call.has("health_status") and text in HEALTH:
            self.wish["health_status"] = text
        elif status is not None:
            self.wish["status"] = status.name
        else:
            raise _No
        return f"Set {name.replace('_', ' ')} to {text}."

    def timebox(self, command: Command) -> str:
        """Milestone and iteration, by title or id, in reach of the place."""
        name, text = command.name, _given(command)
        number = re.fullmatch(r'(?:\*iteration:|%)"?(\d+)"?', text)
        titles = _titles(text.replace("*iteration:", "%", 1))
        if name == "iteration" and not self.call.has("iterations"):
            raise _No
        for each in tables.with_ancestors(self.call.account, self.place):
            for row in self.call.account.find(f"{name}s", tables.column_of(each), each["id"]):
                if (number and str(row["id"]) == number[1]) or (titles and row["title"] == titles[0]):
                    self.wish[f"{name}_id"] = int(row["id"])
                    return f"Set the {name} to {text}."
        raise _No

    # -- things that need the item to be saved ------------------------------------------------------------------

    def _targets(self, command: Command) -> list[Row]:
        rows = [by_reference(self.call, part, self.place) for part in re.split(r"[\s,]+", command.argument) if part]
        found = [row for row in rows if row is not None]
        if not found or len(found) != len(rows):
            raise _No
        return found

    def link(self, command: Command) -> str:
        """Relate, blocks, blocked_by, unlink, duplicate."""
        targets = self._targets(command)
        kind = {"blocks": "blocks", "blocked_by": "is_blocked_by"}.get(command.name, "relates_to")

        def apply(item: Row) -> None:
            for target in targets:
                made = item_links.between(self.call, item, target)
                if command.name == "unlink":
                    if made is not None:
                        item_links.unlink(self.call, made)
                elif made is None:
                    item_links.link(self.call, item, target, kind)

        if command.name == "duplicate":
            self.wish |= {"status": DUPLICATE.name, "state_event": "close"}
        self.outcome.after.append(apply)
        shown = " and ".join(reference(self.call, target) for target in targets)
        return f"{'Removed the link with' if command.name == 'unlink' else 'Linked to'} {shown}."

    def parent(self, command: Command) -> str:
        """Epic and set_parent."""
        target = self._targets(command)[0]
        if not belongs(self.call, target):
            raise _No
        if command.name == "epic" and (not is_epic(target) or self.kind == "Epic"):
            raise _No
        self.wish["parent_id"] = int(target["id"])
        return f"Set {reference(self.call, target)} as parent."

    def child(self, command: Command) -> str:
        """Taking an item in as a child, and letting it go."""
        target = self._targets(command)[0]
        if not plans(self.call, target):
            raise _No
        adding = command.name in ("add_child", "child_epic")

        def apply(item: Row) -> None:
            if adding or target["parent_id"] == item["id"]:
                wish = {"parent_id": item["id"] if adding else None}
                save(self.call, target, changes_of(self.call, home(self.call, target), target, wish), wish)

        self.outcome.after.append(apply)
        shown = reference(self.call, target)
        return f"{'Added' if adding else 'Removed'} {shown} {'to' if adding else 'from'} this item."


_HANDLERS: tuple[tuple[tuple[str, ...], Callable[[_Turn, Command], str]], ...] = (
    (("close", "reopen"), _Turn.state),
    (("title",), _Turn.title),
    (("label", "unlabel", "relabel"), _Turn.labels),
    (("assign", "reassign", "unassign"), _Turn.assign),
    (("estimate", "spend"), _Turn.time),
    (("due",), _Turn.due),
    (("weight", "health_status", "status"), _Turn.measure),
    (("milestone", "iteration"), _Turn.timebox),
    (("relate", "blocks", "blocked_by", "unlink", "duplicate"), _Turn.link),
    (("epic", "set_parent"), _Turn.parent),
    (("add_child", "child_epic", "remove_child", "remove_child_epic"), _Turn.child),
)


def _given(command: Command) -> str:
    if not command.argument:
        raise _No
    return command.argument


def _titles(text: str) -> list[str]:
    return [match["quoted"] or match["plain"] or match["bare"] for match in _TITLED.finditer(text)]


def carried_out(call: Call, outcome: Outcome, item: Row) -> None:
    """Does what waited for the item to be saved; a refusal there becomes one more failure."""
    for entry in outcome.entries:
        call.account.update("quick_actions", entry["id"], work_item_id=item["id"])
    for step in outcome.after:
        try:
            step(item)
        except Refusal as refusal:
            outcome.failed.append(str(refusal.body.get("message", "Could not apply a command.")))
