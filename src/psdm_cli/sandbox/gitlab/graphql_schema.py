"""The schema that the contract names, as of today or as of an old server; global ids as its scalars."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from graphql import (
    REMOVE,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    Visitor,
    build_ast_schema,
    parse,
    visit,
)

SCHEMA_FILE = Path(__file__).with_name("workitems.graphql")
OLD = (18, 0)
"""What an old server is: it has nothing that the schema file says came later."""

GID_TYPES: dict[str, tuple[str, ...]] = {
    "WorkItemID": ("WorkItem",),
    "WorkItemsTypeID": ("WorkItems::Type", "WorkItems::TypesFramework::SystemDefined::Type"),
    "LabelID": ("GroupLabel", "ProjectLabel", "Label"),
    "UserID": ("User",),
    "MilestoneID": ("Milestone",),
    "IterationID": ("Iteration", "EEIteration"),
    "IterationsCadenceID": ("Iterations::Cadence",),
    "NoteableID": ("WorkItem",),
    "NoteID": ("Note", "DiscussionNote"),
    "DiscussionID": ("Discussion",),
    "WorkItemsStatusesStatusID": ("WorkItems::Statuses::SystemDefined::Status", "WorkItems::Statuses::Custom::Status"),
}
_SINCE = re.compile(r"^since (\d+)\.(\d+)(?! customField)")  # said of a type, that is about a member left out


def _too_new(node: Node) -> bool:
    description = getattr(node, "description", None)
    match = _SINCE.search(description.value) if description is not None else None
    return match is not None and (int(match[1]), int(match[2])) > OLD


def _named(node: Any) -> str:
    while not isinstance(node, NamedTypeNode):
        node = node.type
    return node.name.value


class _Older(Visitor):
    """Takes out what came later, and what cannot do without it."""

    def __init__(self, gone: set[str]) -> None:
        super().__init__()
        self.gone = gone

    def enter_input_object_type_definition(self, node: Any, *_: Any) -> Any:
        """An input object."""
        return REMOVE if node.name.value in self.gone else None

    def enter_field_definition(self, node: Any, *_: Any) -> Any:
        """A field, gone when one of its required arguments is."""
        needed = [each for each in node.arguments or () if isinstance(each.type, NonNullTypeNode)]
        return REMOVE if _too_new(node) or any(_named(each.type) in self.gone for each in needed) else None

    def enter_input_value_definition(self, node: Any, *_: Any) -> Any:
        """An argument, or a member of an input object."""
        return REMOVE if _too_new(node) or _named(node.type) in self.gone else None


def _as_of_old(document: DocumentNode) -> DocumentNode:
    inputs = [d for d in document.definitions if isinstance(d, InputObjectTypeDefinitionNode)]
    return cast(DocumentNode, visit(document, _Older({d.name.value for d in inputs if _too_new(d)})))


@cache
def schema(old: bool) -> GraphQLSchema:
    """The schema with working scalars; made once."""
    document = parse(SCHEMA_FILE.read_text(encoding="utf-8"))
    made = build_ast_schema(_as_of_old(document) if old else document)
    readers = {name: _gid_reader(name, kinds) for name, kinds in GID_TYPES.items()} | {"Time": _time, "Date": _date}
    for name, reader in readers.items():
        for attribute in ("parse_value", "coerce_input_value"):  # the name before and since graphql-core 3.3
            setattr(made.type_map[name], attribute, reader)
    return made


def _gid_reader(scalar: str, kinds: tuple[str, ...]) -> Callable[[Any], Any]:
    def read(value: Any) -> int:
        match = re.fullmatch(r"gid://gitlab/([A-Za-z:]+)/(\d+)", str(value))
        if match is None:
            raise GraphQLError(f'"{value}" is not a valid GitLab ID.')
        if match[1] not in kinds:
            raise GraphQLError(f'"{value}" does not represent an instance of {scalar.removesuffix("ID")}')
        return int(match[2])

    return read


def _time(value: Any) -> str:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        raise GraphQLError(f'"{value}" is not a valid time') from None
    return str(value)


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise GraphQLError(f'"{value}" is not a valid date') from None


def gid(kind: str, number: object) -> str:
    """A global id."""
    return f"gid://gitlab/{kind}/{number}"
