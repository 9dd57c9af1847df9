"""What the sandbox answers: every module's routes, found by method and path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import unquote

from psdm_cli.sandbox.gitlab.contract import operations

if TYPE_CHECKING:
    from psdm_cli.sandbox.gitlab.calls import Call, Reply

# Each has a list ROUTES.
MODULES: tuple[str, ...] = (
    "meta",
    "groups",
    "projects",
    "labels",
    "milestones",
    "boards",
    "members",
    "repository",
    "templates",
    "uploads",
    "wikis",
    "iterations",
    "issue_lists",
    "issues",
    "issue_links",
    "notes",
    "epics",
    "epic_relations",
    "dora",
    "hidden_list",
    "graphql_endpoint",
)

Handler = Callable[["Call"], "Reply"]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path template below `/api/v4` (or, beginning with `/api/`, of the whole instance).

    A template that the contract has is written exactly as there: its parameters are then checked. One that only the
    prose of gitlab.md has names the template it is an alias of, or nothing: then nothing is checked and `call.params`
    stays empty. `job_token`: whether a CI job token counts here. `own_login`: the handler answers unknown credentials
    itself, with `call.user` None and `call.token` None. `own_scopes`: it looks at the token's scopes itself.
    """

    method: str
    pattern: str
    handler: Handler
    alias_of: str | None = None
    job_token: bool = False
    own_login: bool = False
    own_scopes: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a path leads to."""

    route: Route | None
    args: dict[str, str]
    known: bool  # whether the contract has this path, with any method
    documented: bool = False  # whether the contract has it with this method


Table = dict[int, list[tuple[tuple[str, ...], str]]]


@cache
def _routes() -> dict[tuple[str, str], Route]:
    found = {}
    for module in MODULES:
        for route in import_module(f"psdm_cli.sandbox.gitlab.{module}").ROUTES:
            found[(route.method, route.pattern)] = route
    return found


@cache
def _patterns() -> Table:
    """Every known template by its number of segments, the literal ones first."""
    known = {pattern for _method, pattern in [*operations(), *_routes()]}
    table: Table = {}
    for pattern in sorted(known, key=lambda text: (text.count("{"), text)):
        parts = tuple(pattern.strip("/").split("/"))
        table.setdefault(len(parts), []).append((parts, pattern))
    return table


def find(method: str, raw_path: str) -> Found:
    """The route of a path as it was sent; a variable is one segment, so a decoded slash leads nowhere."""
    segments = raw_path.strip("/").split("/")
    known = documented = False
    for parts, pattern in _patterns().get(len(segments), []):
        args = _match(parts, segments)
        if args is None:
            continue
        known = True
        documented = documented or (method, pattern) in operations()
        route = _routes().get((method, pattern))
        if route is not None:
            return Found(route, args, True, documented)
    return Found(None, {}, known, documented)


def _match(parts: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    args = {}
    for part, segment in zip(parts, segments, strict=True):
        if part.startswith("{"):
            if not segment:
                return None
            args[part[1:-1]] = unquote(segment)
        elif part != segment:
            return None
    return args
