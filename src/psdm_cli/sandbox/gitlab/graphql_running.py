"""Running a GraphQL document against the account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode, execute, parse
from graphql.execution.values import get_variable_values

from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.graphql_checks import (
    LONGEST_QUERY,
    SIGNED_IN,
    SIGNED_OUT,
    Complexity,
    schema_errors,
    variable_error,
)
from psdm_cli.sandbox.gitlab.graphql_schema import schema


@dataclass(frozen=True, slots=True)
class Running:
    """What resolvers know besides their source: the call, and what the document costs."""

    call: Call
    score: int
    limit: int


def _errors(*texts: str) -> dict[str, Any]:
    return {"errors": [{"message": text} for text in texts]}


def run(call: Call, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer's body. Schema errors are top-level ones with a code, and reported as violations too."""
    text = asked.get("query")
    if not isinstance(text, str) or not text.strip():
        call.note("the GraphQL request has no query")
        return _errors("No query string was present")
    if len(text) > LONGEST_QUERY:
        call.note(f"the query has {len(text)} characters, more than {LONGEST_QUERY}")
        return _errors("Query too large")
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        call.note(f"GraphQL syntax: {error.message}")
        return {"errors": [dict(error.formatted)]}
    known = schema(call.readings.graphql == "old")
    wrong = schema_errors(known, document)
    if wrong:
        for fault in wrong:
            call.note(f"GraphQL: {fault['message']}")
        return {"errors": wrong}
    return _executed(call, asked, document)


def _executed(call: Call, asked: dict[str, Any], document: DocumentNode) -> dict[str, Any]:
    from psdm_cli.sandbox.gitlab.graphql_resolvers import resolve, type_of

    known = schema(call.readings.graphql == "old")
    operation = _operation(document, asked.get("operationName"))
    if operation is None:
        call.note("the GraphQL request does not say which operation it means")
        return _errors("An operation name is required")
    variables = asked.get("variables") or {}
    limit = SIGNED_IN if call.user is not None else SIGNED_OUT
    score = Complexity(known, document, variables).of(operation)
    if score > limit:
        return _errors(f"Query has complexity of {score}, which exceeds max complexity of {limit}")
    values = get_variable_values(known, list(operation.variable_definitions or ()), variables)
    if isinstance(values, list):
        for error in values:
            call.note(f"GraphQL: {error.message}")
        return {"errors": [variable_error(error) for error in values]}
    result = execute(
        known,
        document,
        context_value=Running(call, score, limit),
        variable_values=variables,
        operation_name=asked.get("operationName"),
        field_resolver=resolve,
        type_resolver=type_of,
    )
    errors = getattr(result, "errors", None) or []
    for error in errors:
        _unforeseen(error)
    body: dict[str, Any] = {"data": getattr(result, "data", None)}
    return body | ({"errors": [dict(error.formatted) for error in errors]} if errors else {})


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    found = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if name:
        return next((d for d in found if d.name is not None and d.name.value == name), None)
    return found[0] if len(found) == 1 else None


def _unforeseen(error: GraphQLError) -> None:
    """Lets a mistake of the sandbox itself come out as one."""
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        raise error.original_error
