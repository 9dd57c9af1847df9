"""Links between work items: related, blocking, blocked; one link for each pair."""

from __future__ import annotations

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import tables
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.item_changes import remark
from psdm_cli.sandbox.gitlab.item_places import belongs, is_epic, reads, reference
from psdm_cli.sandbox.gitlab.refusals import conflict, forbidden

TURNED = {"blocks": "is_blocked_by", "is_blocked_by": "blocks", "relates_to": "relates_to"}


def links_of(call: Call, item: Row) -> list[tuple[Row, Row, str]]:
    """Each link of an item that the user may see: the link, the other item, and the type as seen from this item."""
    found = []
    for link in call.account.find("links", "source_id", item["id"]):
        found.append((link, link["target_id"], link["link_type"]))
    for link in call.account.find("links", "target_id", item["id"]):
        found.append((link, link["source_id"], TURNED[link["link_type"]]))
    others = [(link, call.account.get("work_items", id_), kind) for link, id_, kind in found]
    seen = [(link, other, kind) for link, other, kind in others if other is not None and reads(call, other)]
    return sorted(seen, key=lambda entry: int(entry[0]["id"]))


def between(call: Call, one: Row, other: Row) -> Row | None:
    """The link of two items, in whichever direction."""
    pair = {one["id"], other["id"]}
    mine = [*call.account.find("links", "source_id", one["id"]), *call.account.find("links", "target_id", one["id"])]
    return next((link for link in mine if {link["source_id"], link["target_id"]} == pair), None)


def link(call: Call, source: Row, target: Row, kind: str) -> Row:
    """Links two items; 403 for strangers and for types the plan lacks, 409 when they are linked already."""
    if not belongs(call, source) or not belongs(call, target):
        raise forbidden()
    if is_epic(source) and is_epic(target) and not call.has("related_epics"):
        raise forbidden()
    if kind != "relates_to" and not call.has("blocking_links"):
        if call.readings.link_without_plan == "refused":
            raise forbidden("Blocked issues not available for current license")
        kind = "relates_to"
    if source["id"] == target["id"] or between(call, source, target) is not None:
        noun = "Epic" if is_epic(source) and is_epic(target) else "Issue"
        raise conflict(f"{noun}(s) already assigned")
    first, second = (target, source) if kind == "is_blocked_by" else (source, target)
    made = tables.make_link(call.account, first, second, "relates_to" if kind == "relates_to" else "blocks", call.stamp)
    verb = {"relates_to": "as related to", "blocks": "as blocking", "is_blocked_by": "as blocked by"}
    remark(call, source, f"marked this {source['type'].lower()} {verb[kind]} {reference(call, target)}", target)
    remark(call, target, f"marked this {target['type'].lower()} {verb[TURNED[kind]]} {reference(call, source)}", source)
    return made


def unlink(call: Call, made: Row) -> None:
    """Removes a link; 403 for who does not belong to both places."""
    source, target = (call.account.row("work_items", made[side]) for side in ("source_id", "target_id"))
    if not belongs(call, source) or not belongs(call, target):
        raise forbidden()
    call.account.remove("links", made["id"])
    remark(call, source, f"removed the relation with {reference(call, target)}", target)
    remark(call, target, f"removed the relation with {reference(call, source)}", source)
