"""A plain `requests` client for the sandbox, and a validator of its answers against the published document."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import requests
import yaml
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from psdm_cli.sandbox import KantataSandbox

OPENAPI = Path(__file__).with_name("kantata.openapi.yaml")


@cache
def document() -> dict[str, Any]:
    """The published contract."""
    return dict(yaml.load(OPENAPI.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


@cache
def _validator(schema: str) -> OAS30Validator:
    registry: Registry[Any] = Registry().with_resource("urn:contract", Resource(document(), DRAFT4))
    return OAS30Validator({"$ref": f"urn:contract#/components/schemas/{schema}"}, registry=registry)


def problems(body: Any, schema: str = "Envelope") -> list[str]:
    """What is wrong with an answer: against the schema, and attributes the contract does not know."""
    found = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in _validator(schema).iter_errors(body)]
    if schema == "Envelope":
        known = document()["components"]["schemas"]["Envelope"]["properties"]
        for name, rows in body.items():
            if name in ("count", "meta", "results") or "additionalProperties" not in known.get(name, {}):
                continue
            allowed = set(_properties(known[name]["additionalProperties"]["$ref"]))
            for id_, row in rows.items():
                found += [f"{name}/{id_}: unknown attribute {key}" for key in set(row) - allowed]
    return found


def _properties(ref: str) -> dict[str, Any]:
    return dict(document()["components"]["schemas"][ref.rsplit("/", 1)[1]]["properties"])


class Client:
    """Sends what a test says, with a persona's token, and keeps the connection."""

    def __init__(self, sandbox: KantataSandbox, persona: str = "full") -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {sandbox.tokens[persona]}"
        self.session.headers["Accept"] = "application/json"

    def send(self, method: str, path: str, body: Any = None, **params: Any) -> requests.Response:
        """One request; the answer whatever its status."""
        return self.session.request(method, self.sandbox.kantata_url + path, params=params, json=body, timeout=10)

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """A successful read, held against the contract."""
        response = self.send("GET", path, **params)
        assert response.status_code == 200, response.text
        body = response.json()
        assert problems(body) == []
        return dict(body)

    def rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """The rows of a successful read, in order."""
        body = self.get(path, **params)
        return [body[ref["key"]][ref["id"]] for ref in body["results"]]

    def ids(self, path: str, **params: Any) -> list[str]:
        """The ids of a successful read, in order."""
        return [row["id"] for row in self.rows(path, **params)]

    def write(self, method: str, path: str, body: Any, **params: Any) -> dict[str, Any]:
        """A successful write; the single row of its answer."""
        response = self.send(method, path, body, **params)
        assert response.status_code == 200, response.text
        assert problems(response.json()) == []
        (reference,) = response.json()["results"]
        return dict(response.json()[reference["key"]][reference["id"]])

    def refused(self, method: str, path: str, body: Any = None, **params: Any) -> tuple[int, str | None]:
        """(status, field at fault) of a refused request, its body held against the contract."""
        response = self.send(method, path, body, **params)
        assert response.status_code >= 400, response.text
        assert problems(response.json(), "Errors") == []
        return response.status_code, response.json()["errors"][0].get("field")

    def close(self) -> None:
        """Ends the connection."""
        self.session.close()
