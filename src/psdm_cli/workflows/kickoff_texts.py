"""What goes into a space's issues, files and notes: templates filled with what both systems know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.gitlab_edits import file_change, kept
from psdm_cli.changes.gitlab_places import Place
from psdm_cli.changes.plan import Change
from psdm_cli.domain.audience import Customer, Internal, Text, for_customer
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.gitlab import IssueTemplate, RepositoryFile
from psdm_cli.domain.quick_actions import Fields
from psdm_cli.domain.space.addresses import Addresses
from psdm_cli.domain.space.observed import LINK_PREFIX, Space
from psdm_cli.domain.space.parts import Unseen, value_of
from psdm_cli.domain.space.wanted import Activity, Wanted

README = "README.md"
ISSUE_TEMPLATES = ".gitlab/issue_templates"
#: our issue templates of a customer's project: file, template, keys of the labels that a new issue gets
OURS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Work item", "issue-template-work-item", ("workflow_not_started", "sow")),
    ("Risk", "issue-template-risk", ("raid", "raid_risk", "workflow_not_started")),
    ("Action", "issue-template-action", ("raid", "raid_action", "workflow_not_started")),
    ("Decision", "issue-template-decision", ("raid", "raid_decision")),
    ("Status", "issue-template-status", ("sow",)),
)
#: who hears what, as a beginning; the PM and the customer change it in the README
COMMUNICATION: tuple[tuple[str, str, str, str, str], ...] = (
    ("Whole team", "work, questions, decisions", "issues of this project", "as it happens", "who works on it"),
    ("Project managers, sponsors", "status: done, next, hours, risks", "status issue", "every week", "GitLab PM"),
    ("Whole team", "risks, actions, issues, decisions", "RAID log", "reviewed every week", "GitLab PM"),
    ("Sponsors", "what endangers a milestone", "call, then the RAID log", "the same day", "both PMs"),
)


class IssueBody(Protocol):
    """A description made of the team's own template or of ours, and what its quick actions ask for."""

    @property
    def text(self) -> str:
        """The description."""

    @property
    def fields(self) -> Fields:
        """What its quick actions ask for, in the API's words."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Quick actions that psdm does not carry out."""


_GITLABS_OWN = ("To make it easy for you to get started with GitLab", "## Getting started")


@dataclass
class Texts:
    """The texts of one space. `customer_text` and `internal_text` fill a template.

    `issue_body` makes a description of the team's own issue template, or of ours; `team_retro` is the team's own.
    """

    space: Space
    wanted: Wanted
    addresses: Addresses
    customer_text: Callable[[str, Mapping[str, Any]], Text[Customer]]
    internal_text: Callable[[str, Mapping[str, Any]], Text[Internal]]
    issue_body: Callable[[str, Mapping[str, Any], str | None], IssueBody]
    team_retro: IssueTemplate | None = None
    kantata_page: str | None = None

    @property
    def _sow(self) -> str:
        return self.wanted.contract.name

    @property
    def _engagement(self) -> Engagement | None:
        kantata = value_of(self.space.kantata)
        return kantata.engagement if kantata is not None else None

    @property
    def _basics(self) -> dict[str, Any]:
        """The fields that every text may have."""
        engagement = self._engagement
        workspace = engagement.workspace if engagement is not None else None
        return {
            "sow": self._sow,
            "customer": self.wanted.customer,
            "pm": self.pm,
            "start": workspace.start_date if workspace is not None else None,
            "end": workspace.due_date if workspace is not None else None,
            "kickoff": self.wanted.kickoff,
        }

    @property
    def pm(self) -> str | None:
        """The PM's name: Kantata's lead, else who asks."""
        engagement = self._engagement
        lead = engagement.workspace.lead_name if engagement is not None else None
        return lead or (self.space.me.name if self.space.me is not None else None)

    def people(self, role: str) -> list[str]:
        """Who is booked in a role, by name, each once."""
        engagement = self._engagement
        bookings = engagement.bookings if engagement is not None else ()
        return list(dict.fromkeys(b.person for b in bookings if b.role == role and b.person is not None))

    @property
    def documents(self) -> list[tuple[str, str]]:
        """The links that people gave, by kind."""
        given = ((name.removeprefix(LINK_PREFIX), url) for name, url in self.space.told.items() if _is_link(name))
        return sorted(given)

    # for the customer

    def activity(self, activity: Activity, slug: str, project_path: str | None) -> Text[Customer]:
        """What stands in an activity's epic."""
        values: dict[str, Any] = {**self._basics, "activity": activity.title, "slug": slug}
        values |= {"start": activity.start, "end": activity.due}
        if project_path is not None:
            values["project_url"] = self.addresses.project(project_path)
            values["raid_url"] = self._raid_list(project_path)
        return self.customer_text("activity-epic", values)

    def _raid_list(self, project_path: str) -> str:
        """The RAID log and its items, whatever their numbers are."""
        return self.addresses.issues(project_path, self.wanted.labels["raid"].name)

    def milestone(self) -> Text[Customer]:
        """What stands in the SOW's milestone."""
        return for_customer(f"All activities of {self._sow}.")

    def raid(self) -> Text[Customer]:
        """What stands in the RAID log."""
        return self.customer_text("raid", self._basics)

    def charter(self, project_path: str, group_path: str) -> Text[Customer]:
        """What stands in the README: the charter with the communication plan."""
        team = [("PM", self.pm, None)] if self.pm is not None else []
        team += [(role, name, None) for role in ("TA", "PSE") for name in self.people(role) if name != self.pm]
        return self.customer_text(
            "engagement-charter",
            {
                **self._basics,
                "in_scope": [activity.title for activity in self.wanted.activities],
                "team": team,
                "communication": list(COMMUNICATION),
                "status_url": self.addresses.issues(project_path),
                "raid_url": self._raid_list(project_path),
                "board_url": self.addresses.boards(group_path),
            },
        )

    def files(self, project: Place[Customer], group: Place[Customer]) -> Iterator[Change]:
        """README and issue templates of the project: those that are there stay as they are."""
        yield from self._readme(project, group)
        part = self.space.templates
        if isinstance(part, Unseen):
            return
        there = {name.casefold() for name in value_of(part) or ()}
        for name, template, labels in OURS:
            path = f"{ISSUE_TEMPLATES}/{name}.md"
            values = {"sow": self._sow, "labels": [self.wanted.labels[key].name for key in labels]}
            text = self.customer_text(template, values)
            made = make.file(project, path=path, content=text, message=f"Add the issue template {name}", sow=self._sow)
            yield kept(made, f"{project.ref}:{path}") if name.casefold() in there else made

    def _readme(self, project: Place[Customer], group: Place[Customer]) -> Iterator[Change]:
        part = self.space.readme
        if isinstance(part, Unseen):
            return
        seen, text = value_of(part), self.charter(project.full_path, group.full_path)
        said = "Describe the engagement: charter and communication plan"
        made = make.file(project, path=README, content=text, message=said, sow=self._sow)
        if seen is None:
            yield made
        elif is_gitlabs_own(seen, self._sow):
            yield file_change(project, seen, content=text, message=said, sow=self._sow)
        else:
            yield kept(made, f"{project.ref}:{README}")

    # for ourselves

    def retro(self, project_path: str | None, epic_url: str | None) -> IssueBody:
        """What stands in the retrospective, and what the team's own template asks for besides."""
        engagement = self._engagement
        values: dict[str, Any] = {
            **self._basics,
            "epic_url": epic_url,
            "project_url": self.addresses.project(project_path) if project_path is not None else None,
            "pse": self.people("PSE"),
            "ta": self.people("TA"),
            "em": self._field("Engagement Manager"),
            "engagement_type": engagement.type.value.replace("_", " ") if engagement is not None else None,
        }
        team = self.team_retro.content if self.team_retro is not None else None
        return self.issue_body("internal-retrospective", values, team)

    def _field(self, name: str) -> str | None:
        engagement = self._engagement
        fields = dict(engagement.workspace.custom_fields or ()) if engagement is not None else {}
        return fields.get(name)

    def links(self, values: Mapping[str, Any]) -> Text[Internal]:
        """The note on the Customer Epic."""
        return self.internal_text("customer-epic-links", {**self._basics, "kantata_url": self.kantata_page, **values})


def is_gitlabs_own(file: RepositoryFile, name: str) -> bool:
    """Whether a README is only what GitLab puts into a new repository."""
    text = file.content.strip()
    bare = text.removeprefix("#").strip().casefold() in ("", name.casefold())
    return bare or all(mark in text for mark in _GITLABS_OWN)


def _is_link(name: str) -> bool:
    return name.startswith(LINK_PREFIX) and len(name) > len(LINK_PREFIX)
