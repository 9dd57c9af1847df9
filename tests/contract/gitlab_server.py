"""A small scripted GitLab over a real socket: strict about names and schema, counts what arrives, fails on request."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml
from graphql import GraphQLSchema, build_schema, parse, validate
from graphql.execution.values import get_variable_values
from graphql.language import OperationDefinitionNode
from scripted_server import Reply, ScriptedServer

HERE = Path(__file__).parent
TOKEN = "glpat-s3cret-t0ken"
ROOT = "/base/gitlab"
API = ROOT + "/api/v4"
GRAPHQL = ROOT + "/api/graphql"
#: An access token of a person, as `GET /personal_access_tokens/self` tells it.
SELF = {"id": 1, "name": "psdm", "scopes": ["api"], "active": True, "expires_at": "2027-01-31", "user_id": 7}
JANE = {"id": 7, "username": "jane", "name": "Jane Doe", "state": "active", "bot": False}


@cache
def document() -> dict[str, Any]:
    """The published REST contract."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load((HERE / "gitlab.openapi.yaml").read_text(encoding="utf-8"), Loader=loader)
    return loaded


@cache
def schema() -> GraphQLSchema:
    """The published GraphQL schema."""
    return build_schema((HERE / "gitlab-workitems.graphql").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Seen:
    """A request as it arrived. `path` is below /api/v4 with each segment as sent; GraphQL's is its operation."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None


def told(status: int, body: Any, **headers: str) -> Reply:
    """An answer in JSON."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json", **sent})


def refused(*messages: str, code: str | None = None, data: Any = None) -> Reply:
    """A GraphQL answer with errors at the top."""
    extensions = {"extensions": {"code": code}} if code else {}
    return told(200, {"data": data, "errors": [{"message": message, **extensions} for message in messages]})


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
    found = []
    for path, operations in document()["paths"].items():
        pattern = re.compile("^" + re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + "$")
        for method, operation in operations.items():
            if method != "parameters":
                known = {
                    **operation,
                    "parameters": [*operation.get("parameters", []), *operations.get("parameters", [])],
                }
                found.append((method.upper(), pattern, known))
    # /projects/import before /projects/{project_id}
    return sorted(found, key=lambda one: one[1].pattern.count("[^/]+"))


def violations(method: str, path: str, query: Mapping[str, str], body: Any) -> Iterator[str]:
    """What in a request is outside the contract, judged from the document alone."""
    operation = next((op for verb, pattern, op in _patterns() if verb == method and pattern.match(path)), None)
    if operation is None:
        yield f"{method} {path} is not in the contract"
        return
    shared = document()["components"]["parameters"]
    known = [shared[p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in operation["parameters"]]
    rules = {parameter["name"]: parameter["schema"] for parameter in known if parameter["in"] == "query"}
    for name, value in query.items():
        if name not in rules:
            yield f"{method} {path}: unknown {name}"
        elif not _fits(value, rules[name]):
            yield f"{method} {path}: {name}={value}"
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for name in body if isinstance(body, dict) else ():
        if name not in content.get("properties", {}):
            yield f"{method} {path}: unknown attribute {name}"


def _fits(value: str, rule: Mapping[str, Any]) -> bool:
    patterns = {
        "integer": r"\d+",
        "boolean": "true|false",
        "date": r"\d{4}-\d\d-\d\d",
        "date-time": r"\d{4}-.*T.*(Z|[+-]\d\d:\d\d)",
    }
    kind = rule.get("format", rule.get("type", "string"))
    if not re.fullmatch(patterns.get(kind, r"(?s).+"), value):
        return False
    if kind == "integer" and not rule.get("minimum", 0) <= int(value) <= rule.get("maximum", int(value)):
        return False
    return "enum" not in rule or value in rule["enum"]


class ScriptedGitLab(ScriptedServer):
    """The server. `rows`: path → what GET answers (lists paged); `data`: GraphQL operation → data, or a function.

    Calls of the script are `GET /path` and `GraphQL Operation`.
    """

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {"/user": JANE, "/personal_access_tokens/self": SELF}
        self.data: dict[str, Any] = {}
        self.seen: list[Seen] = []
        self.violations: list[str] = []
        self.page_size = 100
        self.links = True
        self._lock = threading.Lock()
        super().__init__()
        self.url = self.origin + ROOT

    def asked(self, call: str) -> list[Seen]:
        """The requests of `call`, such as `GET /user` or `GraphQL Probe`."""
        method, _, path = call.partition(" ")
        return [seen for seen in self.seen if (seen.method, seen.path) == (method, path)]

    def answer(self, method: str, target: str, headers: Mapping[str, str], raw: bytes) -> Reply:
        """The answer to a request; what it breaks of the contract is noted."""
        reply = self._answer(method, target, headers, raw)
        if reply.then is not None:
            reply.then()
        return reply

    def _answer(self, method: str, target: str, headers: Mapping[str, str], raw: bytes) -> Reply:
        parts = urlsplit(target)
        if parts.path == GRAPHQL:
            return self._graphql(headers, raw)
        path = parts.path.removeprefix(API)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        kind = headers.get("Content-Type", "")
        body = json.loads(raw) if raw and kind.startswith("application/json") else raw or None
        with self._lock:
            self.seen.append(Seen(method, path, query, dict(headers), body))
            self.violations += violations(method, path, query, body)
            if not parts.path.startswith(API + "/"):
                self.violations.append(f"{parts.path} is not below the API")
        scripted = self._scripted(f"{method} {path}")
        if scripted is not None:
            return scripted
        if method != "GET":
            return told(201 if method == "POST" else 200, {"id": 1, **(body if isinstance(body, dict) else {})})
        if path not in self.rows:
            return told(404, {"message": "404 Not Found"})
        found = self.rows[path]
        return self._page(parts.path, query, found) if isinstance(found, list) else told(200, found)

    def _page(self, path: str, query: Mapping[str, str], rows: Sequence[Any]) -> Reply:
        size = min(int(query.get("per_page", 20)), self.page_size)
        number = int(query.get("page", 1))
        more = number * size < len(rows)
        following = {**query, "page": str(number + 1)}
        link = f'<{self.origin}{path}?{"&".join(f"{k}={v}" for k, v in following.items())}>; rel="next", '
        headers = {"Link": (link if more else "") + f'<{self.origin}{path}?page=1>; rel="first"'} if self.links else {}
        told_page = {"X-Next-Page": str(number + 1) if more else ""}
        return told(200, rows[(number - 1) * size : number * size], **headers, **told_page)

    def _graphql(self, headers: Mapping[str, str], raw: bytes) -> Reply:
        asked = json.loads(raw)
        name = asked.get("operationName", "")
        with self._lock:
            self.seen.append(Seen("GraphQL", name, {}, dict(headers), asked))
            self.violations += schema_flaws(asked["query"], name, asked.get("variables") or {})
        scripted = self._scripted(f"GraphQL {name}")
        if scripted is not None:
            return scripted
        data = self.data.get(name)
        if callable(data):
            data = data(asked.get("variables") or {})
        return told(200, {"data": data}) if data is not None else refused("no such operation here")

    def _scripted(self, call: str) -> Reply | None:
        with self._lock:
            return self.scripted(call)


def schema_flaws(text: str, operation: str, variables: Mapping[str, Any]) -> list[str]:
    """What in a GraphQL document and its variables is outside the schema."""
    parsed = parse(text)
    flaws = [error.message for error in validate(schema(), parsed)]
    for definition in parsed.definitions:
        if isinstance(definition, OperationDefinitionNode):
            if definition.name is None or definition.name.value != operation:
                flaws.append(f"{operation} is not the document's name")
            coerced = get_variable_values(schema(), definition.variable_definitions or (), dict(variables))
            flaws += [error.message for error in coerced] if isinstance(coerced, list) else []
            unused = set(variables) - {one.variable.name.value for one in definition.variable_definitions or ()}
            flaws += [f"{name} is not a variable of {operation}" for name in unused]
    return flaws


def group(number: int, path: str, parent: int | None = None, **more: Any) -> dict[str, Any]:
    """A group's row."""
    last = path.rsplit("/", 1)[-1]
    return {
        "id": number,
        "name": last.title(),
        "path": last,
        "full_path": path,
        "parent_id": parent,
        "visibility": "private",
        **more,
    }


def project(number: int, path: str, group_id: int, **more: Any) -> dict[str, Any]:
    """A project's row."""
    last = path.rsplit("/", 1)[-1]
    namespace = {"id": group_id, "kind": "group", "full_path": path.rsplit("/", 1)[0]}
    return {
        "id": number,
        "name": last,
        "path": last,
        "path_with_namespace": path,
        "visibility": "private",
        "namespace": namespace,
        **more,
    }


def issue(iid: int, project_id: int = 5, **more: Any) -> dict[str, Any]:
    """An issue's row."""
    return {
        "id": 9000 + iid,
        "iid": iid,
        "project_id": project_id,
        "title": f"Issue {iid}",
        "state": "opened",
        "labels": [],
        **more,
    }


def probe(
    path: str = "ps", *, epics: bool = True, features: bool = True, types: Sequence[str] = ("Issue", "Epic")
) -> dict[str, Any]:
    """The data of a probe."""
    names = (
        "hasSubepicsFeature",
        "hasLinkedItemsEpicsFeature",
        "hasIterationsFeature",
        "hasIssuableHealthStatusFeature",
    )
    names += ("hasIssueWeightsFeature", "hasScopedLabelsFeature", "hasWorkItemStatusFeature")
    kinds = [
        {
            "id": f"gid://gitlab/WorkItems::Type/{n}",
            "name": name,
            "enabled": True,
            "isGroupWorkItemType": name == "Epic",
        }
        for n, name in enumerate(types, 1)
    ]
    return {
        "metadata": {"version": "19.4.1-ee", "enterprise": True},
        "namespace": {
            "id": "gid://gitlab/Group/3",
            "fullPath": path,
            "userPermissions": {
                "createEpic": epics,
                "createWorkItem": True,
                "createProjects": True,
                "adminLabel": True,
            },
            "availableFeatures": {"hasEpicsFeature": epics, **dict.fromkeys(names, epics)} if features else None,
            "workItemTypes": {"nodes": kinds},
        },
    }


def epic_item(iid: int, **more: Any) -> dict[str, Any]:
    """An epic as GraphQL has it."""
    widgets = [
        {"labels": {"nodes": [{"title": "SOW-1"}]}},
        {"parent": None},
        {"startDate": "2026-01-05", "dueDate": None},
    ]
    return {
        "id": f"gid://gitlab/WorkItem/{700 + iid}",
        "iid": str(iid),
        "title": f"Epic {iid}",
        "state": "OPEN",
        "description": "",
        "webUrl": f"https://x/groups/ps/-/epics/{iid}",
        "updatedAt": "2026-11-02T09:00:00Z",
        "namespace": {"id": "gid://gitlab/Group/3", "fullPath": "ps"},
        "widgets": widgets,
        **more,
    }


def epic_row(iid: int, **more: Any) -> dict[str, Any]:
    """An epic as REST has it."""
    return {
        "id": 40 + iid,
        "iid": iid,
        "group_id": 3,
        "work_item_id": 700 + iid,
        "title": f"Epic {iid}",
        "state": "opened",
        "labels": ["SOW-1"],
        **more,
    }


def issue_item(iid: int, path: str = "ps/plan", **more: Any) -> dict[str, Any]:
    """An issue as GraphQL has it."""
    widgets = [
        {"labels": {"nodes": [{"title": "b"}, {"title": "a"}]}},
        {"assignees": {"nodes": [{"id": "gid://gitlab/User/7", "username": "jane", "name": "Jane Doe"}]}},
        {"milestone": {"id": "gid://gitlab/Milestone/11"}},
        {"parent": {"iid": "2", "namespace": {"id": "gid://gitlab/Group/3"}}},
        {"startDate": "2026-01-05", "dueDate": "2026-02-06"},
        {"healthStatus": "needsAttention"},
        {"weight": 3},
        {"taskCompletionStatus": {"count": 4, "completedCount": 1}},
    ]
    return {
        "id": f"gid://gitlab/WorkItem/{9000 + iid}",
        "iid": str(iid),
        "title": f"Issue {iid}",
        "state": "CLOSED",
        "description": "- [ ] one",
        "confidential": True,
        "webUrl": f"https://x/{path}/-/issues/{iid}",
        "createdAt": "2026-11-01T09:00:00Z",
        "updatedAt": "2026-11-02T09:00:00Z",
        "closedAt": None,
        "reference": f"{path}#{iid}",
        "author": {"id": "gid://gitlab/User/7", "username": "jane", "name": "Jane Doe"},
        "namespace": {"fullPath": path},
        "workItemType": {"name": "Issue"},
        "widgets": widgets,
        **more,
    }


def connection(nodes: Sequence[Any], after: str | None = None) -> dict[str, Any]:
    """A page of a GraphQL list; `after` when there is another one."""
    return {"pageInfo": {"hasNextPage": after is not None, "endCursor": after}, "nodes": list(nodes)}


def unquoted(seen: Seen) -> str:
    """The path of a request, for people."""
    return unquote(seen.path)
