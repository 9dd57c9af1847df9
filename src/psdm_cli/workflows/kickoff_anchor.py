"""Finding what sales and PS Ops left behind: Customer Epic, intake, scoping, DoW; and what psdm hung on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from psdm_cli.domain.gitlab import Capabilities, Epic, EpicsBy, Group, Issue, LabelRow, Note, Project
from psdm_cli.domain.markers import markers_in, without_markers
from psdm_cli.domain.space import intake, observed, scoping
from psdm_cli.domain.space.links_note import LINKS
from psdm_cli.domain.space.names import Contract, retro_title, same_name
from psdm_cli.domain.space.observed import Anchor
from psdm_cli.domain.space.parts import Missing, Part, Seen, Unseen, value_of
from psdm_cli.errors import Forbidden
from psdm_cli.systems.gitlab_ports import GitLab
from psdm_cli.workflows.kickoff_looking import looked

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings

T = TypeVar("T")
ANCHOR = "customer"  # the kind of marker of the issue that stands for a Customer Epic
WHO_MAKES_IT = "PS Quote makes it after legal approval; ask PS Ops, or the engagement manager"
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'|`]+")
_DOW = re.compile(r"(?i:description of work)|(?<![A-Za-z])DoW(?![A-Za-z])")
_RETRO = re.compile(r"retrospective|project journal", re.IGNORECASE)
_OF_CUSTOMER = re.compile(r"customer retrospective", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Anchors:
    """The Customer Epic; its title; and, where several might be it, all of them (then the part is missing)."""

    part: Part[Anchor]
    title: str | None = None
    several: tuple[Epic | Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Papers:
    """What hangs on the Customer Epic."""

    intake: Part[intake.Intake]
    scoping: Part[scoping.Scoping]
    dow: Part[str]
    retro: Part[Issue]
    links_note: Part[Note]
    retro_attached: bool = True


@dataclass
class AnchorReader:
    """Reads the internal side. `told` are stored facts; `capabilities` those of the Customer Epics' root group."""

    gitlab: GitLab
    settings: Settings
    contract: Contract
    told: Mapping[str, str]
    capabilities: Capabilities
    _labelled: list[Issue] | None = field(default=None, init=False)
    _notes: Sequence[Note] | None = field(default=None, init=False)

    @property
    def _group(self) -> str:
        return self.settings.gitlab.groups.customer_epics

    @property
    def _plan(self) -> str:
        return self.settings.gitlab.projects.ps_plan

    # the configured places

    def group(self) -> Part[Group]:
        """The group of the Customer Epics."""

        def read() -> Part[Group]:
            found = self.gitlab.group(self._group)
            return (
                Seen(found, "path")
                if found is not None
                else Missing(f"the group {self._group} is not there, or hidden")
            )

        return looked(read)

    def plan(self) -> Part[Project]:
        """The project ps_plan."""

        def read() -> Part[Project]:
            found = self.gitlab.project(self._plan)
            why = f"the project {self._plan} is not there, or hidden"
            return Seen(found, "path") if found is not None else Missing(why)

        return looked(read)

    def plan_labels(self, plan: Part[Project]) -> Part[tuple[LabelRow, ...]]:
        """The labels that issues of ps_plan may bear."""
        if not isinstance(plan, Seen):
            return plan
        return looked(lambda: Seen(tuple(self.gitlab.labels(project=plan.value.id))))

    # the Customer Epic

    def customer_epics(self) -> Anchors:
        """The Customer Epic by stored id, or by number in its title and label; open ones before closed ones."""
        try:
            if self.capabilities.epics is EpicsBy.MILESTONES:
                return self._chosen([*self._stored_issue(), *self._anchor_issues()], "issue")
            return self._chosen([*self._stored_epic(), *self._epics()], "epic")
        except Forbidden as refused:
            return Anchors(Unseen(refused.message))

    def _stored_epic(self) -> list[Epic]:
        group, _, iid = self.told.get(observed.FACT_EPIC, "").partition("&")
        found = self.gitlab.epic(group, iid) if iid else None
        return [found] if found is not None else []

    def _stored_issue(self) -> list[Issue]:
        project, _, iid = self.told.get(observed.FACT_EPIC, "").partition("#")
        found = self.gitlab.issue(project, iid) if iid else None
        return [found] if found is not None else []

    def _epics(self) -> list[Epic]:
        found = list(self.gitlab.epics(self._group, labels=(self.contract.name,)))
        found += self.gitlab.epics(self._group, search=self.contract.name)
        return found

    def _anchor_issues(self) -> list[Issue]:
        """Issues of ps_plan that stand for a Customer Epic: marked as such, or with the number first in the title."""
        begins = re.compile(rf"\s*{self.contract.pattern.pattern}", re.IGNORECASE)
        return [
            issue
            for issue in self._plan_issues()
            if (ANCHOR, self.contract.name) in markers_in(issue.description) or begins.match(issue.title)
        ]

    def _plan_issues(self) -> list[Issue]:
        """The issues of ps_plan that bear the contract's label or number, each once."""
        if self._labelled is None:
            found = [
                *self.gitlab.issues(project=self._plan, all_labels=(self.contract.name,)),
                *self.gitlab.issues(project=self._plan, search=self.contract.name, search_in="title"),
            ]
            self._labelled = list({issue.id: issue for issue in found}.values())
        return self._labelled

    def _chosen(self, found: Sequence[Epic | Issue], what: str) -> Anchors:
        stored = found[0] if found and observed.FACT_EPIC in self.told else None
        if stored is not None and stored.id == self.told[observed.FACT_EPIC]:
            return self._anchor(stored, "stored id")
        unique = list({each.id: each for each in found}.values())
        titled = [each for each in unique if self.contract.stands_in(each.title)]
        labelled = [each for each in unique if any(self._is_own(label) for label in each.labels)]
        both = [each for each in titled if each in labelled]
        for group, how in ((both, "label and title"), (titled, "title"), (labelled, "label")):
            standing = [each for each in group if each.state == "opened"] or group
            if len(standing) == 1:
                return self._anchor(standing[0], how)
            if standing:
                return Anchors(Missing(f"several might be it: {len(standing)}"), several=tuple(standing))
        where = self._plan if what == "issue" else self._group
        return Anchors(Missing(f"no {what} in {where} has {self.contract.name} in its title or as label"))

    def _is_own(self, label: str) -> bool:
        return label.casefold() == self.contract.name.casefold()

    def _anchor(self, record: Epic | Issue, how: str) -> Anchors:
        text = without_markers(record.description)
        links = tuple(dict.fromkeys(found.rstrip(".,;:!?*_") for found in _ADDRESS.findall(text)))
        return Anchors(Seen(Anchor(record, links), how), title=record.title)

    # what hangs on it

    def papers(self, anchor: Part[Anchor]) -> Papers:
        """The issues that hang on the Customer Epic, and its notes; without one, those of ps_plan with the label."""
        if isinstance(anchor, Unseen):
            return Papers(anchor, anchor, anchor, anchor, anchor)
        seen = value_of(anchor)
        try:
            attached = self._attached(seen)
        except Forbidden as refused:
            unseen = Unseen(refused.message)
            return Papers(unseen, unseen, unseen, unseen, self._note(seen))
        elsewhere = self._elsewhere(attached)
        found_intake = _one(attached, elsewhere, lambda issue: intake.is_intake(issue.title), "Scheduling Intake")
        found_scoping = _one(attached, elsewhere, lambda issue: scoping.is_scoping(issue.title), "scoping")
        retro = self._retro(attached, elsewhere)
        hangs = isinstance(retro, Seen) and retro.value in attached
        return Papers(
            _mapped(found_intake, intake.parse),
            _mapped(found_scoping, scoping.parse),
            self._dow(seen, attached),
            retro,
            self._note(seen),
            hangs or not isinstance(retro, Seen),
        )

    def _attached(self, anchor: Anchor | None) -> list[Issue]:
        if anchor is None:
            return []
        if isinstance(anchor.record, Epic):
            return list(self.gitlab.epic_issues(anchor.record))
        return list(self.gitlab.linked(anchor.record))

    def _elsewhere(self, attached: Sequence[Issue]) -> list[Issue]:
        """Issues of ps_plan about this contract that do not hang on its Customer Epic; none where they are hidden."""
        ids = {issue.id for issue in attached}
        try:
            return [issue for issue in self._plan_issues() if issue.id not in ids]
        except Forbidden:
            return []

    def _retro(self, attached: Sequence[Issue], elsewhere: Sequence[Issue]) -> Part[Issue]:
        marked = ("retro", self.contract.name)
        every = [*attached, *elsewhere]
        stored = self.told.get(observed.FACT_RETRO)
        for how, found in (
            ("stored id", [issue for issue in every if issue.id == stored]),
            ("marker", [issue for issue in every if marked in markers_in(issue.description)]),
            ("title", [issue for issue in attached if self._is_retro(issue)]),
            ("title", [issue for issue in elsewhere if self._is_retro(issue) and self.contract.stands_in(issue.title)]),
        ):
            standing = [issue for issue in found if issue.state == "opened"] or found
            if standing:
                return Seen(standing[0], how)
        return Missing("no internal retrospective hangs on the Customer Epic")

    def _is_retro(self, issue: Issue) -> bool:
        customer = self.told.get(observed.FACT_CUSTOMER)
        if customer and same_name(issue.title, retro_title(customer, self.contract.name)):
            return True
        return _RETRO.search(issue.title) is not None and _OF_CUSTOMER.search(issue.title) is None

    def _dow(self, anchor: Anchor | None, attached: Sequence[Issue]) -> Part[str]:
        """The Description of Work: an issue for it, or a link or attachment to one in the epic's text or notes."""
        if anchor is None:
            return Missing("there is no Customer Epic to attach it to")
        label = self.settings.labels["description_of_work"].name
        for issue in attached:
            if label in issue.labels or _DOW.search(issue.title):
                return Seen(issue.url or issue.title, "issue")
        try:
            notes = self._notes_on(anchor)
        except Forbidden as refused:
            return Unseen(refused.message)
        for text in (anchor.record.description or "", *(note.body for note in notes)):
            for line in without_markers(text).split("\n"):
                if _DOW.search(line) and (_ADDRESS.search(line) or "/uploads/" in line):
                    return Seen(anchor.url or anchor.title, "link on the Customer Epic")
        return Missing("no Description of Work is attached to the Customer Epic")

    def _note(self, anchor: Anchor | None) -> Part[Note]:
        if anchor is None:
            return Missing("there is no Customer Epic to write it on")
        try:
            notes = self._notes_on(anchor)
        except Forbidden as refused:
            return Unseen(refused.message)
        marked = [note for note in notes if (LINKS, self.contract.name) in markers_in(note.body)]
        return Seen(marked[-1], "marker") if marked else Missing("no note with the links to the space")

    def _notes_on(self, anchor: Anchor) -> Sequence[Note]:
        if self._notes is None:
            self._notes = self.gitlab.notes(anchor.record)
        return self._notes


def _one(
    attached: Sequence[Issue], elsewhere: Sequence[Issue], is_it: Callable[[Issue], bool], what: str
) -> Part[Issue]:
    for found, how in (([i for i in attached if is_it(i)], "attached"), ([i for i in elsewhere if is_it(i)], "label")):
        standing = [issue for issue in found if issue.state == "opened"] or found
        if standing:
            return Seen(standing[0], how)
    return Missing(f"no {what} issue hangs on the Customer Epic")


def _mapped(part: Part[Issue], parse: Callable[[Issue], T]) -> Part[T]:
    return Seen(parse(part.value), part.how) if isinstance(part, Seen) else part
