"""Derives the compact table of GitLab's names (contract.json) from the OpenAPI document.

Run `python tests/contract/gitlab_names.py` after the document changed; a test compares the two.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

DOCUMENT = Path(__file__).parent / "gitlab.openapi.yaml"
TABLE = Path(__file__).parents[2] / "src" / "psdm_cli" / "systems" / "gitlab" / "contract.json"

#: Hidden from GitLab's own document and switched off by default (gitlab.md 1.3): psdm never calls it.
LEFT_OUT = ("/namespaces/{namespace_path}/-/work_items",)


def compact(document: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Per call, such as `GET /user`: `?name` a query parameter, `name` an attribute of the body, each with its rule."""
    shared = document["components"]["parameters"]
    table: dict[str, dict[str, dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        if path in LEFT_OUT:
            continue
        common = operations.get("parameters", [])
        for method, operation in operations.items():
            if method == "parameters":
                continue
            names: dict[str, dict[str, Any]] = {}
            for given in [*common, *operation.get("parameters", [])]:
                parameter = shared[given["$ref"].rsplit("/", 1)[1]] if "$ref" in given else given
                if parameter["in"] == "query":
                    names[f"?{parameter['name']}"] = _rule(parameter["schema"], parameter.get("required", False))
            for body in operation.get("requestBody", {}).get("content", {}).values():
                schema = body["schema"]
                if "$ref" in schema:
                    schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
                for name, attribute in schema.get("properties", {}).items():
                    names[name] = _rule(attribute, name in schema.get("required", ()))
            table[f"{method.upper()} {path}"] = names
    return table


def _rule(schema: dict[str, Any], required: bool) -> dict[str, Any]:
    items = schema.get("items", {})
    kind = schema.get("format", schema.get("type", "any"))
    rule: dict[str, Any] = {"type": kind if kind != "array" else f"list of {items.get('type', 'any')}"}
    for source, name in (("enum", "values"), ("maxLength", "longest"), ("minimum", "minimum"), ("maximum", "maximum")):
        if source in schema:
            rule[name] = schema[source]
    if schema.get("nullable"):
        rule["nullable"] = True
    if required:
        rule["required"] = True
    return rule


def text(table: dict[str, dict[str, dict[str, Any]]]) -> str:
    """The table as it is stored: one name a line, so that a change reads well in a diff."""
    lines = ["{"]
    for number, (call, names) in enumerate(table.items()):
        lines.append(f"  {json.dumps(call)}: {{")
        lines += [
            f"    {json.dumps(name)}: {json.dumps(rule)}{',' if place < len(names) - 1 else ''}"
            for place, (name, rule) in enumerate(names.items())
        ]
        lines.append("  }" + ("," if number < len(table) - 1 else ""))
    return "\n".join([*lines, "}", ""])


if __name__ == "__main__":
    published = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    TABLE.write_text(text(compact(published)), encoding="utf-8")
