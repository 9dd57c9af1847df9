"""A plain `requests` client for the GitLab sandbox, holding every answer against the published document."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
import yaml
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from psdm_cli.sandbox.gitlab import GitLabSandbox

OPENAPI = Path(__file__).with_name("gitlab.openapi.yaml")
GROUP = "gitlab-com/customer-success/professional-services-group"
DELIVERY = f"{GROUP}/professional-services-delivery/gitlab-professional-services"
PARTNER = f"{GROUP}/professional-services-delivery/gitlab-partner-collaboration"
PS_PLAN = f"{GROUP}/ww-consulting/ps-plan"
LARKSPUR = f"{DELIVERY}/larkspur-mutual"
SOW = f"{LARKSPUR}/SOW-2301"
# Statuses that the prose of the contract has and its document does not list everywhere.
ANYWHERE = {"301", "405", "413"}


def seg(text: object) -> str:
    """A path variable as one encoded segment."""
    return quote(str(text), safe="")


@cache
def document() -> dict[str, Any]:
    """The published contract."""
    return dict(yaml.load(OPENAPI.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


def schema_of(name: str) -> dict[str, Any]:
    """A named schema."""
    return dict(document()["components"]["schemas"][name])


@cache
def _registry() -> Registry[Any]:
    return Registry().with_resource("urn:contract", Resource(document(), DRAFT4))


def _absolute(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: f"urn:contract{v}" if k == "$ref" else _absolute(v) for k, v in node.items()}
    return [_absolute(each) for each in node] if isinstance(node, list) else node


@cache
def _templates() -> list[tuple[list[str], str]]:
    found = [(path.strip("/").split("/"), path) for path in document()["paths"]]
    return sorted(found, key=lambda item: item[1].count("{"))


def operation(method: str, path: str) -> dict[str, Any] | None:
    """The document's operation for an encoded path below /api/v4, or None."""
    parts = path.strip("/").split("/")
    for template, key in _templates():
        fits = len(template) == len(parts) and all(
            t.startswith("{") or t == p for t, p in zip(template, parts, strict=True)
        )
        if fits and method.lower() in document()["paths"][key]:
            return dict(document()["paths"][key][method.lower()])
    return None


def _schema(method: str, path: str, status: int) -> dict[str, Any] | None:
    """The schema of an answer; None when it has no body. Fails when the document has no such answer."""
    found = operation(method, path)
    assert found is not None, f"{method} {path} is not in the document"
    answer = found["responses"].get(str(status))
    if answer is None:
        assert str(status) in ANYWHERE, f"{method} {path} has no {status}"
        answer = {"$ref": "#/components/responses/NotFound"}
    if "$ref" in answer:
        answer = document()["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    content = answer.get("content", {}).get("application/json")
    return None if content is None else content["schema"]


def _allowed(schema: dict[str, Any]) -> set[str] | None:
    """The attributes that a schema names; None where it is open."""
    if "$ref" in schema:
        return _allowed(schema_of(schema["$ref"].rsplit("/", 1)[1]))
    if "allOf" in schema:
        parts = [_allowed(each) for each in schema["allOf"]]
        return set().union(*(part or set() for part in parts))
    return set(schema["properties"]) if "properties" in schema else None


def problems(method: str, path: str, response: requests.Response) -> list[str]:
    """What is wrong with an answer: its status, its body against the schema, attributes that the contract has not."""
    schema = _schema(method, path, response.status_code)
    if schema is None:
        return []
    body = response.json()
    validator = OAS30Validator(_absolute(schema), registry=_registry())
    found = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(body)]
    rows, inner = (body, schema.get("items", {})) if isinstance(body, list) else ([body], schema)
    allowed = _allowed(inner) if response.status_code < 400 else None
    if allowed is not None:
        found += [f"unknown attribute {key}" for row in rows for key in set(row) - allowed]
    return found


class Client:
    """Sends what a test says, as a persona, and keeps the connection."""

    def __init__(self, sandbox: GitLabSandbox, persona: str = "full", *, bearer: bool = False) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        token = sandbox.tokens.get(persona, persona)
        if bearer:
            self.session.headers["Authorization"] = f"Bearer {token}"
        elif persona == "job":
            self.session.headers["JOB-TOKEN"] = token
        elif persona:
            self.session.headers["PRIVATE-TOKEN"] = token

    def send(self, method: str, path: str, body: Any = None, /, **params: Any) -> requests.Response:
        """One request; the answer whatever its status."""
        address = f"{self.sandbox.url}/api/v4{path}"
        return self.session.request(method, address, params=params, json=body, timeout=10, allow_redirects=False)

    def ask(self, method: str, path: str, body: Any = None, /, *, expect: int | None = None, **params: Any) -> Any:
        """A request and its answer's body, held against the contract."""
        response = self.send(method, path, body, **params)
        wanted = expect or {"POST": 201, "DELETE": 204}.get(method, 200)
        assert response.status_code == wanted, response.text
        assert problems(method, path, response) == []
        return response.json() if response.content else None

    def get(self, path: str, /, *, expect: int = 200, **params: Any) -> Any:
        """A read."""
        return self.ask("GET", path, None, expect=expect, **params)

    def post(self, path: str, body: Any, *, expect: int = 201) -> Any:
        """A creation."""
        return self.ask("POST", path, body, expect=expect)

    def put(self, path: str, body: Any, *, expect: int = 200) -> Any:
        """A change."""
        return self.ask("PUT", path, body, expect=expect)

    def upload(self, path: str, name: str, content: bytes, *, expect: int = 201) -> Any:
        """An upload."""
        address = f"{self.sandbox.url}/api/v4{path}"
        response = self.session.post(address, files={"file": (name, content)}, timeout=10)
        assert response.status_code == expect, response.text
        assert problems("POST", path, response) == []
        return response.json()

    def group(self, path: str) -> int:
        """The id of a group."""
        return int(self.get(f"/groups/{seg(path)}")["id"])

    def close(self) -> None:
        """Ends the connection."""
        self.session.close()
