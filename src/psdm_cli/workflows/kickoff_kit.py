"""What planning a collaboration space stands on: GitLab, Kantata's fields, the texts, and requests to other people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.audience import Customer, Internal, Text
from psdm_cli.domain.drafts import Draft
from psdm_cli.domain.gitlab import IssueTemplate
from psdm_cli.domain.space.addresses import Addresses
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Missing, Seen, value_of
from psdm_cli.domain.space.wanted import Wanted
from psdm_cli.errors import Forbidden
from psdm_cli.systems.gitlab_ports import GitLab
from psdm_cli.systems.ports import Directory
from psdm_cli.workflows.kickoff_link import WHO, LinkField, Refused
from psdm_cli.workflows.kickoff_texts import IssueBody, Texts

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings

RETRO_TEMPLATE = "project_retrospective"
OWNER = "an owner of {parent}"


@dataclass(frozen=True)
class Kit:
    """What planning stands on besides the space. `base` is GitLab's root as people see it.

    `link_refused`: that Kantata lately refused us the field for the address, by the engagement's id.
    """

    gitlab: GitLab
    directory: Directory | None
    settings: Settings
    base: str
    customer_text: Callable[[str, Mapping[str, Any]], Text[Customer]]
    internal_text: Callable[[str, Mapping[str, Any]], Text[Internal]]
    issue_body: Callable[[str, Mapping[str, Any], str | None], IssueBody]
    kantata_page: Callable[[str], str | None]
    link_refused: Callable[[str], Refused | None] = lambda _subject: None

    def texts(self, space: Space, wanted: Wanted) -> Texts:
        """The texts of a space; the team's own retrospective template wins where it is needed."""
        kantata = value_of(space.kantata)
        page = self.kantata_page(kantata.engagement.id) if kantata is not None else None
        template = self._retro_template(space) if isinstance(space.retro, Missing) else None
        return Texts(
            space,
            wanted,
            Addresses(base_of(space, self.base)),
            self.customer_text,
            self.internal_text,
            self.issue_body,
            template,
            page,
        )

    def _retro_template(self, space: Space) -> IssueTemplate | None:
        plan = value_of(space.plan)
        try:
            return self.gitlab.issue_template(plan.id, RETRO_TEMPLATE) if plan is not None else None
        except Forbidden:
            return None  # ours is complete enough

    def link_field(self, space: Space) -> LinkField:
        """Kantata's custom field for the project's address."""
        return LinkField(self._field_id(space), self.link_refused(space.subject_id), self._ask_for_link)

    def _field_id(self, space: Space) -> str | None:
        if self.directory is None or not isinstance(space.kantata, Seen):
            return None
        try:
            return self.directory.field_id("Workspace", self.settings.kantata.fields.gitlab_link)
        except Forbidden:
            return None

    def _ask_for_link(self, engagement_id: str, values: Mapping[str, Any]) -> Draft:
        """The request to write the address into Kantata, ready to paste."""
        name = self.settings.kantata.fields.gitlab_link
        page = self.kantata_page(engagement_id)
        return Draft(
            to=WHO,
            subject=f"Please put the GitLab project of {values['sow']} into Kantata",
            text=str(self.internal_text("kantata-link-request", {**values, "field": name, "page": page or ""})),
            reason="your role in Kantata does not let psdm write this field",
            url=page,
        )

    def ask_owner(self, values: Mapping[str, Any]) -> Draft:
        """The request to an owner, ready to paste."""
        parent, path = str(values["parent"]), str(values["path"])
        return Draft(
            to=OWNER.format(parent=parent),
            subject=f"Please create {values['what']} {parent}/{path}",
            text=str(self.internal_text("owner-request", values)),
            reason=f"psdm may not create it: {values['reason']}",
            url=Addresses(self.base).group(parent),
        )


def base_of(space: Space, default: str) -> str:
    """GitLab's root as its own pages have it, which need not be where its API is asked."""
    for part in (space.epics_group, space.parent):
        group = value_of(part)
        tail = f"/groups/{group.full_path}" if group is not None else ""
        if group is not None and group.url is not None and group.url.endswith(tail):
            return group.url.removesuffix(tail)
    return default
