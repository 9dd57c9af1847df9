"""The contract's activities as epics; where the plan has none, as issues of the project under one milestone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.gitlab_edits import epic_change, issue_change, kept
from psdm_cli.changes.gitlab_places import Place, Ref, ref
from psdm_cli.changes.plan import Change
from psdm_cli.domain.audience import Customer, for_customer
from psdm_cli.domain.gitlab import Epic
from psdm_cli.domain.space.names import activity_key, same_name
from psdm_cli.domain.space.observed import ActivitySeen, Space
from psdm_cli.domain.space.parts import Unseen, value_of
from psdm_cli.domain.space.wanted import Activity, Wanted
from psdm_cli.workflows.kickoff_texts import Texts


@dataclass(frozen=True)
class ActivityChanges:
    """Plans the activities. `label_keys`: the changes that make the labels which an activity of a group waits for."""

    space: Space
    wanted: Wanted
    texts: Texts
    left_out: list[str]
    label_keys: Callable[[Place[Customer]], tuple[str, ...]]

    @property
    def _sow(self) -> str:
        return self.wanted.contract.name

    def changes(self, group: Place[Customer], project: Place[Customer] | None) -> Iterator[Change]:
        """The activities as wanted, and others of the contract that stand there."""
        part = self.space.activities
        if isinstance(part, Unseen):
            self.left_out.append(f"the activities: {part.reason}")
            return
        milestone: Ref | None = None
        if self.space.by_milestones:
            made = self._milestone(group)
            yield made
            milestone = ref(made)
            if project is None:
                self.left_out.append("the activities: they become issues of the project, which is not there")
                return
        waiting = list(value_of(part) or ())
        for activity, key in zip(self.wanted.activities, self.wanted.slugs, strict=True):
            found = next((each for each in waiting if each.slug == key), None) or next(
                (each for each in waiting if each.slug is None and same_name(each.title, activity.title)), None
            )
            if found is not None:
                waiting.remove(found)
                yield self._brought_in_order(found, activity, group, project)
            elif milestone is not None and project is not None:
                yield self._issue_for(activity, key, project, milestone)
            else:
                yield self._epic_for(activity, key, group, project)
        for other in waiting:
            yield self._brought_in_order(other, Activity(other.title), group, project)

    def _epic_for(
        self, activity: Activity, key: str, group: Place[Customer], project: Place[Customer] | None
    ) -> Change:
        return make.epic(
            group,
            title=for_customer(activity.title),
            body=self.texts.activity(activity, key, project.full_path if project is not None else None),
            mark=("activity", activity_key(self._sow, key)),
            labels=self.wanted.epic_labels,
            start=activity.start,
            due=activity.due,
            depends_on=self.label_keys(group),
            sow=self._sow,
        )

    def _issue_for(self, activity: Activity, key: str, project: Place[Customer], milestone: Ref) -> Change:
        return make.issue(
            project,
            title=for_customer(activity.title),
            body=self.texts.activity(activity, key, project.full_path),
            mark=("activity", activity_key(self._sow, key)),
            labels=self.wanted.epic_labels,
            due=activity.due,
            milestone=milestone,
            sow=self._sow,
            why="an issue, since the plan has no epics",
        )

    def _brought_in_order(
        self, seen: ActivitySeen, activity: Activity, group: Place[Customer], project: Place[Customer] | None
    ) -> Change:
        add = self.wanted.lacking_labels(seen.labels)
        start = activity.start if activity.start != seen.start else None
        due = activity.due if activity.due != seen.due else None
        record = seen.record
        depends = tuple(key for key in self.label_keys(group) if add)
        if isinstance(record, Epic):
            return epic_change(group, record, add_labels=add, start=start, due=due, sow=self._sow, depends_on=depends)
        return issue_change(project or group, record, add_labels=add, due=due, sow=self._sow, depends_on=depends)

    def _milestone(self, group: Place[Customer]) -> Change:
        made = make.milestone(
            group,
            title=for_customer(self._sow),
            body=self.texts.milestone(),
            sow=self._sow,
            why="one milestone for the SOW, since the plan has no epics",
        )
        seen = value_of(self.space.milestone)
        return made if seen is None else kept(made, seen.id, seen.url)
