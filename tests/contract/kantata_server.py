"""A small scripted Kantata over a real socket: strict about names, counts what arrives, fails on request."""

from __future__ import annotations

import json
import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml
from scripted_server import Reply, ScriptedServer

TOKEN = "s3cret-t0ken"
BASE = "/api/v1"

#: Which map an include fills (kantata.md section 3: named by the type of the object).
MAPS = {
    "primary_maven": "users",
    "user": "users",
    "primary_workspace_group": "workspace_groups",
    "custom_field_values": "custom_field_values",
    "status_reports": "status_reports",
    "workspace_resource": "workspace_resources",
    "workspace_resources_with_unnamed": "workspace_resources",
    "resource": "workspace_resources",
    "workspace": "workspaces",
    "ancestors": "stories",
    "parent": "stories",
    "story": "stories",
    "current_assignments": "assignments",
    "invoices": "invoices",
    "default_role": "roles",
    "role": "roles",
    "effective_workweek": "workweeks",
}
FILTERS = {"workspace_ids": "workspace_id", "with_projects": "workspace_id", "workspace_id": "workspace_id"}
FILTERS |= {"user_ids": "user_id", "with_user_ids": "user_id", "provider_lead": "primary_maven_id", "only": "id"}


@cache
def document() -> dict[str, Any]:
    """The published contract."""
    loaded: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parent / "kantata.openapi.yaml").read_text(encoding="utf-8")
    )
    return loaded


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    in_flight: int


def errors(status: int, message: str, *, field: str | None = None, **headers: str) -> Reply:
    """An error in Kantata's shape."""
    told = {"type": "system", "message": message} | ({"field": field} if field else {})
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps({"errors": [told]}).encode(), {"Content-Type": "application/json", **sent})


def violations(method: str, path: str, query: Mapping[str, str]) -> list[str]:
    """What in a request is outside the contract, judged from the document alone."""
    shape = re.sub(r"/\d+$", "/{id}", path)
    operation = document()["paths"].get(shape, {}).get(method.lower())
    if operation is None:
        return [f"{method} {path} is not in the contract"]
    shared = document()["components"]["parameters"]
    known = [shared[p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in operation.get("parameters", [])]
    rules = {parameter["name"]: parameter for parameter in known if parameter["in"] == "query"}
    found = [f"{path}: {name} is missing" for name, rule in rules.items() if rule.get("required") and name not in query]
    for name, value in query.items():
        if name not in rules:
            found.append(f"{path}: unknown {name}")
            continue
        schema = rules[name]["schema"]
        listed = schema["type"] == "array"
        for one in value.split(",") if listed else [value]:
            found += [f"{path}: {name}={one}: {why}" for why in _flaws(one, schema["items"] if listed else schema)]
    return found


def _flaws(value: str, schema: Mapping[str, Any]) -> Iterator[str]:
    patterns = {
        "integer": r"\d+",
        "boolean": r"true|false",
        "date": r"\d{4}-\d\d-\d\d",
        "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)",
        "string": r".+",
    }
    kind = schema.get("format", schema["type"])
    if not re.fullmatch(patterns[kind], value):
        yield f"not a {kind}"
    elif kind == "integer" and not schema.get("minimum", 0) <= int(value) <= schema.get("maximum", int(value)):
        yield "out of range"
    allowed = schema.get("enum") or schema.get("x-known-values")
    if allowed and value not in allowed:
        yield "not offered"


class ScriptedKantata(ScriptedServer):
    """The server. `tables`: path → rows in order; `sides`: map → id → row. Calls of the script are paths."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.sides: dict[str, dict[str, Any]] = defaultdict(dict)
        self.seen: list[Seen] = []
        self.violations: list[str] = []
        self.most_in_flight = 0
        self.page_size = 200
        self.gate = 0  # answers wait until so many requests are there together (while enough are still to come)
        self._in_flight = 0
        self._held = 0
        self._wave = 0
        self._state = threading.Condition()
        super().__init__()
        self.url = self.origin + BASE

    def asked(self, path: str) -> list[Seen]:
        """The requests on `path`."""
        return [seen for seen in self.seen if seen.path == path]

    def envelope(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        """The ordinary answer."""
        name = path.split("/")[1]
        rows = self.tables[path]
        for parameter, attribute in FILTERS.items():
            if parameter in query:
                wanted = set(query[parameter].split(","))
                rows = [row for row in rows if attribute not in row or str(row[attribute]) in wanted]
        size = min(int(query.get("per_page", 20)), self.page_size)
        number = int(query.get("page", 1))
        part = rows[(number - 1) * size : number * size]
        maps: dict[str, Any] = {name: {}}
        for include in filter(None, query.get("include", "").split(",")):
            maps[MAPS[include]] = dict(self.sides[MAPS[include]])
        maps[name] |= {str(row["id"]): row for row in part}
        pages = -(-len(rows) // size)
        meta = {"count": len(rows), "page_count": pages, "page_number": number if rows else 0, "page_size": size}
        return {"count": len(rows), "meta": meta, "results": [{"key": name, "id": str(r["id"])} for r in part], **maps}

    def answer(self, method: str, target: str, headers: Mapping[str, str], raw: bytes) -> Reply:
        """The answer to a request; what it breaks of the contract is noted."""
        path, query, reply = self._arrive(method, target, headers)
        reply = reply or Reply()
        if reply.body is None:
            reply = replace(reply, body=json.dumps(self.envelope(path, query)).encode())
        if reply.then is not None:
            reply.then()
        self._leave()
        return reply

    def _arrive(self, method: str, target: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str], Reply | None]:
        parts = urlsplit(target)
        path, query = parts.path.removeprefix(BASE), dict(parse_qsl(parts.query, keep_blank_values=True))
        with self._state:
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
            self.seen.append(Seen(method, path, query, dict(headers), self._in_flight))
            self.violations += violations(method, path, query)
            reply = self.scripted(path)
            if self.gate:
                self._hold()
        return path, query, reply

    def _hold(self) -> None:
        wave = self._wave
        self._held += 1
        if self._held >= self.gate:
            self._held = 0
            self._wave += 1
            self._state.notify_all()
        # The time limit only keeps a broken client from hanging the test; it never passes in a good run.
        self._state.wait_for(lambda: self._wave > wave or not self.gate, timeout=10)

    def _leave(self) -> None:
        """Counted before the answer is written, so that a quick next request never looks like a second one."""
        with self._state:
            self._in_flight -= 1


class FakeTime:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def clock(self) -> float:
        """Monotonic seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Moves the clock at once."""
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds


def entries(count: int, workspace_id: str = "40", first: int = 1) -> list[dict[str, Any]]:
    """So many time entries of one project."""
    return [
        {
            "id": str(number),
            "date_performed": "2026-11-02",
            "time_in_minutes": 60,
            "workspace_id": workspace_id,
            "user_id": "8",
            "billable": True,
            "approved": True,
            "rate_in_cents": 20_000,
            "currency": "USD",
            "updated_at": "2026-11-02T09:00:00-08:00",
        }
        for number in range(first, first + count)
    ]


def ids(rows: Sequence[Any]) -> list[str]:
    """The records' ids."""
    return [row.id for row in rows]
