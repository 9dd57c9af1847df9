"""Derives the sandbox's compact REST contract from the published OpenAPI document (a developer's tool)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

Node = dict[str, Any]
METHODS = ("get", "post", "put", "delete")


def derive(document: Node) -> Node:
    """One entry per operation, `"GET /groups/{group_id}"`: what it takes in query and body."""
    parameters = document["components"]["parameters"]
    found: Node = {}
    for path, methods in document["paths"].items():
        shared = methods.get("parameters", [])
        for method in METHODS:
            if method in methods:
                found[f"{method.upper()} {path}"] = _operation(methods[method], shared, parameters)
    return {"operations": found}


def _operation(operation: Node, shared: list[Node], parameters: Node) -> Node:
    entry: Node = {"params": {}}
    for reference in [*shared, *operation.get("parameters", [])]:
        parameter = parameters[reference["$ref"].rsplit("/", 1)[1]] if "$ref" in reference else reference
        if parameter["in"] == "query":
            entry["params"][parameter["name"]] = _rule(parameter["schema"], bool(parameter.get("required")))
    content = operation.get("requestBody", {}).get("content", {})
    for kind, media in content.items():
        entry["multipart"] = kind.startswith("multipart")
        required = media["schema"].get("required", [])
        for name, schema in media["schema"].get("properties", {}).items():
            entry["params"][name] = _rule(schema, name in required)
    return entry


def _rule(schema: Node, required: bool) -> Node:
    kinds = [option["type"] for option in schema["oneOf"]] if "oneOf" in schema else [schema.get("type", "any")]
    rule: Node = {"types": kinds}
    for key in ("enum", "format", "default", "minimum", "maximum", "maxLength", "nullable"):
        if key in schema:
            rule[key] = schema[key]
    items = schema.get("items", {})
    if items.get("type") == "object":
        needed = items.get("required", [])
        rule["items"] = {name: _rule(each, name in needed) for name, each in items.get("properties", {}).items()}
    elif items:
        rule["item"] = _rule(items, False)
    if required:
        rule["required"] = True
    return rule


def dump(contract: Node) -> str:
    """The contract file's text: one operation a line."""
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in contract["operations"].items())
    return f'{{"operations": {{\n{lines}\n}}}}\n'


def main() -> None:
    """Writes the contract file beside this module from the document named on the command line."""
    import yaml

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document", type=Path)
    document = yaml.safe_load(parser.parse_args().document.read_text(encoding="utf-8"))
    Path(__file__).with_name("rest_contract.json").write_text(dump(derive(document)), encoding="utf-8")


if __name__ == "__main__":
    main()
