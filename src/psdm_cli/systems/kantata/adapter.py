"""The Kantata adapter: the port's questions, answered from the REST API. It writes through its doors alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from psdm_cli.domain.records import Kind, Malformed, Workspace
from psdm_cli.errors import BadAnswer, NotFound
from psdm_cli.systems.http.asking import Misread
from psdm_cli.systems.http.attributes import Row, Wrong, text
from psdm_cli.systems.http.manner import USUAL, Manner
from psdm_cli.systems.kantata.client import Client
from psdm_cli.systems.kantata.contract import Value, is_id
from psdm_cli.systems.kantata.envelope import extent, rows
from psdm_cli.systems.kantata.parsing import record
from psdm_cli.systems.kantata.questions import PAGE, WORKSPACE_FIELDS, WORKSPACE_INCLUDES
from psdm_cli.systems.kantata.reading import Memory, Reading
from psdm_cli.systems.kantata.wording import PERMISSIONS, URL_HINT
from psdm_cli.systems.ports import Batch, Directory, Me, Person, Progress, Read

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

    from psdm_cli.changes.doors import Doors

T = TypeVar("T")


class KantataAdapter:
    """`systems.ports.Kantata` over HTTP. Making one touches neither the network nor `requests`."""

    def __init__(self, url: str, token: str, manner: Manner = USUAL) -> None:
        self._parallel = manner.parallel
        self._client = Client(url, token, manner)
        self._memory = Memory()

    def __repr__(self) -> str:
        return f"KantataAdapter({self._client!r})"

    def __enter__(self) -> KantataAdapter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the adapter can still be used afterwards."""
        self._client.close()

    def doors(self) -> Doors:
        """The doors to this Kantata, by system and kind: the only way it is written."""
        from psdm_cli.systems.kantata.doors import doors_of

        return doors_of(self._client)

    def directory(self) -> Directory:
        """Who is who, and what is asked of whom; over the same connections."""
        from psdm_cli.systems.kantata.directory import KantataDirectory

        return KantataDirectory(self._client)

    def me(self) -> Me:
        """The token's owner. Raises `NotAllowed`, `Unavailable`, `BadAnswer`."""

        def understand(payload: Any) -> Me:
            found, _ = rows(payload, "users")
            if not found:
                raise Misread("it names nobody")
            key, row = found[0]
            person = _person(key, row)
            return Me(person.id, person.name, person.email)

        return self._get("/users/me", {}, understand, permission="to see the own user")

    def server_time(self) -> datetime | None:
        """The clock of the server as of its latest answer (`Date` header), or None before the first."""
        return self._client.server_time

    def leads(self) -> Sequence[Person]:
        """Everybody visible who leads a project on the account, by name."""
        params: dict[str, Value] = {
            "provider_leads_on_account_projects": True,
            "on_my_account": True,
            "order": "alphabetical:asc",
            "per_page": PAGE,
        }
        people: dict[str, Person] = {}
        number, pages = 1, 1
        while number <= pages:

            def understand(payload: Any) -> tuple[list[Person], int]:
                found, envelope = rows(payload, "users")
                return [_person(key, row) for key, row in found], extent(envelope, PAGE, len(found))[1]

            found, pages = self._get("/users", {**params, "page": number}, understand, permission="to see people")
            people.update((person.id, person) for person in found)
            number += 1
        return list(people.values())

    def read_all(self, reads: Sequence[Read], progress: Callable[[Progress], None] | None = None) -> Iterator[Batch]:
        """Answer several reads side by side, within the bounded parallelism; each is yielded when drained.

        The threads end when the iterator ends, fails or is closed. Raises `ValueError` for a question that the contract
        does not know, `Forbidden` when not even the engagements may be seen.
        """
        return Reading(self._client, reads, self._parallel, self._memory, counting=False).batches(progress)

    def count(self, reads: Sequence[Read]) -> Sequence[int | None]:
        """How many rows each read would give, by small requests; None where the token may not look."""
        return Reading(self._client, reads, self._parallel, self._memory, counting=True).counts()

    def workspace(self, workspace_id: str) -> Workspace | None:
        """One project by id, archived ones included; None when unknown or invisible.

        Raises `BadAnswer` when it is there and cannot be understood.
        """
        if not is_id(workspace_id):
            return None

        def understand(payload: Any) -> Workspace | Malformed | None:
            found, envelope = rows(payload, "workspaces")
            sides = {name: value for name, value in envelope.items() if isinstance(value, dict)}
            for key, row in found:
                entry = record(Kind.WORKSPACES, key, row, sides)
                return entry if isinstance(entry, Workspace | Malformed) else None
            return None

        params: dict[str, Value] = {
            "include_archived": True,
            "include": WORKSPACE_INCLUDES,
            "optional_fields": WORKSPACE_FIELDS,
        }
        call = self._client.call()
        try:
            entry = self._client.get(
                call,
                "/workspaces/{id}",
                params,
                understand,
                ident=workspace_id,
                permission=PERMISSIONS[Kind.WORKSPACES],
            )
        except NotFound:
            return None
        if isinstance(entry, Malformed):
            raise BadAnswer(f"Kantata's project {entry.id} cannot be understood: {entry.reason}.")
        return entry

    def completed_at(self, story_ids: Sequence[str]) -> Mapping[str, datetime]:
        """When each of these tasks was completed last; those of which Kantata does not tell are left out.

        Raises what reading raises, `Forbidden` among it.
        """
        from psdm_cli.systems.kantata.completions import completion_questions, completions

        told: dict[str, datetime] = {}
        for params in completion_questions(story_ids):
            told.update(self._get("/stories", params, completions, permission=PERMISSIONS[Kind.STORIES]))
        return told

    def _get(self, path: str, params: dict[str, Value], understand: Callable[[Any], T], permission: str) -> T:
        try:
            return self._client.get(self._client.call(), path, params, understand, permission=permission)
        except NotFound as missing:
            raise BadAnswer(missing.message, hint=URL_HINT) from None


def _person(key: str, row: Row) -> Person:
    try:
        return Person(key, text(row, "full_name") or f"user {key}", text(row, "email_address"))
    except (Wrong, AttributeError) as wrong:
        raise Misread(f"user {key}: {wrong}") from None
