"""Derives the compact tables of Kantata's names (contract.json, contract_writes.json) from the OpenAPI document.

Run `python tests/contract/kantata_names.py` after the document changed; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from contract_tables import Table, parameters, text

DOCUMENT = Path(__file__).parent / "kantata.openapi.yaml"
TABLE = Path(__file__).parents[2] / "src" / "psdm_cli" / "systems" / "kantata" / "contract.json"

WRITES = TABLE.with_name("contract_writes.json")

#: The calls that psdm makes; reading only.
PATHS = (
    "/account_memberships",
    "/billing_milestones",
    "/billing_milestones/{id}",
    "/custom_field_values",
    "/custom_field_values/{id}",
    "/custom_fields",
    "/external_references",
    "/holidays",
    "/participations",
    "/posts",
    "/posts/{id}",
    "/project_accounting_records",
    "/resource_requests",
    "/resource_requests/{id}",
    "/roles",
    "/status_reports",
    "/status_reports/{id}",
    "/stories",
    "/stories/{id}",
    "/time_entries",
    "/time_off_entries",
    "/users",
    "/users/me",
    "/workspace_allocations",
    "/workspace_allocations/{id}",
    "/workspace_resources",
    "/workspaces",
    "/workspaces/{id}",
    "/workweeks",
)
#: The calls with which psdm writes.
WRITING = (
    ("POST", "/billing_milestones"),
    ("PUT", "/billing_milestones/{id}"),
    ("DELETE", "/billing_milestones/{id}"),
    ("POST", "/custom_field_values"),
    ("DELETE", "/custom_field_values/{id}"),
    ("POST", "/posts"),
    ("DELETE", "/posts/{id}"),
    ("POST", "/resource_requests"),
    ("PUT", "/resource_requests/{id}"),
    ("POST", "/status_reports"),
    ("PUT", "/status_reports/{id}"),
    ("DELETE", "/status_reports/{id}"),
    ("POST", "/stories"),
    ("PUT", "/stories/{id}"),
    ("DELETE", "/stories/{id}"),
    ("POST", "/workspace_allocations"),
    ("PUT", "/workspace_allocations/{id}"),
    ("DELETE", "/workspace_allocations/{id}"),
)
#: How the document says that a boolean must not be sent as false.
TRUE_ONLY = ("Value ignored", "false does nothing", "Does nothing when false")


def compact(document: dict[str, Any]) -> Table:
    """Per path: parameter name → type, allowed values, required, and whether only `true` may be sent."""
    table: Table = {}
    for path in PATHS:
        names: dict[str, dict[str, Any]] = {}
        for parameter in parameters(document, document["paths"][path]["get"].get("parameters", [])):
            schema = parameter["schema"]
            items = schema.get("items", {})
            rule: dict[str, Any] = {
                "type": f"list of {items['type']}" if items else schema.get("format", schema["type"])
            }
            values = (
                schema.get("enum") or items.get("enum") or (parameter["name"] == "order" and schema["x-known-values"])
            )
            if values:
                rule["values"] = values
            for bound in ("minimum", "maximum"):
                if bound in schema:
                    rule[bound] = schema[bound]
            if parameter.get("required"):
                rule["required"] = True
            if any(words in parameter.get("description", "") for words in TRUE_ONLY):
                rule["true_only"] = True
            names[parameter["name"]] = rule
        table[path] = names
    return table


def compact_writes(document: dict[str, Any]) -> Table:
    """Per call, such as `POST /posts`: attribute → type, values, longest text, required; `$key` is the body’s."""
    schemas = document["components"]["schemas"]
    table: Table = {}
    for method, path in WRITING:
        operation = document["paths"][path][method.lower()]
        table[f"{method} {path}"] = names = {}
        if "requestBody" not in operation:
            continue
        bodies = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
        key, reference = next((key, body["$ref"]) for key, body in bodies.items() if "$ref" in body)
        schema = schemas[reference.rsplit("/", 1)[1]]
        for name, given in schema["properties"].items():
            items = given.get("items")
            kind = given.get("format", given.get("type", "object" if "allOf" in given else "any"))
            rule: dict[str, Any] = {"type": kind if items is None else f"list of {items.get('type', 'object')}"}
            if "enum" in given:
                rule["values"] = given["enum"]
            if "maxLength" in given:
                rule["longest"] = given["maxLength"]
            if name in schema.get("required", ()):
                rule["required"] = True
            names[name] = rule
        names["$key"] = {"key": key}
    return table


if __name__ == "__main__":
    published = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    TABLE.write_text(text(compact(published)), encoding="utf-8")
    WRITES.write_text(text(compact_writes(published)), encoding="utf-8")
