"""What resolvers share: their registry, connections with cursors, refusals as GraphQL words them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from psdm_cli.sandbox.gitlab.graphql_checks import LARGEST_PAGE

if TYPE_CHECKING:
    from psdm_cli.sandbox.account import Row
    from psdm_cli.sandbox.gitlab.calls import Call
    from psdm_cli.sandbox.gitlab.graphql_running import Running

Args = dict[str, Any]
Resolver = Callable[[Any, "Running", Args], Any]
FIELDS: dict[tuple[str, str], Resolver] = {}

UNAVAILABLE = (
    "The resource that you are attempting to access does not exist or you don't have permission to perform this action"
)


def field(type_name: str, *names: str) -> Callable[[Resolver], Resolver]:
    """Registers a resolver for fields of a type; a field without one is read from its source by name."""

    def register(resolver: Resolver) -> Resolver:
        for name in names:
            FIELDS[(type_name, name)] = resolver
        return resolver

    return register


def unavailable() -> GraphQLError:
    """The one message for a missing object and for a missing permission."""
    return GraphQLError(UNAVAILABLE)


def short_list(args: Args) -> None:
    """Refuses filters with more than 100 values."""
    for name, value in args.items():
        if isinstance(value, list) and len(value) > LARGEST_PAGE:
            raise GraphQLError(f"You can only provide up to {LARGEST_PAGE} {name} at once.")
        if isinstance(value, dict):
            short_list(value)


def connection(call: Call, rows: Sequence[Row], args: Args, key: Callable[[Row], Any] | None = None) -> dict[str, Any]:
    """A page of rows that are in order already; `key` makes cursors that survive changes of the list.

    More than 100 a page are never given.
    """
    keys = [key(row) for row in rows] if key else list(range(len(rows)))
    keys = [json.loads(json.dumps(each)) for each in keys]
    first, last = args.get("first"), args.get("last")
    if (first is not None and first < 0) or (last is not None and last < 0):
        raise GraphQLError("first and last must be positive")
    start, end = 0, len(rows)
    if args.get("after"):
        start = _behind(keys, args["after"])
    if args.get("before"):
        end = min(end, _before(keys, args["before"]))
    for name, number in (("first", first), ("last", last)):
        if number is not None and number > LARGEST_PAGE:
            call.note(f"GraphQL: {name}: {number} gives no more than {LARGEST_PAGE} nodes")
    if last is not None and first is None:
        start = max(start, end - min(last, LARGEST_PAGE))
    else:
        end = min(end, start + min(LARGEST_PAGE if first is None else first, LARGEST_PAGE))
    shown = list(rows[start:end])
    info = {
        "hasNextPage": end < len(rows),
        "hasPreviousPage": start > 0,
        "startCursor": _cursor(keys[start]) if shown else None,
        "endCursor": _cursor(keys[end - 1]) if shown else None,
    }
    return {"nodes": shown, "pageInfo": info, "total": len(rows)}


def _cursor(key: Any) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).decode()


def _read(cursor: str) -> Any:
    try:
        return json.loads(urlsafe_b64decode(cursor))
    except ValueError:
        raise GraphQLError("Please provide a valid cursor") from None


def _behind(keys: Sequence[Any], cursor: str) -> int:
    """Where the list goes on after a cursor, even when its row is gone."""
    at = _read(cursor)
    if at in keys:
        return keys.index(at) + 1
    rising = len(keys) < 2 or _less(keys[0], keys[-1])
    return next((n for n, key in enumerate(keys) if (_less(at, key) if rising else _less(key, at))), len(keys))


def _before(keys: Sequence[Any], cursor: str) -> int:
    at = _read(cursor)
    return keys.index(at) if at in keys else _behind(keys, cursor)


def _less(one: Any, other: Any) -> bool:
    try:
        return bool(one < other)
    except TypeError:
        raise GraphQLError("Please provide a valid cursor") from None
