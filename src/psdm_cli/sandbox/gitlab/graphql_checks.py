"""Finding fault with a document as GitLab does: codes for schema errors, complexity, size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    specified_rules,
    validate,
)

LONGEST_QUERY = 10_000
SIGNED_IN, SIGNED_OUT = 250, 200
LARGEST_PAGE = 100

CODES = {
    "FieldsOnCorrectTypeRule": "undefinedField",
    "KnownArgumentNamesRule": "argumentNotAccepted",
    "KnownDirectivesRule": "undefinedDirective",
    "KnownFragmentNamesRule": "undefinedFragment",
    "KnownTypeNamesRule": "undefinedType",
    "NoUndefinedVariablesRule": "variableNotDefined",
    "NoUnusedFragmentsRule": "useAndDefineFragment",
    "NoUnusedVariablesRule": "variableNotUsed",
    "OverlappingFieldsCanBeMergedRule": "fieldConflict",
    "PossibleFragmentSpreadsRule": "cannotSpreadFragment",
    "ProvidedRequiredArgumentsRule": "missingRequiredArguments",
    "ScalarLeafsRule": "selectionMismatch",
    "ValuesOfCorrectTypeRule": "argumentLiteralsIncompatible",
    "VariablesInAllowedPositionRule": "variableMismatch",
    "VariablesAreInputTypesRule": "variableRequiresValidType",
}
_NO_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")
_NO_ARGUMENT = re.compile(r"Unknown argument '(\w+)' on field '(\w+)\.(\w+)'")
_NO_MEMBER = re.compile(
    r"(?:Field '(?P<field>\w+)' is not defined by type '(?P<type>\w+)'"
    r"|Expected value of type '(?P<type_>\w+)!?' not to include unknown field '(?P<field_>\w+)')"
)
_VARIABLE = re.compile(
    r"Variable '\$(?P<name>\w+)' (?:got|has) invalid value"
    r"(?:(?: at (?P<path>[.\w\[\]]+))?: | .*?(?: at '(?P<path_>[^']*)')?; )(?P<why>.*)$",
    re.DOTALL,
)

Shown = dict[str, Any]


def schema_errors(schema: GraphQLSchema, document: DocumentNode) -> list[Shown]:
    """What the document asks that the schema does not have, each with a code in `extensions`."""
    found: list[Shown] = []
    if not validate(schema, document):
        return found
    for rule in specified_rules:  # one by one, to know which of them was broken
        for error in validate(schema, document, [rule]):
            found.append(_worded(error, CODES.get(rule.__name__, "invalidDocument")))
    return found


def _worded(error: GraphQLError, code: str) -> Shown:
    shown: Shown = dict(error.formatted)
    extensions: Shown = {"code": code}
    if field := _NO_FIELD.match(error.message):
        shown["message"] = f"Field '{field[1]}' doesn't exist on type '{field[2]}'"
        extensions |= {"typeName": field[2], "fieldName": field[1]}
    elif argument := _NO_ARGUMENT.match(error.message):
        shown["message"] = f"Field '{argument[3]}' doesn't accept argument '{argument[1]}'"
        extensions |= {"name": argument[3], "typeName": "Field", "argumentName": argument[1]}
    elif member := _NO_MEMBER.search(error.message):
        field_name, type_name = _member(member)
        shown["message"] = f"InputObject '{type_name}' doesn't accept argument '{field_name}'"
        extensions = {"code": "argumentNotAccepted", "name": type_name, "typeName": "InputObject"}
        extensions["argumentName"] = field_name
    return shown | {"path": [], "extensions": extensions}


def _member(match: re.Match[str]) -> tuple[str, str]:
    """Name and type of an input object's unknown member, in the words of graphql-core before and since 3.3."""
    return match["field"] or match["field_"], match["type"] or match["type_"]


def variable_error(error: GraphQLError) -> Shown:
    """A variable whose value does not fit: no code, but what is wrong where."""
    shown: Shown = dict(error.formatted)
    match = _VARIABLE.match(error.message)
    if match is None:
        return shown
    at = [part for part in re.split(r"[.\[\]]+", match["path"] or (match["path_"] or "").partition(".")[2]) if part]
    why = match["why"]
    if unknown := _NO_MEMBER.search(why):
        name, type_name = _member(unknown)
        at, why = [*at, name], f"Field is not defined on {type_name}"
    where = ".".join(at) or match["name"]
    shown["message"] = f"Variable ${match['name']} was provided invalid value for {where} ({why})"
    return shown | {"extensions": {"value": None, "problems": [{"path": at, "explanation": why}]}}


# -- complexity -------------------------------------------------------------------------------------------------


class Complexity:
    """Adds up a document's cost: one for each field, and a percent more for each row that a page may have."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.schema = schema
        self.variables = variables
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}

    def of(self, operation: OperationDefinitionNode) -> int:
        """The cost of one operation."""
        root = self.schema.get_root_type(operation.operation)
        return int(self._set(operation.selection_set, root)) if root is not None else 0

    def _set(self, selections: SelectionSetNode | None, parent: GraphQLNamedType) -> float:
        if selections is None:
            return 0
        if is_abstract_type(parent):
            concrete = self.schema.get_possible_types(parent)
            return max((self._fields(selections, each) for each in concrete), default=0)
        return self._fields(selections, parent)

    def _fields(self, selections: SelectionSetNode, parent: GraphQLNamedType) -> float:
        total = 0.0
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                total += self._field(selection, parent)
                continue
            if isinstance(selection, FragmentSpreadNode):
                fragment = self.fragments.get(selection.name.value)
                if fragment is None:
                    continue
                condition, inner = fragment.type_condition.name.value, fragment.selection_set
            elif isinstance(selection, InlineFragmentNode):
                named = selection.type_condition
                condition, inner = (named.name.value if named else parent.name), selection.selection_set
            if self._covers(condition, parent):
                total += self._fields(inner, parent)
        return total

    def _covers(self, condition: str, parent: GraphQLNamedType) -> bool:
        if condition == parent.name:
            return True
        wide = self.schema.get_type(condition)
        return wide is not None and is_abstract_type(wide) and self.schema.is_sub_type(wide, parent)

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> float:
        field = getattr(parent, "fields", {}).get(node.name.value)
        if field is None:
            return 0
        kind = get_named_type(field.type)
        cost = 1 + self._set(node.selection_set, kind)
        if not kind.name.endswith("Connection"):
            return cost
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        cost += 1 + ("sort" in given) + 5 * ("search" in given)
        if given.keys() & {"iid", "iids", "ids"}:
            return cost
        pages = [self._number(given[name]) for name in ("first", "last") if name in given]
        size = min([LARGEST_PAGE, *(page for page in pages if page is not None)])
        return cost + cost * size / 100

    def _number(self, value: Any) -> int | None:
        if isinstance(value, VariableNode):
            found = self.variables.get(value.name.value)
            return found if isinstance(found, int) else None
        return int(value.value) if isinstance(value, IntValueNode) else None
