"""The collaboration project's address in Kantata's custom field, and the request to write it where we may not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from psdm_cli.changes.plan import Action, Change, ChangeState, Item
from psdm_cli.domain.drafts import Draft
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Seen, Unseen, value_of
from psdm_cli.workflows.coordinator import place as kantata_place

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

KIND = "custom_field_value"
FACT_REFUSED = "kantata_link_refused"
#: a permission may have been given since
TRIED_AGAIN = timedelta(days=7)
WHO = "PS Ops, or whoever may write this field in Kantata"


@dataclass(frozen=True, slots=True)
class Refused:
    """When Kantata refused the field to this person, and what it said."""

    on: date
    said: str


@dataclass(frozen=True, slots=True)
class LinkField:
    """Kantata's custom field for the address: its id (None: it is not to be seen), and how another is asked to fill it.

    `refused`: that Kantata refused it to this person within the last week.
    """

    id: str | None = None
    refused: Refused | None = None
    ask: Callable[[str, Mapping[str, Any]], Draft] | None = None


#: where no field is known
NO_FIELD = LinkField()


@dataclass(frozen=True, slots=True)
class KantataLink:
    """The address as it is to stand in Kantata."""

    space: Space
    field: LinkField
    address: str

    def change(self, project: Change) -> Change | str:
        """The change that writes it once `project` is there, or why there is none."""
        part = self.space.kantata
        if not isinstance(part, Seen):
            return part.reason if isinstance(part, Unseen) else part.why
        link = part.value.link
        same = link is not None and link.rstrip("/").casefold() == self.address.casefold()
        if not same and self.field.id is None:
            return "it shows no such custom field (kantata.fields.gitlab_link)"
        if not same and self.field.refused is not None:
            on = self.field.refused.on
            return f"Kantata refused you that field on {on}; psdm tries again from {on + TRIED_AGAIN} on"
        return Change(
            system="kantata",
            kind=KIND,
            action=Action.KEEP if same else Action.CREATE if link is None else Action.CHANGE,
            key=f"{KIND}:{part.value.engagement.id}:gitlab_link",
            title="GitLab project link",
            place=kantata_place(part.value.engagement),
            before={} if same or link is None else {"value": link},
            after={} if same else self._row(part.value.engagement.id),
            depends_on=() if same else (project.key,),
            sow=self.space.name,
        )

    def _row(self, workspace: str) -> dict[str, Any]:
        return {
            "subject_type": "Workspace",
            "subject_id": workspace,
            "custom_field_id": self.field.id,
            "value": self.address,
        }

    def request(self, reason: str) -> Draft | None:
        """The request to who may write it, ready to paste."""
        facts = value_of(self.space.kantata)
        if facts is None or self.field.ask is None:
            return None
        engagement, customer = facts.engagement, self.space.customer
        told = {"sow": self.space.name, "customer": customer, "project": engagement.title, "address": self.address}
        return self.field.ask(engagement.id, {**told, "reason": reason})


def refused_link(items: Sequence[Item], forbidden: Collection[int]) -> Item | None:
    """The link's item where Kantata refused it for want of a permission."""
    return next(
        (
            each
            for each in items
            if each.change.kind == KIND and each.state is ChangeState.FAILED and each.n in forbidden
        ),
        None,
    )


def remember_refusal(store: Store, subject: str, said: str, *, who: str, at: datetime) -> None:
    """Keep that Kantata refused the field to this person: the next runs ask for it instead of trying."""
    store.facts.put(subject, FACT_REFUSED, said, who=who, at=at)


def refusal(store: Store, subject: str, *, who: str, at: datetime) -> Refused | None:
    """That Kantata refused the field to this person within the last week; days are those of `at`'s zone."""
    fact = store.facts.get(subject, FACT_REFUSED)
    if fact is None or fact.who != who:
        return None
    on = fact.at.astimezone(at.tzinfo).date()
    return Refused(on, fact.value) if at.date() < on + TRIED_AGAIN else None
