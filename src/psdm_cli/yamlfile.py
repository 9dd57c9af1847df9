"""YAML with line numbers: duplicate keys, tags and aliases refused; `10:00` stays a text, 0.8 a decimal.

For every file that people write: the configuration, a team's checklists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psdm_cli.errors import WrongConfiguration

if TYPE_CHECKING:
    from yaml import Node

MAX_BYTES = 1_000_000
NO_ALIASES = "anchors and aliases are not used here; write the value out."
Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file and the line (from 1) of each key, by its path; items of lists are numbered from "0"."""

    data: dict[str, Any]
    lines: dict[Place, int]


def load(path: Path, kind: str, *, way_out: str = "") -> Document:
    """The content of a file of a `kind` ("configuration file"). Raises `WrongConfiguration` with file, line and key.

    `way_out` is the hint when there is no such file.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise WrongConfiguration(f"There is no {kind} {path}.", hint=way_out) from None
    except OSError as error:
        raise WrongConfiguration(f"{path} cannot be read: {error.strerror}.") from None
    return parse(raw, str(path), kind)


def parse(raw: bytes, name: str, kind: str) -> Document:
    """As `load`, of content that was read already; `name` is the file's in complaints."""
    import yaml

    if len(raw) > MAX_BYTES:
        raise WrongConfiguration(f"{name} is larger than a {kind} can be ({MAX_BYTES} bytes).")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongConfiguration(f"{name} is not text in UTF-8.") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" line {mark.line + 1}" if mark is not None else ""
        raise WrongConfiguration(f"{name}{where}: this is not YAML: {error.problem or error.context}.") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise WrongConfiguration(f"{name}: this is not YAML: {str(error) or 'too deeply nested'}.") from None
    return _Reader(name).document(node)


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Place, int] = {}
        self.seen: set[int] = set()

    def document(self, node: Node | None) -> Document:
        data = {} if node is None else self.value(node, ())
        if data is None:  # a file with nothing but comments
            data = {}
        if not isinstance(data, dict):
            raise WrongConfiguration(f"{self.name} line 1: expected keys such as `name:`, not {_kind(data)}.")
        return Document(data, self.lines)

    def fail(self, node: Node, place: Place, why: str) -> WrongConfiguration:
        key = f" {'.'.join(place)}:" if place else ""
        return WrongConfiguration(f"{self.name} line {node.start_mark.line + 1}:{key} {why}")

    def value(self, node: Node, place: Place) -> Any:
        from yaml import ScalarNode, SequenceNode

        if id(node) in self.seen:
            raise self.fail(node, place, NO_ALIASES)
        self.seen.add(id(node))
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            raise self.fail(node, place, f"the tag {node.tag} is not used here.")
        if isinstance(node, ScalarNode):
            return node.value if node.style is not None else _plain(node.value)
        if isinstance(node, SequenceNode):
            return [self.item(item, place, number) for number, item in enumerate(node.value)]
        return self.mapping(node, place)  # YAML has these three kinds of node

    def item(self, node: Node, place: Place, number: int) -> Any:
        where = (*place, str(number))
        self.lines[where] = node.start_mark.line + 1
        return self.value(node, where)

    def mapping(self, node: Any, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str):
                raise self.fail(key_node, place, "a key must be a word.")
            where = (*place, key)
            if key in found:
                first = self.lines[where]
                raise self.fail(key_node, where, f"this key is already given in line {first}; keep one of the two.")
            if id(value_node) in self.seen:
                raise self.fail(key_node, where, NO_ALIASES)
            self.lines[where] = key_node.start_mark.line + 1
            found[key] = self.value(value_node, where)
        return found


def _plain(text: str) -> Any:
    """What an unquoted word means. YAML 1.1 would make 600 of 10:00 and true of yes."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if re.fullmatch(r"[-+]?\d{1,15}", text):
        return int(text)
    if re.fullmatch(r"[-+]?\d{1,15}\.\d{1,15}", text):
        return Decimal(text)
    return text


def _kind(value: Any) -> str:
    return "a list" if isinstance(value, list) else f"{value!r}"
