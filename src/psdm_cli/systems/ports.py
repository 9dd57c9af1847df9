"""What workflows may ask of outside systems. Adapters implement these; tests and the composition supply them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from psdm_cli.domain.records import Kind, Malformed, Record, Refusal, Workspace


@dataclass(frozen=True, slots=True)
class Me:
    """The token's owner."""

    id: str
    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person that a name on the command line may mean."""

    id: str
    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One question to Kantata: all rows of `kind` for these workspaces or users.

    `updated_after` narrows to changes where the kind offers it. `window` (half-open) narrows bookings elsewhere to
    those overlapping it, and time entries to those performed in it. Empty `workspace_ids` and `user_ids` mean no such
    filter (holidays, roles, requests).
    """

    kind: Kind
    workspace_ids: tuple[str, ...] = ()
    user_ids: tuple[str, ...] = ()
    lead_ids: tuple[str, ...] = ()
    updated_after: datetime | None = None
    window: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """The drained answer to one `Read`.

    `refusal` is set when the token may not read the kind: then there are no records, and nothing is known.
    `side` holds records of other kinds that came along (health reports with their workspaces).
    """

    read: Read
    records: tuple[Record, ...] = ()
    malformed: tuple[Malformed, ...] = ()
    refusal: Refusal | None = None
    side: tuple[tuple[Kind, tuple[Record, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a set of reads has come: pages done of pages known so far."""

    done: int
    known: int
    label: str


class Kantata(Protocol):
    """Read access to Kantata OX.

    Every call may raise `NotAllowed` (token), `Unavailable` (down or limiting beyond the time budget, with what was
    asked), `BadAnswer` (not the contract). A refused kind is no error: see `Batch.refusal`.
    """

    def me(self) -> Me:
        """The token's owner."""

    def server_time(self) -> datetime | None:
        """The clock of the server as of its latest answer (`Date` header), or None before the first."""

    def leads(self) -> Sequence[Person]:
        """Everybody visible who leads a project on the account."""

    def read_all(self, reads: Sequence[Read], progress: Callable[[Progress], None] | None = None) -> Iterator[Batch]:
        """Answer several reads side by side, within the bounded parallelism; each is yielded when drained."""

    def count(self, reads: Sequence[Read]) -> Sequence[int | None]:
        """How many rows each read would give, by one small request each; None where the token may not look."""

    def workspace(self, workspace_id: str) -> Workspace | None:
        """One project by id, archived ones included; None when unknown or invisible."""

    def completed_at(self, story_ids: Sequence[str]) -> Mapping[str, datetime]:
        """When each of these tasks was completed last; those of which Kantata does not tell are left out.

        Raises `Forbidden` where the token may not see tasks.
        """


@dataclass(frozen=True, slots=True)
class FollowedRequest:
    """A resource request and what became of it. `status`: new, approved, rejected or cancelled.

    `person` None: the resource has no name yet. The dates and hours are those of the resource's bookings.
    """

    id: str
    status: str | None
    workspace_id: str | None
    resource_id: str | None
    role: str | None = None
    person: str | None = None
    asked_by: str | None = None
    approvers: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Skill:
    """What somebody can do; `level` 1 to 5, None when it is not told."""

    name: str
    level: int | None = None


class Directory(Protocol):
    """Who is who in Kantata, who takes part where, what is asked of whom. Read live, never kept.

    Every call may raise `Forbidden` (naming the permission), `NotAllowed`, `Unavailable`, `BadAnswer`.
    """

    def person(self, user_id: str) -> Person | None:
        """One user by id; None when unknown or invisible."""

    def by_email(self, email: str) -> Person | None:
        """One user by e-mail address; None when unknown or invisible."""

    def participants(self, workspace_id: str) -> Sequence[Person]:
        """Who takes part in a project on our side."""

    def requests(self, workspace_ids: Sequence[str]) -> Sequence[FollowedRequest]:
        """Every resource request of these projects, the latest first, answered ones included."""

    def skills(self) -> Mapping[str, tuple[Skill, ...]]:
        """The skills of everybody visible on the account, by user id; whoever has none is left out."""

    def field_id(self, subject_type: str, name: str) -> str | None:
        """The id of a custom field of `Workspace`, `Story` and so on, by its name in any case; None when unknown."""
