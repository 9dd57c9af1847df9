"""One request in, one answer out: login, routing, reads and writes against the account, without any network."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.contract import Resource, contract
from psdm_cli.sandbox.default_filters import default_filters, visible_projects
from psdm_cli.sandbox.envelope import Encoder
from psdm_cli.sandbox.filters import Asking
from psdm_cli.sandbox.parameters import Parameters, read_list, read_show
from psdm_cli.sandbox.people import Persona, Readings
from psdm_cli.sandbox.queries import Selections
from psdm_cli.sandbox.refusals import Refusal, forbidden, malformed, no_login, not_found
from psdm_cli.sandbox.resolvers import Looking
from psdm_cli.sandbox.writes import Writer

BASE = "/api/v1"
BARE = ("exports", "insights_reports", "scheduled_jobs")
HIDDEN_ON_SHOW = ("workspaces", "stories", "posts")
WRITES = ("POST", "PUT", "DELETE")


@dataclass(slots=True)
class Request:
    """What arrived; `raw_path` is the path as sent, with its escapes."""

    method: str
    path: str
    query: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    persona: str | None = None
    status: int | None = None
    raw_path: str = ""

    @property
    def params(self) -> dict[str, str]:
        """The query's parameters; of a repeated one the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        """The body, read as JSON; None when empty."""
        return json.loads(self.body) if self.body else None


@dataclass(slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Violation:
    """Something the client sent that the contract does not know or that cannot have the wished effect."""

    method: str
    path: str
    problem: str


class Service:
    """Kantata's behaviour for one account; calls are serialised by a lock, so any thread may ask."""

    def __init__(
        self,
        account: Account,
        persona_of: Callable[[str], Persona | None],
        readings: Readings,
        now: Callable[[], datetime],
        log: Callable[[Violation], None],
    ) -> None:
        self.account = account
        self.persona_of = persona_of
        self.readings = readings
        self.now = now
        self.log = log
        self.refused: set[tuple[str, str]] = set()
        self.lock = threading.RLock()
        self.selections = Selections(account)
        self.today: date | None = None

    def answer(self, request: Request) -> Answer:
        """Answers one request; refusals become the documented error bodies."""
        with self.lock:
            try:
                status, text = self._route(request)
            except Refusal as refusal:
                status, text = refusal.status, json.dumps({"errors": refusal.errors})
        return Answer(status, text.encode(), {"Content-Type": "application/json; charset=utf-8"} if text else {})

    def _note(self, request: Request, problems: list[str]) -> None:
        for problem in problems:
            self.log(Violation(request.method, request.path, problem))

    def _route(self, request: Request) -> tuple[int, str]:
        persona = self._login(request)
        parts = self._parts(request)
        name = parts[0] if parts else ""
        if name in BARE:
            raise forbidden("Only account administrators may do this.")
        resource = contract().get(name)
        if resource is None:
            self._note(request, ["unknown path"])
            raise not_found()
        self._permission(request, persona, name)
        pairs = parse_qsl(request.query, keep_blank_values=True)
        rest = parts[1:]
        if request.method == "GET":
            return 200, self._read(request, persona, resource, rest, pairs)
        if request.method in WRITES:
            return self._write(request, persona, resource, rest, pairs)
        self._note(request, [f"unknown method {request.method}"])
        raise not_found()

    def _login(self, request: Request) -> Persona:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        persona = self.persona_of(token.strip())
        if scheme.lower() != "bearer" or persona is None:
            raise no_login()
        request.persona = persona.name
        if "application/json" not in request.headers.get("accept", "application/json").replace("*/*", ""):
            self._note(request, ["Accept: application/json is missing"])
        return persona

    def _parts(self, request: Request) -> list[str]:
        path = request.path
        if not path.startswith(BASE + "/"):
            raise not_found()
        suffixed = path.endswith(".json")
        if suffixed == (self.readings.suffix == "refused") and self.readings.suffix != "both":
            raise not_found()
        return [part for part in path[len(BASE) : -5 if suffixed else None].split("/") if part]

    def _permission(self, request: Request, persona: Persona, name: str) -> None:
        if name in persona.refused or ("*", name) in self.refused or (persona.name, name) in self.refused:
            raise forbidden()
        if name == "workweeks" and self.readings.workweeks_refused:
            raise forbidden()
        if request.method in WRITES and not persona.may_write:
            raise forbidden()

    def user_of(self, persona: Persona) -> str:
        """The user id behind a persona."""
        return persona.user or self.account.me

    def _looking(self) -> Looking:
        return Looking(self.account, self.readings, self.today or self.now().date())

    def _read(
        self, request: Request, persona: Persona, resource: Resource, rest: list[str], pairs: list[tuple[str, str]]
    ) -> str:
        looking = self._looking()
        if not rest and resource.can_list:
            wanted = read_list(resource, pairs, self.readings.default_filters_can_be_switched_off)
            self._note(request, wanted.problems)
            asking = Asking(looking, persona, self.user_of(persona), resource.name, wanted.filters)
            rows, meta = self.selections.page(resource, asking, wanted)
            return Encoder(looking, persona).envelope(resource.name, rows, meta, wanted.includes, wanted.optional)
        if rest == ["me"] and resource.name == "users":
            rest = [self.user_of(persona)]
        if len(rest) == 1 and resource.show is not None:
            wanted = read_show(resource, pairs, resource.show)
            self._note(request, wanted.problems)
            return self._one(persona, resource, self._shown(persona, resource, rest[0], wanted), wanted)
        if resource.name == "workspaces" and rest[1:] == ["permissions"]:
            row = self._shown(persona, resource, rest[0], Parameters())
            return json.dumps({"workspace_id": row["id"], "can_edit": persona.may_write})
        self._note(request, ["unknown path"])
        raise not_found()

    def _shown(self, persona: Persona, resource: Resource, id_: str, wanted: Parameters) -> Row:
        row = self.account.get(resource.name, id_)
        if row is None:
            raise not_found()
        asking = Asking(self._looking(), persona, self.user_of(persona), resource.name, wanted.filters)
        hidden = default_filters(asking) if resource.name in HIDDEN_ON_SHOW else visible_projects(asking)
        if not all(predicate(row) for predicate in hidden):
            raise not_found()
        return row

    def _one(self, persona: Persona, resource: Resource, row: Row | list[Row], wanted: Parameters) -> str:
        rows = row if isinstance(row, list) else [row]
        meta = {"count": len(rows), "page_count": 1, "page_number": 1, "page_size": max(len(rows), 20)}
        encoder = Encoder(self._looking(), persona)
        return encoder.envelope(resource.name, rows, meta, wanted.includes, wanted.optional)

    def _write(
        self, request: Request, persona: Persona, resource: Resource, rest: list[str], pairs: list[tuple[str, str]]
    ) -> tuple[int, str]:
        writer = Writer(self.account, self.readings, self.now(), self.user_of(persona))
        if request.method == "DELETE":
            self._delete(writer, persona, resource, rest, pairs)
            return 204, ""
        allowed = ("workspace_allocation_id", "split_date") if rest == ["split"] else ()
        wanted = read_show(resource, pairs, allowed)
        body = self._body(request)
        known = self._known_action(request.method, resource, rest)
        if not known:
            self._note(request, ["unknown path"])
            raise not_found()
        if rest and rest[0].isdigit():
            # An archived project is updated without being asked for: unarchiving must be possible.
            reach = Parameters(filters={"include_archived": "true", "show_from_archived_workspaces": "true"})
            self._shown(persona, resource, rest[0], reach)
        rows = writer.write(request.method, resource, rest, body, wanted.filters)
        self._note(request, wanted.problems + writer.problems)
        if rows is None:
            return 200, '{"success":true}'
        return 200, self._one(persona, resource, rows, wanted)

    @staticmethod
    def _known_action(method: str, resource: Resource, rest: list[str]) -> bool:
        if not rest:
            return method == "POST" and resource.create is not None
        if len(rest) == 1 and rest[0].isdigit():
            return method == "PUT" and resource.update is not None
        name = "/".join("{id}" if part.isdigit() else part for part in rest)
        return f"{method} {name}" in resource.actions

    def _delete(
        self, writer: Writer, persona: Persona, resource: Resource, rest: list[str], pairs: list[tuple[str, str]]
    ) -> None:
        if resource.name in self.readings.undeletable:
            raise forbidden("This may not be deleted.")
        if len(rest) == 1 and resource.can_delete:
            reach = Parameters(filters={"include_archived": "true", "show_from_archived_workspaces": "true"})
            writer.delete(resource.name, [self._shown(persona, resource, rest[0], reach)["id"]])
        elif not rest and resource.can_bulk_delete:
            found = [part for part in dict(pairs).get("ids", "").split(",") if part]
            if not found or len(found) > 100 or any(self.account.get(resource.name, id_) is None for id_ in found):
                raise malformed("ids must name up to 100 existing rows")
            writer.delete(resource.name, found)
        else:
            raise not_found()

    @staticmethod
    def _body(request: Request) -> dict[str, Any]:
        if not request.body:
            return {}
        try:
            body = json.loads(request.body)
        except ValueError:
            raise malformed("The request body is not valid JSON.") from None
        if not isinstance(body, dict):
            raise malformed("The request body must be an object.")
        return body
