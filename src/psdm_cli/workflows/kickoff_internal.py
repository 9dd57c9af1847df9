"""The internal side of a space's plan: anchor, retrospective, links note, intake ticks, and Kantata's link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.gitlab_edits import kept, note_change
from psdm_cli.changes.gitlab_places import Place, Ref, internal_place, ref
from psdm_cli.changes.plan import TEXT_OF, Change, number_of
from psdm_cli.domain.audience import Internal, internal
from psdm_cli.domain.drafts import Draft
from psdm_cli.domain.gitlab import Epic, Issue
from psdm_cli.domain.space.links_note import LINKS
from psdm_cli.domain.space.names import epic_title, retro_title
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Seen, Unseen, value_of
from psdm_cli.domain.space.wanted import Wanted
from psdm_cli.workflows.kickoff_anchor import ANCHOR, WHO_MAKES_IT
from psdm_cli.workflows.kickoff_link import NO_FIELD, KantataLink, LinkField
from psdm_cli.workflows.kickoff_texts import Texts

#: stands for a number that is not known yet while an address is checked; it never leaves this room
_HOLE = "psdm-number-{}-"


def plan_label(space: Space, wanted: Wanted) -> Change | None:
    """The contract's label where issues of ps_plan may bear it: GitLab would else make one in the wrong place.

    Of the Customer Epics' group where ps_plan lies in it, so that one label is enough for everything below.
    """
    part, plan, label = space.plan_labels, value_of(space.plan), wanted.labels["sow"]
    if plan is None or not isinstance(part, Seen) or any(row.name == label.name for row in part.value):
        return None
    group = value_of(space.epics_group)
    above = group is not None and group.id in plan.ancestors
    where = internal_place(group if above and group is not None else plan, space.places)
    return make.label(where, name=internal(label.name), color=label.color, sow=space.name)


@dataclass
class OwnSide:
    """Plans what only we read. `made` are the changes of the customer's side, by key; `link_field` is Kantata's."""

    space: Space
    wanted: Wanted
    texts: Texts
    made: Sequence[Change]
    link_field: LinkField = NO_FIELD
    left_out: list[str] = field(default_factory=list)
    requests: list[Draft] = field(default_factory=list)
    label: Change | None = None
    _holes: dict[str, str] = field(default_factory=dict, init=False)

    def changes(self) -> Iterator[Change]:
        """Anchor, retrospective, the note with the links, the address in Kantata."""
        plan = self._plan()
        anchor, on = self._anchor(plan)
        if anchor is not None:
            yield anchor
        retro: Change | None = None
        if plan is not None:
            for change in self._retro(plan, on):
                retro = retro if retro is not None else change
                yield change
        if on is not None:
            yield from self._note(on, plan, retro)
        yield from self._kantata()

    @property
    def _sow(self) -> str:
        return self.wanted.contract.name

    @property
    def _label_name(self) -> str:
        return self.wanted.labels["sow"].name

    @property
    def _label_keys(self) -> tuple[str, ...]:
        return (self.label.key,) if self.label is not None else ()

    def _plan(self) -> Place[Internal] | None:
        """ps_plan; None where it is hidden."""
        plan = value_of(self.space.plan)
        if plan is None:
            part = self.space.plan
            why = part.reason if isinstance(part, Unseen) else getattr(part, "why", "")
            self.left_out.append(f"the retrospective: {why}")
            return None
        return internal_place(plan, self.space.places)

    # the Customer Epic

    def _anchor(self, plan: Place[Internal] | None) -> tuple[Change | None, Ref | None]:
        """The issue that stands for the Customer Epic where there are no epics; what everything hangs on."""
        part = self.space.customer_epic
        if isinstance(part, Seen):
            return None, part.value.id
        if self.space.anchored_by_issue and not isinstance(part, Unseen) and plan is not None:
            if self.space.several_epics:
                return None, None
            made = make.issue(
                plan,
                title=internal(epic_title(self.wanted.customer, self._sow)),
                body=internal(f"Stands for the Customer Epic of {self._sow}: links to customer and contract go here."),
                mark=(ANCHOR, self._sow),
                labels=(self._label_name,),
                depends_on=self._label_keys,
                sow=self._sow,
                why="an issue, since the plan has no epics",
            )
            return made, ref(made)
        why = part.reason if isinstance(part, Unseen) else part.why
        self.left_out.append(f"the links on the Customer Epic: {why}; {WHO_MAKES_IT}")
        return None, None

    # the retrospective

    def _retro(self, plan: Place[Internal], on: Ref | None) -> Iterator[Change]:
        part = self.space.retro
        if isinstance(part, Unseen):
            self.left_out.append(f"the retrospective: {part.reason}")
            return
        is_epic = isinstance(on, str) and "&" in on
        title = internal(retro_title(self.wanted.customer, self._sow))
        seen = value_of(part)
        if seen is None:
            body = self.texts.retro(self._project_path, self._anchor_url)
            self.left_out += [f"the team's retrospective template asks for “{each}”" for each in body.unknown]
            made = make.issue(
                plan,
                title=title,
                body=internal(body.text),
                mark=("retro", self._sow),
                labels=(self._label_name, *self._known_labels(body.fields.labels)),
                assignees=(self.space.me.username,) if self.space.me is not None and not self.space.me.bot else (),
                epic=on if is_epic else None,
                depends_on=self._label_keys,
                sow=self._sow,
            )
            yield made
            if on is not None and not is_epic:
                yield make.issue_link(plan, issue=on, target=ref(made), title="Retrospective linked with the anchor")
            return
        standing = make.issue(plan, title=title, body=internal(""), mark=("retro", self._sow), sow=self._sow)
        yield replace(kept(standing, seen.id, seen.url), title=seen.title)
        if on is not None and not self.space.retro_attached:
            if is_epic:
                yield make.epic_issue(plan, epic=on, issue=seen.id, title="Retrospective on the Customer Epic")
            else:
                yield make.issue_link(plan, issue=on, target=seen.id, title="Retrospective linked with the anchor")

    def _known_labels(self, asked: Sequence[str]) -> tuple[str, ...]:
        """The labels that the team's template asks for and that are there; the others are said, not made."""
        known = {row.name for row in value_of(self.space.plan_labels) or ()}
        unknown = [name for name in asked if name not in known]
        if unknown:
            self.left_out.append(f"labels of the team's retrospective template that do not exist: {', '.join(unknown)}")
        return tuple(name for name in dict.fromkeys(asked) if name in known and name != self._label_name)

    # the note with the links

    def _note(self, on: Ref, plan: Place[Internal] | None, retro: Change | None) -> Iterator[Change]:
        part = self.space.links_note
        group = value_of(self.space.epics_group)
        is_epic = isinstance(on, str) and "&" in on
        place = internal_place(group, self.space.places) if is_epic and group is not None else plan
        if isinstance(part, Unseen) or place is None:
            self.left_out.append(f"the note with the links: {part.reason if isinstance(part, Unseen) else 'hidden'}")
            return
        self._holes.clear()
        body = self.texts.links(self._targets(retro))
        mark, title, seen = (LINKS, self._sow), "Links to the space", value_of(part)
        if seen is not None:
            change = note_change(place, seen, on=on, body=body, mark=mark, title=title, sow=self._sow)
        else:
            change = make.note(place, on=on, body=body, mark=mark, title=title, sow=self._sow)
        yield self._filled(change)

    def _targets(self, retro: Change | None) -> dict[str, Any]:
        """The addresses that the note lists."""
        addresses, project, group = self.texts.addresses, self._project_path, self._group_path
        documents = [(title, url) for title, url in self.texts.documents]
        if group is not None:
            documents.insert(0, (f"Group of {self.wanted.customer}", addresses.group(group)))
        plan = value_of(self.space.plan)
        found: dict[str, Any] = {"documents": documents}
        if retro is not None and plan is not None:
            found["retro_url"] = addresses.issue(plan.full_path, self._number(retro))
        if project is None:
            return found
        raid = self._raid
        found["project_url"] = addresses.project(project)
        found["board_url"] = addresses.boards(group) if group is not None else None
        found["raid_url"] = addresses.issue(project, self._number(raid)) if raid is not None else None
        found["epics"] = [
            (change.title, self._activity_url(change, project, group))
            for change in self.made
            if self._is_activity(change)
        ]
        return found

    def _is_activity(self, change: Change) -> bool:
        if change.kind == "epic":
            return True
        ids = {each.record.id for each in value_of(self.space.activities) or ()}
        return change.kind == "issue" and (change.key.startswith("issue:activity:") or change.id in ids)

    def _activity_url(self, change: Change, project: str, group: str | None) -> str:
        number = self._number(change)
        if change.kind == "epic" and group is not None:
            return self.texts.addresses.epic(group, number)
        return self.texts.addresses.issue(project, number)

    def _number(self, change: Change) -> str:
        """The number of an issue or epic, or a hole for one that the plan makes."""
        if change.id is not None:
            return change.id.replace("&", "#").rpartition("#")[2]
        hole = _HOLE.format(len(self._holes))
        self._holes[hole] = change.key
        return hole

    def _filled(self, change: Change) -> Change:
        """The change with its holes as references, if its text has any."""
        body = change.after.get("body")
        if not isinstance(body, str) or not any(hole in body for hole in self._holes):
            return change
        for hole, key in self._holes.items():
            body = body.replace(hole, number_of(key))
        return replace(change, after={**change.after, "body": {TEXT_OF: body}})

    # what the customer's side has

    @property
    def _raid(self) -> Change | None:
        seen = value_of(self.space.raid)
        mine = (f"issue:raid:{self._sow}", f"issue:{seen.issue.id}" if seen is not None else "")
        return next((change for change in self.made if change.key in mine), None)

    @property
    def _project_path(self) -> str | None:
        return next((c.key.partition(":")[2] for c in self.made if c.kind == "project"), None)

    @property
    def _group_path(self) -> str | None:
        return next((c.key.partition(":")[2] for c in self.made if c.kind == "group"), None)

    @property
    def _anchor_url(self) -> str | None:
        anchor = value_of(self.space.customer_epic)
        if anchor is None:
            return None
        record: Epic | Issue = anchor.record
        group, plan = value_of(self.space.epics_group), value_of(self.space.plan)
        if isinstance(record, Epic) and group is not None:
            return self.texts.addresses.epic(group.full_path, record.iid)
        return self.texts.addresses.issue(plan.full_path, record.iid) if plan is not None else None

    # Kantata

    def _kantata(self) -> Iterator[Change]:
        """The collaboration project's address in Kantata's custom field."""
        path = self._project_path
        if path is None:
            return
        link = KantataLink(self.space, self.link_field, self.texts.addresses.project(path))
        change = link.change(next(c for c in self.made if c.kind == "project"))
        if isinstance(change, Change):
            yield change
            return
        self.left_out.append(f"the link in Kantata: {change}")
        refused = self.link_field.refused
        request = link.request(refused.said) if refused is not None else None
        if request is not None:
            self.requests.append(request)
