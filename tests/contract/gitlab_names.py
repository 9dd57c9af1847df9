"""Derives the compact table of GitLab's names (contract.json) from the OpenAPI document.

Run `python tests/contract/gitlab_names.py` after the document changed; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from contract_tables import Table, parameters, text

DOCUMENT = Path(__file__).parent / "gitlab.openapi.yaml"
TABLE = Path(__file__).parents[2] / "src" / "psdm_cli" / "systems" / "gitlab" / "contract.json"

#: Hidden from GitLab's own document and switched off by default (gitlab.md 1.3): psdm never calls it.
LEFT_OUT = ("/namespaces/{namespace_path}/-/work_items",)


def compact(document: dict[str, Any]) -> Table:
    """Per call, such as `GET /user`: `?name` a query parameter, `name` an attribute of the body, each with its rule."""
    table: Table = {}
    for path, operations in document["paths"].items():
        if path in LEFT_OUT:
            continue
        common = operations.get("parameters", [])
        for method, operation in operations.items():
            if method == "parameters":
                continue
            names: dict[str, dict[str, Any]] = {}
            for parameter in parameters(document, [*common, *operation.get("parameters", [])]):
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


if __name__ == "__main__":
    published = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    TABLE.write_text(text(compact(published)), encoding="utf-8")
