"""Practice systems that are put back to where they began, and what a kickoff left in them, ids and times aside."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kickoff_practice import Practice, practice
from psdm_process import Outcome

from psdm_cli.sandbox import KantataSandbox
from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.gitlab.readings import Plan
from psdm_cli.sandbox.gitlab.server import GitLabSandbox

#: where a column's ids point, by table where that differs
POINTS_TO = {
    "about_id": "work_items",
    "board_id": "boards",
    "group_id": "groups",
    "label_id": "labels",
    "label_ids": "labels",
    "milestone_id": "milestones",
    "namespace_id": "groups",
    "parent_id": "work_items",
    "project_id": "projects",
    "target_id": "work_items",
    "work_item_id": "work_items",
}
#: what a row is called, whichever column its table has for it
NAMES = ("full_path", "path_with_namespace", "title", "name")
BASE = re.compile(r"^/api/v\d")
#: columns that say nothing but a number of the server's
IDS = ("id", "iid", "epic_id", "last_commit_id", "sha", "source_id")
#: an item's address in a text, whose number depends on what was made first
ADDRESS = re.compile(r"/(?P<place>[^\s()]+)/-/(?P<kind>issues|epics|work_items)/(?P<number>\d+)")
#: counters and the order of things, which a failed attempt may move on
ASIDE = ("commits", "iids", "redirects", "tokens")


@dataclass(frozen=True)
class Story:
    """A kickoff: the plan of the GitLab, and what is typed."""

    sow: str
    plan: Plan
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Repeatable:
    """Practice systems with a store that has read Kantata already, and the way back to that moment."""

    world: Practice
    story: Story
    rewind: Callable[[], None]

    @property
    def systems(self) -> dict[str, KantataSandbox | GitLabSandbox]:
        """Both servers by name."""
        return {"kantata": self.world.kantata, "gitlab": self.world.gitlab}

    def run(self) -> Outcome:
        """The story's `init-project`, applied."""
        return self.world.init(self.story.sow, *self.story.arguments, "--yes")

    def requests(self) -> dict[str, int]:
        """How many requests each system has seen since the way back."""
        return {name: len(system.requests) for name, system in self.systems.items()}

    def doors(self) -> set[tuple[str, str, str]]:
        """What was asked since the way back: system, method and path, whatever the numbers in it."""
        return {
            (name, each.method, re.sub(r"\d+", "#", BASE.sub("", each.path)))
            for name, system in self.systems.items()
            for each in system.requests
        }

    def struck(self) -> set[tuple[str, str, str]]:
        """What met a fault that strikes each."""
        return {
            (name, method, re.sub(r"\d+", "#", path))
            for name, system in self.systems.items()
            for fault in system.script.queue
            for method, path, *_ in fault.met
        }

    def fault(self, *systems: str, **wrong: Any) -> None:
        """Let requests to these systems (none named: to both) go wrong."""
        for name in systems or self.systems:
            self.systems[name].fault("*", "/", **wrong)

    def calm(self) -> None:
        """No more faults."""
        for system in self.systems.values():
            system.script.clear()

    def violations(self) -> list[object]:
        """Requests outside the contracts."""
        return [each for system in self.systems.values() for each in system.violations]

    def end_state(self) -> list[str]:
        """All rows of both systems, each by its content and by the names of what it points to."""
        return _contents(self.world.gitlab.account) + _contents(self.world.kantata.account, ("custom_field_values",))


@contextmanager
def repeatable(home: Path, story: Story, patience: int) -> Iterator[Repeatable]:
    """Both systems in memory, where the next run of the story finds everything as the first one did.

    `patience`: the seconds that psdm waits for a system at most.
    """
    at_work, kept, settings = home / "at-work", home / "kept", home / "psdm.yaml"
    at_work.mkdir(parents=True)
    settings.write_text(f"kantata:\n  patience_seconds: {patience}\n")
    with practice(at_work, story.plan) as made:
        world = Practice(made.kantata, made.gitlab, made.psdm.with_(PSDM_CONFIG=str(settings)))
        before = world.init(story.sow, *story.arguments, "--dry-run")
        assert before.code == 3, before.err
        shutil.copytree(at_work, kept)
        accounts = [(each.account, copy.deepcopy(each.account.tables)) for each in (world.kantata, world.gitlab)]

        def rewind() -> None:
            shutil.rmtree(at_work)
            shutil.copytree(kept, at_work)
            for account, tables in accounts:
                account.tables.clear()
                account.tables.update(copy.deepcopy(tables))
                account.touched()
            world.kantata.clear()
            world.gitlab.clear()

        rewind()
        yield Repeatable(world, story, rewind)


def _contents(account: Account, tables: tuple[str, ...] = ()) -> list[str]:
    wanted = tables or tuple(name for name in account.tables if name not in ASIDE)
    return sorted(
        f"{name} {json.dumps(_told(account, name, row), sort_keys=True, default=str)}"
        for name in wanted
        for row in account.rows(name)
    )


def _told(account: Account, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for column, value in row.items():
        target = "groups" if (table, column) == ("groups", "parent_id") else POINTS_TO.get(column)
        if target is None or value is None or target not in account.tables:
            if column not in IDS and not column.endswith(("_at", "_on")):
                told[column] = _with_titles(account, value) if isinstance(value, str) else value
        else:
            several = value if isinstance(value, list) else [value]
            told[column] = sorted(_name(account, target, each) for each in several)
    return told


def _with_titles(account: Account, text: str) -> str:
    """A text in which addresses of items end in the item's title."""

    def titled(address: re.Match[str]) -> str:
        place, number = address["place"], address["number"]
        here = [row["title"] for row in account.rows("work_items") if _stands_at(account, row, place, number)]
        return f"/{place}/-/{address['kind']}/{here}"

    return ADDRESS.sub(titled, text)


def _stands_at(account: Account, item: Mapping[str, Any], place: str, number: str) -> bool:
    if str(item["iid"]) != number:
        return False
    in_project = item.get("project_id") is not None
    path = _name(account, "projects", item["project_id"]) if in_project else _name(account, "groups", item["group_id"])
    return place.endswith(path)


def _name(account: Account, table: str, ident: object) -> str:
    row = account.get(table, ident) or {}
    return next((str(row[name]) for name in NAMES if row.get(name)), str(ident))
