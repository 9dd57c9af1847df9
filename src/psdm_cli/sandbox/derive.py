"""Derives the sandbox's compact contract file from the published OpenAPI document (a developer's tool)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

PAGING = {"page", "per_page", "limit", "offset", "only", "include", "optional_fields", "order"}
# Bare answers and administrator-only machinery that no envelope describes; the sandbox answers 403 there.
BARE = ("/exports", "/insights_reports", "/scheduled_jobs")

Node = dict[str, Any]


def derive(document: Node) -> Node:
    """The compact contract: one entry per collection, in the document's own names and order."""
    components = document["components"]
    resources: Node = {}
    for path, methods in document["paths"].items():
        parts = path.strip("/").split("/")
        if path.startswith(BARE):
            continue
        entry = resources.setdefault(parts[0], {"actions": {}})
        if len(parts) == 1:
            _collection(entry, methods, components)
        elif len(parts) == 2 and parts[1] == "{id}":
            _member(entry, methods, components)
        else:
            for method, operation in methods.items():
                names = [p["name"] for p in _parameters(operation, components) if p["in"] == "query"]
                entry["actions"][f"{method.upper()} {'/'.join(parts[1:])}"] = names
                if parts[1] == "create_or_update":
                    entry["create_or_update"] = _write(operation, components)
    for name, property_ in components["schemas"]["Envelope"]["properties"].items():
        schema = property_.get("additionalProperties")
        if not schema:
            continue
        entry = resources.setdefault(name, {"actions": {}})
        entry["attributes"] = _attributes(_resolve(schema, components))
    return {"resources": resources}


def _collection(entry: Node, methods: Node, components: Node) -> None:
    if "get" in methods:
        filters: Node = {}
        for parameter in _parameters(methods["get"], components):
            name, schema = parameter["name"], parameter["schema"]
            if name == "order":
                known = schema.get("enum") or schema["x-known-values"]
                entry["orders"] = sorted({value.split(":")[0] for value in known})
                entry["default_order"] = schema.get("default")
            elif name == "include":
                entry["includes"] = schema["items"]["enum"]
            elif name == "optional_fields":
                entry["optional_fields"] = schema["items"]["enum"]
            elif name not in PAGING:
                filters[name] = _filter(parameter)
        entry["filters"] = filters
        entry["list"] = True
    if "post" in methods:
        entry["create"] = _write(methods["post"], components)
    if "delete" in methods:
        entry["bulk_delete"] = True


def _member(entry: Node, methods: Node, components: Node) -> None:
    if "get" in methods:
        own = (p for p in _parameters(methods["get"], components) if p["in"] == "query" and p["name"] not in PAGING)
        entry["show"] = [p["name"] for p in own]
    if "put" in methods:
        entry["update"] = _write(methods["put"], components)
    if "delete" in methods:
        entry["delete"] = True


def _filter(parameter: Node) -> Node:
    schema = parameter["schema"]
    found: Node = {"type": schema["type"]}
    if "format" in schema:
        found["type"] = schema["format"]
    if schema["type"] == "array":
        found["items"] = schema["items"]["type"]
    for key in ("enum", "default"):
        if key in schema:
            found[key] = schema[key]
    if parameter.get("required"):
        found["required"] = True
    return found


def _write(operation: Node, components: Node) -> Node:
    body = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
    singular = next(name for name, schema in body.items() if schema.get("type") != "array")
    schema = _resolve(body[singular], components)
    found: Node = {"key": singular, "required": schema.get("required", []), "attributes": {}}
    for name, attribute in schema["properties"].items():
        kind: Node = {"type": attribute.get("format") or attribute.get("type", "any")}
        kind |= {key: attribute[key] for key in ("enum", "maxLength") if key in attribute}
        found["attributes"][name] = kind
    for name, attribute in body.items():
        if name != singular:
            found["bulk_key"] = name
            found["bulk_most"] = attribute.get("maxItems")
    return found


def _attributes(schema: Node) -> Node:
    """Attribute name to [type, flags]; flags: o optional field, u unconfirmed, i=<include>, g=<right>."""
    found: Node = {}
    for name, attribute in schema["properties"].items():
        kind = attribute.get("format") if attribute.get("format") != "id" else "string"
        flags = []
        if attribute.get("x-optional-field"):
            flags.append("o")
        if attribute.get("x-unconfirmed"):
            flags.append("u")
        if "x-include" in attribute:
            flags.append("i=" + attribute["x-include"])
        if "x-gated" in attribute:
            flags.append("g=" + attribute["x-gated"])
        found[name] = [kind or attribute.get("type", "any"), *flags]
    return found


def _parameters(operation: Node, components: Node) -> list[Node]:
    return [
        components["parameters"][p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p
        for p in operation.get("parameters", [])
    ]


def _resolve(schema: Node, components: Node) -> Node:
    while "$ref" in schema:
        schema = components["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def dump(contract: Node) -> str:
    """The file's text: one line per collection, so that a change of the contract reads well in a diff."""
    lines = (
        f"  {json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}"
        for name, entry in contract["resources"].items()
    )
    return '{"resources": {\n' + ",\n".join(lines) + "\n}}\n"


def main() -> None:
    """`python -m psdm_cli.sandbox.derive OPENAPI.yaml CONTRACT.json`."""
    import yaml

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("openapi", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    document = yaml.safe_load(arguments.openapi.read_text(encoding="utf-8"))
    arguments.target.write_text(dump(derive(document)), encoding="utf-8")


if __name__ == "__main__":
    main()
