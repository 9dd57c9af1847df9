"""The plan of a collaboration space: wanted minus seen, so that a second run finds everything already so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.gitlab_edits import (
    board_change,
    issue_change,
    kept,
    label_change,
)
from psdm_cli.changes.gitlab_places import Place, customer_place, new_place
from psdm_cli.changes.plan import Change
from psdm_cli.domain.audience import Customer, for_customer
from psdm_cli.domain.drafts import Draft
from psdm_cli.domain.gitlab import Group, Project
from psdm_cli.domain.space.names import group_name, raid_title
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Seen, Unseen, value_of
from psdm_cli.domain.space.wanted import BOARD, WORKFLOW, Wanted
from psdm_cli.workflows.kickoff_activity_changes import ActivityChanges
from psdm_cli.workflows.kickoff_internal import OwnSide, plan_label
from psdm_cli.workflows.kickoff_link import NO_FIELD, LinkField
from psdm_cli.workflows.kickoff_refusals import refuse_public, why_not
from psdm_cli.workflows.kickoff_texts import Texts

PRIVATE = "private"
MAINTAINER, DEVELOPER = 40, 30
MAY_CREATE = {"subgroup": MAINTAINER, "project": DEVELOPER}


@dataclass(frozen=True, slots=True)
class Intent:
    """What is going to be written; texts for others to act on; what was left out and why, in sentences."""

    changes: tuple[Change, ...] = ()
    requests: tuple[Draft, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass
class Planner:
    """Plans one space. `texts` writes what goes into issues, notes and files; `ask_owner` a request to an owner.

    `link_field` is Kantata's, for the collaboration project's address.
    """

    space: Space
    wanted: Wanted
    texts: Texts
    ask_owner: Callable[[Mapping[str, Any]], Draft]
    link_field: LinkField = NO_FIELD
    left_out: list[str] = field(default_factory=list, init=False)
    requests: list[Draft] = field(default_factory=list, init=False)
    _above: Change | None = field(default=None, init=False)

    def intent(self) -> Intent:
        """The whole plan. Raises `RefusedByRule` for a public place (exit 6)."""
        refuse_public(self.space)
        changes: list[Change] = []
        self._above = plan_label(self.space, self.wanted)
        if self._above is not None:
            changes.append(self._above)
        group = self._group(changes)
        if group is not None:
            changes += self._labels(group)
            project = self._project(group, changes)
            activities = ActivityChanges(self.space, self.wanted, self.texts, self.left_out, self._label_keys)
            changes += activities.changes(group, project)
            changes += self._board(group)
            if project is not None:
                changes += [*self._raid(project), *self.texts.files(project, group)]
        own = OwnSide(
            self.space,
            self.wanted,
            self.texts,
            tuple(changes),
            self.link_field,
            self.left_out,
            self.requests,
            self._above,
        )
        changes += own.changes()
        return Intent(tuple(changes), tuple(self.requests), tuple(self.left_out))

    @property
    def _sow(self) -> str:
        return self.wanted.contract.name

    # group and project

    def _group(self, changes: list[Change]) -> Place[Customer] | None:
        """The customer's group, seen or to be made; None where it can be neither."""
        parent, part = value_of(self.space.parent), self.space.group
        if isinstance(part, Seen):
            place = customer_place(part.value, self.space.places)
            changes.append(self._standing("group", part.value, place))
            return place
        if isinstance(part, Unseen) or part.waits_for or parent is None:
            self.left_out.append(f"the customer's group: {why_not(part if parent is not None else self.space.parent)}")
            return None
        above = customer_place(parent, self.space.places)
        made = make.group(
            above,
            name=for_customer(group_name(self.wanted.customer)),
            path=self.wanted.path,
            visibility=PRIVATE,
            sow=self._sow,
        )
        if self._may_not("subgroup"):
            self._ask("subgroup", parent, self.wanted.path, group_name(self.wanted.customer))
            return None
        changes.append(made)
        return new_place(above, made)

    def _project(self, group: Place[Customer], changes: list[Change]) -> Place[Customer] | None:
        part = self.space.project
        if isinstance(part, Seen):
            place = customer_place(part.value, self.space.places)
            changes.append(self._standing("project", part.value, place))
            return place
        if isinstance(part, Unseen) or part.waits_for:
            self.left_out.append(f"the project {self._sow}: {why_not(part)}")
            return None
        seen_group = value_of(self.space.group)
        if seen_group is not None and self._may_not("project"):
            self._ask("project", seen_group, self._sow, self._sow)
            return None
        made = make.project(
            group, name=for_customer(self._sow), path=self._sow, visibility=PRIVATE, readme=False, sow=self._sow
        )
        changes.append(made)
        return new_place(group, made)

    def _standing(self, kind: str, record: Group | Project, place: Place[Customer]) -> Change:
        """What is there, as a `keep` whose id stands for references."""
        above: Place[Customer] = Place(place.kind, place.ref, record.full_path.rpartition("/")[0], place.audience)
        name = for_customer(record.name)
        made = (make.group if kind == "group" else make.project)(above, name=name, path=record.path, sow=self._sow)
        return kept(made, record.id, record.url)

    def _may_not(self, what: str) -> bool:
        """Whether it is certain that the token's owner may not make it: by their access level at the place."""
        return self.space.level is not None and self.space.level < MAY_CREATE[what]

    def _ask(self, what: str, parent: Group, path: str, name: str) -> None:
        lacking = f"your access there allows no new {what}"
        self.left_out.append(f"the {what} {parent.full_path}/{path}: {lacking}; an owner must make it")
        self.requests.append(self.owner_request(what, parent.full_path, path, name, lacking))

    def owner_request(self, what: str, parent: str, path: str, name: str, reason: str) -> Draft:
        """The request to an owner for what the token may not make, ready to paste."""
        return self.ask_owner(
            {
                "sow": self._sow,
                "customer": self.wanted.customer,
                "what": what,
                "parent": parent,
                "path": path,
                "display_name": name,
                "reason": reason,
                "username": self.space.me.username if self.space.me is not None else "",
                "needed_by": self.wanted.kickoff,
                "command": f"psdm init-project {self._sow}",
            }
        )

    # labels

    def _labels(self, place: Place[Customer]) -> Iterator[Change]:
        part = self.space.labels
        if isinstance(part, Unseen):
            self.left_out.append(f"the labels: {part.reason}")
            return
        rows = {row.name: row for row in value_of(part) or ()}
        is_new = value_of(self.space.group) is None
        for wanted in self.wanted.labels.values():
            row = rows.get(wanted.name)
            about = for_customer(wanted.about) if wanted.about else None
            made = make.label(
                place, name=for_customer(wanted.name), color=wanted.color, description=about, sow=self._sow
            )
            if row is None and self._comes_from_above(wanted.name):
                continue
            if row is None:
                yield made
            elif row.own and not is_new and row.color.casefold() != wanted.color.casefold():
                yield label_change(place, row, color=wanted.color, sow=self._sow)
            else:
                yield kept(made, row.id)

    def _comes_from_above(self, name: str) -> bool:
        """Whether this plan makes the label in a group above the customer's."""
        group, parent = value_of(self.space.epics_group), value_of(self.space.parent)
        if self._above is None or group is None or parent is None or self._above.title != name:
            return False
        return self._above.place == group.full_path and group.id in (*parent.ancestors, parent.id)

    def _label_keys(self, group: Place[Customer]) -> tuple[str, ...]:
        """The keys of the labels to be made: GitLab would else make one of an unknown name in the wrong place."""
        seen = {row.name for row in value_of(self.space.labels) or ()}
        missing = [name for name in self.wanted.epic_labels if name not in seen]
        above = self._above.key if self._above is not None else ""
        return tuple(above if self._comes_from_above(name) else f"label:{group.full_path}:{name}" for name in missing)

    # the project

    def _raid(self, project: Place[Customer]) -> Iterator[Change]:
        part, label = self.space.raid, self.wanted.labels["raid"].name
        title = for_customer(raid_title(self.wanted.customer, self._sow))
        if isinstance(part, Unseen):
            self.left_out.append(f"the RAID issue: {part.reason}")
        elif isinstance(part, Seen):
            issue = part.value.issue
            renamed = None if part.value.renamed else title
            yield issue_change(project, issue, title=renamed, add_labels=(label,), sow=self._sow)
        else:
            yield make.issue(
                project, title=title, body=self.texts.raid(), mark=("raid", self._sow), labels=(label,), sow=self._sow
            )

    def _board(self, group: Place[Customer]) -> Iterator[Change]:
        """The workflow as a board of the customer's group: all their contracts share it, and Free has but one."""
        lists = [self.wanted.labels[key].name for key in WORKFLOW]
        if isinstance(self.space.boards, Unseen):
            self.left_out.append(f"the board: {self.space.boards.reason}")
            return
        boards = value_of(self.space.boards) or ()
        ours = next((board for board in boards if board.name == BOARD), None)
        shows = next((board for board in boards if set(lists) & set(board.lists)), None)
        made = make.board(group, name=for_customer(BOARD), lists=lists, sow=self._sow)
        if ours is not None:
            yield board_change(group, ours, lists=lists, sow=self._sow)
        elif shows is not None:
            yield kept(made, shows.id, why=f"the board “{shows.name}” shows the workflow already")
        else:
            yield made
