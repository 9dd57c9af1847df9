"""Derives the compact table of Kantata's names (contract.json) from the OpenAPI document.

Run `python tests/contract/kantata_names.py` after the document changed; a test compares the two.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

DOCUMENT = Path(__file__).parent / "kantata.openapi.yaml"
TABLE = Path(__file__).parents[2] / "src" / "psdm_cli" / "systems" / "kantata" / "contract.json"

#: The calls that psdm makes; reading only.
PATHS = (
    "/account_memberships",
    "/billing_milestones",
    "/holidays",
    "/project_accounting_records",
    "/resource_requests",
    "/roles",
    "/status_reports",
    "/stories",
    "/time_entries",
    "/time_off_entries",
    "/users",
    "/users/me",
    "/workspace_allocations",
    "/workspace_resources",
    "/workspaces",
    "/workspaces/{id}",
    "/workweeks",
)
#: How the document says that a boolean must not be sent as false.
TRUE_ONLY = ("Value ignored", "false does nothing", "Does nothing when false")


def compact(document: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Per path: parameter name → type, allowed values, required, and whether only `true` may be sent."""
    shared = document["components"]["parameters"]
    table: dict[str, dict[str, dict[str, Any]]] = {}
    for path in PATHS:
        names: dict[str, dict[str, Any]] = {}
        for given in document["paths"][path]["get"].get("parameters", []):
            parameter = shared[given["$ref"].rsplit("/", 1)[1]] if "$ref" in given else given
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


def text(table: dict[str, dict[str, dict[str, Any]]]) -> str:
    """The table as it is stored: one parameter a line, so that a change reads well in a diff."""
    lines = ["{"]
    for number, (path, names) in enumerate(table.items()):
        lines.append(f"  {json.dumps(path)}: {{")
        lines += [
            f"    {json.dumps(name)}: {json.dumps(rule)}{',' if place < len(names) - 1 else ''}"
            for place, (name, rule) in enumerate(names.items())
        ]
        lines.append("  }" + ("," if number < len(table) - 1 else ""))
    return "\n".join([*lines, "}", ""])


if __name__ == "__main__":
    TABLE.write_text(text(compact(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8")))), encoding="utf-8")
