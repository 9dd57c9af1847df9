"""Kantata's envelope: `results` names what was asked for, the maps hold it beside what came along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psdm_cli.domain.records import Kind, Malformed, Record
from psdm_cli.systems.http.asking import Misread
from psdm_cli.systems.http.attributes import Wrong, idents, shown
from psdm_cli.systems.kantata.contract import is_id
from psdm_cli.systems.kantata.parsing import record
from psdm_cli.systems.kantata.questions import RESOURCE_IDS, Ask, side_kinds
from psdm_cli.systems.kantata.sideloads import Sides


@dataclass(slots=True)
class Page:
    """One page, understood.

    `entries`: every row listed, by id; None where it belongs to somebody else's workspace. `side`: rows of other kinds.
    `resource_ids`: workspace → its resources, None where they did not come along. `lacking`: side-loads without which
    attributes are missing. `anonymous`: whose bookings these are can only be told by asking for each person alone.
    `count`: rows in all pages.
    """

    count: int
    pages: int
    entries: dict[str, Record | Malformed | None] = field(default_factory=dict)
    side: dict[Kind, dict[str, Record | Malformed]] = field(default_factory=dict)
    resource_ids: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    anonymous: bool = False


def rows(payload: Any, name: str) -> tuple[list[tuple[str, Any]], Mapping[str, Any]]:
    """The rows asked for, in order, and the whole envelope. Raises `Misread`."""
    if not isinstance(payload, dict) or not isinstance(payload.get("results"), list):
        raise Misread("it has no list of results")
    results = payload["results"]
    table = payload.get(name)
    if not isinstance(table, dict):
        if results or table:
            raise Misread(f"it has no map of {name}")
        table = {}
    found = []
    for reference in results:
        key = reference.get("id") if isinstance(reference, dict) else None
        if type(key) not in (str, int) or key == "":
            raise Misread("its results hold something without an id")
        key = str(key)
        if key not in table:
            raise Misread(f"it lists {name} {shown(key)} and does not hold it")
        found.append((key, table[key]))
    return found, payload


def page(payload: Any, ask: Ask) -> Page:
    """A page of the answer to `ask`. Raises `Misread` when it is not the envelope."""
    found, envelope = rows(payload, ask.path.strip("/"))
    count, pages = extent(envelope, ask.params["per_page"], len(found))
    sides: Sides = {name: value for name, value in envelope.items() if isinstance(value, dict)}
    result = Page(count, pages, lacking=_lacking(found, ask))
    if RESOURCE_IDS in ask.include and ask.path == "/workspaces":
        result.resource_ids = {key: _resource_ids(row) for key, row in found}
    users = ask.params.get("user_ids")
    if ask.kind is Kind.ALLOCATIONS_ELSEWHERE and isinstance(users, tuple):
        resources = sides.get("workspace_resources", {})
        if len(users) == 1:
            sides = {**sides, "workspace_resources": {key: _of_user(row, users[0]) for key, row in resources.items()}}
        else:
            result.anonymous = bool(found) and not any(
                isinstance(r, dict) and r.get("user_id") for r in resources.values()
            )
    if ask.ids_only:
        result.entries = dict.fromkeys(key for key, _ in found)
        return result
    for key, row in found:
        entry = record(ask.kind, key, row, sides)
        result.entries[key] = entry if _wanted(entry, ask.keep) else None
    for kind in side_kinds(ask):
        table = sides.get(kind.value)
        if table is not None:
            owners = _owners(found, "status_report_ids")
            result.side[kind] = {
                key: record(kind, key, _owned(row, owners.get(key)), sides) for key, row in table.items()
            }
    return result


def extent(envelope: Mapping[str, Any], asked: object, listed: int) -> tuple[int, int]:
    """How many rows and how many pages there are, `asked` a page. Raises `Misread`."""
    meta = envelope.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    count, pages, size = meta.get("count", envelope.get("count")), meta.get("page_count"), meta.get("page_size")
    if type(count) is not int or count < 0:
        raise Misread("it does not say how many rows there are")
    if type(pages) is not int or pages < 0:
        if type(size) is not int or size <= 0:
            size = listed if 0 < listed < count else asked
        pages = -(-count // size) if isinstance(size, int) else 1
    return count, pages


def _lacking(found: list[tuple[str, Any]], ask: Ask) -> tuple[str, ...]:
    """Includes to add: their attribute is on no row at all."""
    if not found:
        return ()
    return tuple(
        include
        for name, include in ask.needs
        if include not in ask.include and not any(isinstance(row, dict) and name in row for _, row in found)
    )


def _resource_ids(row: Any) -> tuple[str, ...] | None:
    try:
        keys = idents(row, f"{RESOURCE_IDS}_ids") if isinstance(row, dict) else None
    except Wrong:
        return None
    return keys if keys is not None and all(is_id(key) for key in keys) else None


def _wanted(entry: Record | Malformed, keep: frozenset[str] | None) -> bool:
    if keep is None:
        return True
    owner = getattr(entry, "workspace_id", None)
    return owner is None or owner in keep


def _owners(found: list[tuple[str, Any]], name: str) -> dict[str, str]:
    owners: dict[str, str] = {}
    for key, row in found:
        try:
            children = idents(row, name) if isinstance(row, dict) else None
        except Wrong:
            continue  # the row itself is read, and judged, by its own reader
        owners.update((child, key) for child in children or ())
    return owners


def _of_user(row: Any, user_id: str) -> Any:
    """The resource with the person who was asked for, where it does not name them itself."""
    return {**row, "user_id": user_id} if isinstance(row, dict) and row.get("user_id") is None else row


def _owned(row: Any, owner: str | None) -> Any:
    """The row with its workspace, where it does not name it itself."""
    if owner is not None and isinstance(row, dict) and row.get("workspace_id") is None:
        return {**row, "workspace_id": owner}
    return row
