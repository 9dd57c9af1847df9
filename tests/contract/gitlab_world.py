"""A small strict GitLab that keeps what it is told: for the doors' tests alone, written from the contract."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml
from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync

HERE = Path(__file__).parent
TOKEN = "glpat-of-the-world"
Row = dict[str, Any]


class Refusal(Exception):
    """An answer with a status."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status, self.body = status, body


@cache
def schema() -> GraphQLSchema:
    return build_schema((HERE / "gitlab-workitems.graphql").read_text(encoding="utf-8"))


@cache
def contract() -> dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]]:
    """Method and path pattern → names of query parameters, of the body."""
    loaded = yaml.load((HERE / "gitlab.openapi.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

    def of(node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            found: Any = loaded
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    table = {}
    for path, operations in loaded["paths"].items():
        pattern = re.sub(r"{[^}]+}", "([^/]+)", path)
        for method, operation in operations.items():
            if method == "parameters":
                continue
            query = {of(each)["name"] for each in operation.get("parameters", []) if of(each)["in"] == "query"}
            body: set[str] = set()
            for content in of(operation.get("requestBody") or {}).get("content", {}).values():
                body |= set(of(content["schema"]).get("properties", {}))
            table[method.upper(), pattern] = (frozenset(query), frozenset(body))
    return table


@dataclass
class Fault:
    method: str
    path: str
    how: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class World:
    """Groups, projects and what is in them. `plan`: ultimate or free; `graphql`: whether it is reachable."""

    def __init__(self, *, plan: str = "ultimate", graphql: bool = True, rest_epics: bool = True) -> None:
        self.plan, self.graphql_on, self.rest_epics = plan, graphql, rest_epics
        self.scoped = plan == "ultimate"
        self.toggle = True
        self.groups: dict[int, Row] = {}
        self.projects: dict[int, Row] = {}
        self.labels: list[Row] = []
        self.milestones: list[Row] = []
        self.epics: list[Row] = []
        self.issues: list[Row] = []
        self.notes: list[Row] = []
        self.links: list[Row] = []
        self.boards: list[Row] = []
        self.files: dict[tuple[int, str], Row] = {}
        self.uploads: list[Row] = []
        self.wiki: list[Row] = []
        self.members: list[Row] = []
        self.users = [{"id": 1, "username": "pm", "name": "PM"}, {"id": 2, "username": "colleague", "name": "C"}]
        self.requests: list[tuple[str, str]] = []
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self.before_put: Callable[[], None] | None = None
        self._ids = 1000
        self._lock = threading.RLock()

    # facts

    def next_id(self) -> int:
        self._ids += 1
        return self._ids

    def group(self, path: str, visibility: str = "private") -> int:
        parent, _, leaf = path.rpartition("/")
        above = next((g["id"] for g in self.groups.values() if g["full_path"] == parent), None)
        row = {"id": self.next_id(), "name": leaf, "path": leaf, "full_path": path, "visibility": visibility}
        self.groups[row["id"]] = {**row, "parent_id": above, "description": "", "web_url": f"http://x/{path}"}
        return int(row["id"])

    def project(self, path: str, visibility: str = "private", **more: Any) -> int:
        parent, _, leaf = path.rpartition("/")
        above = next(g for g in self.groups.values() if g["full_path"] == parent)
        ident = self.next_id()
        self.projects[ident] = {
            "id": ident,
            "name": leaf,
            "path": leaf,
            "path_with_namespace": path,
            "visibility": visibility,
            "description": "",
            "default_branch": "main",
            "web_url": f"http://x/{path}",
            "namespace": {"id": above["id"], "kind": "group", "full_path": parent},
            **more,
        }
        return ident

    def label(self, name: str, *, group: int | None = None, project: int | None = None) -> int:
        row = {"id": self.next_id(), "name": name, "color": "#123456", "description": None}
        self.labels.append({**row, "group": group, "project": project})
        return int(row["id"])

    def issue(self, project: int, title: str = "T", **more: Any) -> Row:
        iid = 1 + max((each["iid"] for each in self.issues if each["project_id"] == project), default=0)
        row = {
            "id": self.next_id(),
            "iid": iid,
            "project_id": project,
            "title": title,
            "description": None,
            "state": "opened",
            "labels": [],
            "assignees": [],
            "author": self.users[0],
            "milestone": None,
            "due_date": None,
            "start_date": None,
            "confidential": False,
            "epic_of": None,
            "web_url": f"http://x/{project}/issues/{iid}",
            "references": {"full": f"p{project}#{iid}"},
            **more,
        }
        if self.plan == "ultimate":
            row.setdefault("weight", None)
        self.issues.append(row)
        return row

    def epic(self, group: int, title: str = "E", **more: Any) -> Row:
        iid = 1 + max((each["iid"] for each in self.epics if each["group_id"] == group), default=0)
        row = {
            "id": self.next_id() + 50_000,
            "work_item_id": self.next_id(),
            "iid": iid,
            "group_id": group,
            "title": title,
            "description": None,
            "state": "opened",
            "labels": [],
            "start_date": None,
            "due_date": None,
            "author": self.users[0],
            "web_url": f"http://x/groups/{group}/-/epics/{iid}",
            **more,
        }
        self.epics.append(row)
        return row

    def above(self, group: int | None) -> list[int]:
        line = []
        while group is not None:
            line.append(group)
            group = self.groups[group]["parent_id"]
        return line

    def usable(self, *, group: int | None = None, project: int | None = None) -> list[Row]:
        inside = self.above(group if project is None else self.projects[project]["namespace"]["id"])
        return [each for each in self.labels if each["group"] in inside or (project and each["project"] == project)]

    def fault(self, method: str, path: str, how: str, body: Any = None, **headers: str) -> None:
        self.faults.append(Fault(method, path, how, body, headers))

    def sent(self, method: str = "") -> list[tuple[str, str]]:
        """The writes that came, GraphQL's reads left out."""
        return [each for each in self.requests if each[0] != "GET" and (not method or each[0] == method)]

    # serving

    def answer(self, method: str, target: str, headers: Any, raw: bytes) -> tuple[int, Any, dict[str, str]] | str:
        """The answer, or how the connection is cut."""
        with self._lock:
            path = urlsplit(target).path
            query = parse_qsl(urlsplit(target).query, keep_blank_values=True)
            document = ""
            if path.endswith("/api/graphql"):
                document = json.loads(raw)["operationName"]
            shown = f"{path.removeprefix('/api/v4')} {document}".strip()
            writes = method != "GET" and not (
                document and b'"query": "mutation' not in raw and b"mutation" not in raw[:60]
            )
            if writes or method == "GET":
                self.requests.append((method, shown))
            fault = next((f for f in self.faults if f.method == method and re.search(f.path, shown)), None)
            if fault is not None:
                self.faults.remove(fault)
                if fault.how == "cut before":
                    return "cut"
                if fault.how.isdigit():
                    return int(fault.how), fault.body or {"message": "as told"}, fault.headers
            status, body = self._done(method, path, query, headers, raw)
            if fault is not None:
                return (int(fault.how.split()[0]), {"message": "late"}, {}) if "applied" in fault.how else "cut"
            return status, body, {}

    def _done(self, method: str, path: str, query: list[tuple[str, str]], headers: Any, raw: bytes) -> tuple[int, Any]:
        try:
            if TOKEN not in (
                headers.get("PRIVATE-TOKEN"),
                (headers.get("Authorization") or "").removeprefix("Bearer "),
            ):
                raise Refusal(401, {"message": "401 Unauthorized"})
            if path == "/api/graphql":
                return self._graphql(json.loads(raw))
            return self._rest(method, path.removeprefix("/api/v4"), query, raw)
        except Refusal as refusal:
            return refusal.status, refusal.body

    def _rest(self, method: str, path: str, query: list[tuple[str, str]], raw: bytes) -> tuple[int, Any]:
        found = next(
            (names for (verb, pattern), names in contract().items() if verb == method and re.fullmatch(pattern, path)),
            None,
        )
        is_json = raw[:1] == b"{"
        body = json.loads(raw) if is_json else {"raw": raw} if raw else {}
        if found is None:
            self.violations.append(f"{method} {path}")
            raise Refusal(404, {"error": "404 Not Found"})
        self.violations += [f"{method} {path} ?{name}" for name, _ in query if name not in found[0]]
        self.violations += [f"{method} {path} {name}" for name in body if name not in found[1] and name != "raw"]
        from gitlab_world_rest import ROUTES

        for verb, pattern, handle in ROUTES:
            match = re.fullmatch(pattern, path)
            if verb == method and match is not None:
                return handle(self, [unquote(each) for each in match.groups()], dict(query), body)  # type: ignore[no-any-return]
        self.violations.append(f"{method} {path}: not served here")
        raise Refusal(404, {"error": "404 Not Found"})

    def _graphql(self, asked: Row) -> tuple[int, Any]:
        if not self.graphql_on:
            raise Refusal(404, {"error": "404 Not Found"})
        from gitlab_world_graphql import Root

        done = graphql_sync(schema(), asked["query"], Root(self), variable_values=asked.get("variables"))
        answer: Row = {"data": done.data}
        if done.errors:
            answer["errors"] = [{"message": each.message, "path": each.path} for each in done.errors]
            self.violations += [
                each.message for each in done.errors if not isinstance(each.original_error, GraphQLError)
            ]
        return 200, answer


class _Handler(BaseHTTPRequestHandler):
    world: World
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def _serve(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = self.world.answer(self.command, self.path, self.headers, raw)
        if isinstance(told, str):
            self.close_connection = True
            self.connection.close()
            return
        status, body, headers = told
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - the library's names


class Served:
    """A world on a loopback port."""

    def __init__(self, world: World) -> None:
        handler = type("Handler", (_Handler,), {"world": world})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def as_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
