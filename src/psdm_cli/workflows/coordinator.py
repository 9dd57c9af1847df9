"""The project coordinator: who it is, and how a message reaches them: as a private post, else as a text to paste."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any

from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.drafts import MESSAGE_STEPS, Draft, steps_for
from psdm_cli.domain.engagements import Engagement
from psdm_cli.errors import Forbidden, NotFound
from psdm_cli.systems.ports import Directory, Person

NOBODY = "the project coordinator"
UNSET = "no project coordinator is set (kantata.coordinator in the configuration)"
OFFLINE = "offline: nobody can be asked who it is"


@dataclass(frozen=True)
class Desk:
    """What requests are made with. `directory` None: offline. `render` makes texts of templates by name.

    `coordinator` is the setting: a user id or an e-mail address. `page` is a project's page in Kantata, where there is
    one. `approval_at` says when time is to be approved, in words.
    """

    directory: Directory | None
    coordinator: str | None
    render: Callable[[str, Mapping[str, Any]], str]
    page: Callable[[str], str | None]
    approval_at: str
    as_of: date

    @cached_property
    def person(self) -> Person | None:
        """The coordinator; None when none is set. Raises `NotFound` when Kantata does not know the one that is."""
        setting = (self.coordinator or "").strip()
        if not setting or self.directory is None:
            return None
        found = self.directory.by_email(setting) if "@" in setting else self.directory.person(setting)
        if found is None:
            raise NotFound(
                f"Kantata shows no user {setting!r}, who is set as project coordinator (kantata.coordinator).",
                hint="Set the user id or e-mail address: psdm config show says where it comes from.",
            )
        return found

    @property
    def lacking(self) -> str:
        """Why there is no coordinator to address."""
        return OFFLINE if self.directory is None and self.coordinator else UNSET

    @property
    def called(self) -> str:
        """The coordinator's name, as texts address them."""
        return self.person.name if self.person is not None else NOBODY

    def message(
        self,
        engagement: Engagement,
        key: str,
        title: str,
        text: str,
        *,
        steps: tuple[str, ...] = MESSAGE_STEPS,
        depends_on: tuple[str, ...] = (),
    ) -> Change | Draft:
        """A private post to the coordinator; a text to paste where it cannot be posted, with the clicks and the reason.

        The same words to the same person on the same project are the same post: they are posted once.
        """
        reason = self._unreachable(engagement)
        person = self.person
        if reason is not None or person is None:
            clicks = steps_for(steps, name=engagement.name, coordinator=self.called)
            return Draft(self.called, title, text, clicks, reason or self.lacking, self.page(engagement.id))
        mark = sha256(f"{person.id}\n{text}".encode()).hexdigest()[:12]
        return Change(
            system="kantata",
            kind="post",
            action=Action.CREATE,
            key=f"post:{engagement.id}:{key}:{mark}",
            title=f"Private post to {person.name}: {title}",
            place=place(engagement),
            after={"workspace_id": engagement.id, "message": text, "recipient_ids": [person.id]},
            url=self.page(engagement.id),
            depends_on=depends_on,
            sow=engagement.sow,
        )

    def _unreachable(self, engagement: Engagement) -> str | None:
        """Why the coordinator cannot get a post on this project; None when they can."""
        person = self.person
        if person is None or self.directory is None:
            return self.lacking
        try:
            inside = {each.id for each in self._participants(engagement.id)}
        except Forbidden as refused:
            return f"the token may not see who takes part in the project, lacking permission {refused.permission}"
        if person.id not in inside:
            return f"{person.name} takes no part in the project in Kantata, so no post reaches them"
        return None

    def _participants(self, workspace_id: str) -> tuple[Person, ...]:
        known: dict[str, tuple[Person, ...]] = self.__dict__.setdefault("_known", {})
        if workspace_id not in known and self.directory is not None:
            known[workspace_id] = tuple(self.directory.participants(workspace_id))
        return known[workspace_id]


def place(engagement: Engagement) -> str:
    """Where a change happens, in words."""
    title = engagement.title
    if engagement.sow is None or engagement.sow in title.upper():
        return f"Kantata: {title}"
    return f"Kantata: {engagement.sow} {title}"
