"""Query strings against the contract: what counts, what is dropped silently, and what is noted as a violation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from psdm_cli.sandbox.contract import Resource
from psdm_cli.sandbox.default_filters import is_applied
from psdm_cli.sandbox.reading import is_true, listed
from psdm_cli.sandbox.refusals import invalid

MOST = 200
DEFAULT_PAGE = 20
PAGING = ("page", "per_page", "limit", "offset", "only")
# Booleans whose value the service ignores, or that do nothing when false: sending false is a mistake worth noting.
ONLY_AS_TRUE = {
    "time_entries": ("approved", "invoiced", "uninvoiced"),
    "workspaces": ("current_user_is_maven_participant", "financials_viewable_by_user"),
    "organizations": ("for_current_user",),
    "stories": ("completed", "uncompleted"),
}


@dataclass(slots=True)
class Parameters:
    """A query string, read: filters that count, includes and optional fields the contract knows, order and page."""

    filters: dict[str, str] = field(default_factory=dict)
    includes: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    order: str | None = None
    only: list[str] | None = None
    size: int = DEFAULT_PAGE
    offset: int = 0
    defaults: bool = True
    problems: list[str] = field(default_factory=list)


def _number(found: Parameters, name: str, text: str, default: int, least: int) -> int:
    if text.isdigit() and int(text) >= least:
        return int(text)
    found.problems.append(f"{name}={text} is not a number from {least}")
    return default


def _paging(found: Parameters, given: dict[str, str]) -> None:
    if "limit" in given or "offset" in given:
        if not ("limit" in given and "offset" in given):
            found.problems.append("limit and offset work only together")
        if "page" in given or "per_page" in given:
            found.problems.append("limit and offset replace page and per_page")
    if "limit" in given and "offset" in given:
        size = _number(found, "limit", given["limit"], DEFAULT_PAGE, 1)
        found.offset = _number(found, "offset", given["offset"], 0, 0)
    else:
        size = _number(found, "per_page", given.get("per_page", str(DEFAULT_PAGE)), DEFAULT_PAGE, 1)
        page = _number(found, "page", given.get("page", "1"), 1, 1)
        found.offset = (page - 1) * min(size, MOST)
    if size > MOST:
        found.problems.append(f"page size {size} is above {MOST} and was clamped")
    found.size = min(size, MOST)


def _known(found: Parameters, what: str, text: str, allowed: frozenset[str]) -> list[str]:
    kept: list[str] = []
    for name in listed(text):
        if name not in allowed:
            found.problems.append(f"unknown {what} '{name}'")
        elif name not in kept:
            kept.append(name)
    return kept


def _value_problem(resource: str, name: str, value: str, spec: dict[str, Any]) -> str | None:
    kind = spec["type"]
    if "enum" in spec and value not in spec["enum"]:
        return f"{name}={value} is not one of {', '.join(spec['enum'])}"
    if kind == "integer" and not value.lstrip("-").isdigit():
        return f"{name}={value} is not an integer"
    if kind == "boolean" and value not in ("true", "false"):
        return f"{name}={value} is not true or false"
    if kind == "boolean" and name in ONLY_AS_TRUE.get(resource, ()) and not is_true(value):
        return f"{name}={value}: this filter ignores false"
    if value == "":
        return f"{name} is empty"
    return None


def read_list(resource: Resource, pairs: list[tuple[str, str]], switch_off_defaults: bool) -> Parameters:
    """Reads a list request; a missing required parameter is refused with 422."""
    found = Parameters()
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given:
            found.problems.append(f"parameter '{name}' given twice")
        given[name] = value
    for name, value in given.items():
        if name == "include":
            found.includes = _known(found, "include", value, resource.includes)
        elif name == "optional_fields":
            found.optional = _known(found, "optional field", value, resource.optional_fields)
        elif name == "order":
            found.order = _order(found, resource, value)
        elif name in resource.filters:
            _filter(found, resource, name, value)
        elif name == "apply_default_filters" and switch_off_defaults:
            found.defaults = is_true(value)
        elif name not in PAGING:
            found.problems.append(f"unknown parameter '{name}'")
    _paging(found, given)
    if "only" in given:
        found.only = listed(given["only"])
        if len(found.only) > MOST:
            found.problems.append(f"only with {len(found.only)} ids; at most {MOST}")
    _required(found, resource)
    return found


def _filter(found: Parameters, resource: Resource, name: str, value: str) -> None:
    problem = _value_problem(resource.name, name, value, resource.filters[name])
    if problem:
        found.problems.append(problem)
    if value != "":
        found.filters[name] = value
    if not is_applied(resource.name, name):
        found.problems.append(f"filter '{name}' is in the contract, but this sandbox cannot apply it")


def _required(found: Parameters, resource: Resource) -> None:
    for name, spec in resource.filters.items():
        if spec.get("required") and not found.filters.get(name):
            raise invalid(name, f"{name} is required")
    scheduled = resource.name == "assignments" and "story_allocation_days" in found.includes
    if scheduled and not is_true(found.filters.get("plannable", "")):
        raise invalid("plannable", "plannable must be true when including story_allocation_days")


def _order(found: Parameters, resource: Resource, text: str) -> str | None:
    name, _, direction = text.partition(":")
    if name in resource.orders and direction in ("asc", "desc"):
        return text
    found.problems.append(f"unknown order '{text}'")
    return None


def read_show(resource: Resource, pairs: list[tuple[str, str]], allowed: tuple[str, ...]) -> Parameters:
    """Reads the query of a show, create or update."""
    found = Parameters()
    for name, value in pairs:
        if name == "include" and resource.includes:
            found.includes = _known(found, "include", value, resource.includes)
        elif name == "optional_fields" and resource.optional_fields:
            found.optional = _known(found, "optional field", value, resource.optional_fields)
        elif name in allowed:
            found.filters[name] = value
        else:
            found.problems.append(f"unknown parameter '{name}'")
    return found
