"""GraphQL's lists, page after page; a page that is too complex for the server is asked for in smaller ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from psdm_cli.errors import BadAnswer
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.refusals import GraphQLRefused
from psdm_cli.systems.gitlab.rows import part
from psdm_cli.systems.http.attributes import Row, Wrong

PAGE = 100
SMALLEST = 5


def paged(
    client: GitLabClient,
    document: str,
    operation: str,
    variables: Mapping[str, Any],
    connection: Callable[[Row], Row | None],
) -> Iterator[Row]:
    """The nodes of a connection, those the token may not see left out; variables that are None are not sent.

    `connection` finds it in the answer's data, or says None when what holds it is not there: then there is nothing.
    Raises `GraphQLRefused`, `BadAnswer` and what reading raises.
    """
    given = {name: value for name, value in variables.items() if value is not None}
    first = PAGE
    after: str | None = None
    while True:
        cursor = {} if after is None else {"after": after}
        try:
            data = client.graphql(document, {**given, "first": first, **cursor}, operation)
        except GraphQLRefused as refused:
            if not refused.too_complex or first <= SMALLEST:
                raise
            first = max(SMALLEST, first // 2)
            continue
        try:
            found = connection(data)
            if found is None:
                return
            nodes, info = found.get("nodes") or [], part(found, "pageInfo")
            if not isinstance(nodes, list):
                raise Wrong("its nodes are no list")
        except Wrong as wrong:
            raise BadAnswer(f"GitLab's answer to GraphQL {operation} cannot be understood: {wrong}.") from None
        yield from (node for node in nodes if node is not None)
        following = info.get("endCursor")
        if not info.get("hasNextPage"):
            return
        if not following or following == after:
            raise BadAnswer(f"GitLab's pages of GraphQL {operation} go round in a circle.")
        after = following
