"""The Kantata contract as the sandbox knows it: collections, attributes, filters, orders, rights."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

CONTRACT_FILE = Path(__file__).with_name("kantata_contract.json")

# Single ids that a server computes instead of reading them off the row: only with their include (kantata.md 3).
COMPUTED_IDS = frozenset(
    {
        "primary_maven_id",
        "primary_counterpart_id",
        "primary_workspace_group_id",
        "current_status_report_id",
        "current_user_participation_id",
        "next_uncompleted_milestone_id",
        "effective_workweek_id",
        "effective_rate_card_version_id",
        "newest_reply_id",
        "newest_reply_user_id",
        "account_membership_id",
        "participation_id",
    }
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an answer: its JSON type, whether it must be asked for, and which right shows it."""

    name: str
    type: str
    optional: bool = False
    unconfirmed: bool = False
    include: str | None = None
    right: str | None = None


@dataclass(frozen=True, slots=True)
class WriteSpec:
    """What a create or update accepts: body key, required names, `name -> {type, enum, maxLength}`."""

    key: str
    required: tuple[str, ...]
    attributes: dict[str, dict[str, Any]]
    bulk_key: str | None = None
    bulk_most: int | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One collection of the contract."""

    name: str
    attributes: dict[str, Attribute]
    filters: dict[str, dict[str, Any]]
    includes: frozenset[str]
    optional_fields: frozenset[str]
    orders: frozenset[str]
    default_order: str | None
    show: tuple[str, ...] | None
    create: WriteSpec | None
    update: WriteSpec | None
    create_or_update: WriteSpec | None
    can_list: bool
    can_delete: bool
    can_bulk_delete: bool
    actions: dict[str, tuple[str, ...]] = field(default_factory=dict)


def _attribute(name: str, spec: list[str]) -> Attribute:
    flags = spec[1:]
    tied = [flag[2:] for flag in flags if flag.startswith("i=")]
    right = [flag[2:] for flag in flags if flag.startswith("g=")]
    include = tied[0] if tied else ("ancestors" if name == "ancestor_ids" else None)
    return Attribute(name, spec[0], "o" in flags, "u" in flags, include, right[0] if right else None)


def _write(spec: dict[str, Any] | None) -> WriteSpec | None:
    if spec is None:
        return None
    return WriteSpec(
        spec["key"], tuple(spec["required"]), spec["attributes"], spec.get("bulk_key"), spec.get("bulk_most")
    )


@cache
def contract() -> dict[str, Resource]:
    """Every collection of the published contract, by name."""
    found: dict[str, Resource] = {}
    for name, spec in json.loads(CONTRACT_FILE.read_text(encoding="utf-8"))["resources"].items():
        show = spec.get("show")
        found[name] = Resource(
            name=name,
            attributes={key: _attribute(key, value) for key, value in spec["attributes"].items()},
            filters=spec.get("filters", {}),
            includes=frozenset(spec.get("includes", ())),
            optional_fields=frozenset(spec.get("optional_fields", ())),
            orders=frozenset(spec.get("orders", ())),
            default_order=spec.get("default_order"),
            show=None if show is None else tuple(show),
            create=_write(spec.get("create")),
            update=_write(spec.get("update")),
            create_or_update=_write(spec.get("create_or_update")),
            can_list=spec.get("list", False),
            can_delete=spec.get("delete", False),
            can_bulk_delete=spec.get("bulk_delete", False),
            actions={key: tuple(value) for key, value in spec["actions"].items()},
        )
    return found
