"""What can be asked of GraphQL: who am I, namespaces, their types and features, work items by number, id, reference."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, tables
from psdm_cli.sandbox.gitlab.calls import Call
from psdm_cli.sandbox.gitlab.graphql_fields import Args, connection, field, short_list
from psdm_cli.sandbox.gitlab.graphql_running import Running
from psdm_cli.sandbox.gitlab.graphql_schema import gid
from psdm_cli.sandbox.gitlab.graphql_search import found_items
from psdm_cli.sandbox.gitlab.hierarchy import PARENTS
from psdm_cli.sandbox.gitlab.item_places import by_id, by_iid, by_reference, place_called, writes
from psdm_cli.sandbox.gitlab.item_statuses import CLOSED, OPEN, STATUSES, Status
from psdm_cli.sandbox.gitlab.meta import REVISION
from psdm_cli.sandbox.gitlab.work_item_types import Kind, gid_of, may_make, offered, widgets_of

FEATURES = {
    "hasBlockedIssuesFeature": "blocking_links",
    "hasEpicsFeature": "epics",
    "hasSubepicsFeature": "subepics",
    "hasLinkedItemsEpicsFeature": "related_epics",
    "hasIterationsFeature": "iterations",
    "hasIssuableHealthStatusFeature": "health_status",
    "hasIssueWeightsFeature": "weights",
    "hasScopedLabelsFeature": "scoped_labels",
    "hasWorkItemStatusFeature": "work_item_status",
    "hasCustomFieldsFeature": "epics",  # Premium, as those are
}


@field("Query", "currentUser")
def _current_user(_source: Any, running: Running, _args: Args) -> Row | None:
    return running.call.user


@field("Query", "metadata")
def _metadata(_source: Any, running: Running, _args: Args) -> dict[str, Any]:
    version = running.call.readings.version
    return {"version": version, "revision": REVISION, "enterprise": version.endswith("-ee")}


@field("Query", "queryComplexity")
def _complexity(_source: Any, running: Running, _args: Args) -> dict[str, int]:
    return {"limit": running.limit, "score": running.score}


@field("Query", "namespace")
def _namespace(_source: Any, running: Running, args: Args) -> Row | None:
    return place_called(running.call, args["fullPath"])


@field("Query", "workItem")
def _work_item(_source: Any, running: Running, args: Args) -> Row | None:
    return by_id(running.call, args["id"])


@field("Query", "workItemsByReference")
def _by_reference(_source: Any, running: Running, args: Args) -> dict[str, Any]:
    call = running.call
    short_list(args)
    path = args.get("contextNamespacePath")
    place = place_called(call, path) if path else next(iter(call.account.rows("groups")), None)
    refs = [text for text in args["refs"] if path or not text.startswith(("#", "&"))]
    rows = [by_reference(call, text, place) for text in refs] if place else []
    return connection(call, [row for row in rows if row is not None], args)


# -- namespaces -------------------------------------------------------------------------------------------------


@field("Namespace", "id")
def _namespace_id(place: Row, _running: Running, _args: Args) -> str:
    return gid("Namespaces::ProjectNamespace" if tables.is_project(place) else "Group", place["id"])


@field("Namespace", "fullPath")
def _full_path(place: Row, _running: Running, _args: Args) -> str:
    return tables.path_of(place)


@field("Namespace", "availableFeatures")
def _features(_place: Row, running: Running, _args: Args) -> dict[str, bool]:
    return {name: running.call.has(feature) for name, feature in FEATURES.items()}


@field("Namespace", "userPermissions")
def _permissions(place: Row, running: Running, _args: Args) -> dict[str, bool]:
    call = running.call
    changes = writes(call)
    creation = place.get("project_creation_level") or "noone"
    planner = changes and call.may(levels.PLANNER, place)
    return {
        "adminIssue": planner,
        "adminLabel": planner,
        "createEpic": may_make(call, "Epic", place) and call.has("epics"),
        "createProjects": changes and not tables.is_project(place) and call.may(levels.NAMES[creation], place),
        "createWorkItem": changes and call.may(levels.GUEST, place),
        "readNamespace": call.reads(place),
    }


@field("Namespace", "workItem")
def _item_by_iid(place: Row, running: Running, args: Args) -> Row | None:
    return by_iid(running.call, place, args.get("iid")) if args.get("iid") else None


@field("Namespace", "workItems")
def _items(place: Row, running: Running, args: Args) -> dict[str, Any]:
    short_list(args)
    rows, key = found_items(running.call, place, args)
    return connection(running.call, rows, args, key)


@field("WorkItemConnection", "count")
@field("NoteConnection", "count")
def _count(source: dict[str, Any], _running: Running, args: Args) -> int:
    limit = args.get("limit")
    return int(source["total"]) if limit is None else min(int(source["total"]), limit + 1)


# -- types ------------------------------------------------------------------------------------------------------


def kind_of(call: Call, name: str, place: Row) -> Kind:
    """A type for GraphQL."""
    return Kind(name, gid_of(call, name), place)


@field("Namespace", "workItemTypes")
def _types(place: Row, running: Running, args: Args) -> dict[str, Any]:
    call = running.call
    names = [name for name in offered(call) if name != "Epic" or not tables.is_project(place)]
    if args.get("name"):
        if call.readings.graphql == "old":
            names = [name for name in names if name.replace(" ", "_").upper() == args["name"]]
        else:
            call.note("GraphQL: workItemTypes(name:) does not filter since 19.0")
    return _kinds(call, names, place, args)


def _kinds(call: Call, names: list[str], place: Row, args: Args) -> dict[str, Any]:
    found: list[Any] = [kind_of(call, name, place) for name in names]
    return connection(call, found, args)


@field("WorkItemType", "id")
def _type_id(kind: Kind, _running: Running, _args: Args) -> str:
    return kind.gid


@field("WorkItemType", "name")
def _type_name(kind: Kind, _running: Running, _args: Args) -> str:
    return kind.name


@field("WorkItemType", "archived")
def _type_archived(_kind: Kind, _running: Running, _args: Args) -> bool:
    return False


@field("WorkItemType", "enabled")
def _type_enabled(_kind: Kind, _running: Running, _args: Args) -> bool:
    return True


@field("WorkItemType", "isGroupWorkItemType")
def _type_of_groups(kind: Kind, _running: Running, _args: Args) -> bool:
    return kind.name == "Epic"


@field("WorkItemType", "canUserCreateItems")
def _type_makable(kind: Kind, running: Running, _args: Args) -> bool:
    return may_make(running.call, kind.name, kind.place)


SPECIAL = {
    "ASSIGNEES": "WorkItemWidgetDefinitionAssignees",
    "HIERARCHY": "WorkItemWidgetDefinitionHierarchy",
    "LABELS": "WorkItemWidgetDefinitionLabels",
    "STATUS": "WorkItemWidgetDefinitionStatus",
}


@field("WorkItemType", "widgetDefinitions")
def _definitions(kind: Kind, running: Running, _args: Args) -> list[dict[str, Any]]:
    call = running.call
    found = []
    for widget in widgets_of(call, kind.name):
        name = SPECIAL.get(widget, "WorkItemWidgetDefinitionGeneric")
        found.append({"__typename": name, "type": widget, "kind": kind})
    several, scoped = call.has("several_assignees"), call.has("scoped_labels")
    return [each | {"allowsScopedLabels": scoped, "allowsMultipleAssignees": several} for each in found]


@field("WorkItemWidgetDefinitionHierarchy", "allowedParentTypes")
def _parents(source: dict[str, Any], running: Running, args: Args) -> dict[str, Any]:
    kind, call = source["kind"], running.call
    return _kinds(call, [name for name in PARENTS.get(kind.name, ()) if name in offered(call)], kind.place, args)


@field("WorkItemWidgetDefinitionHierarchy", "allowedChildTypes")
def _children(source: dict[str, Any], running: Running, args: Args) -> dict[str, Any]:
    kind, call = source["kind"], running.call
    names = [name for name, parents in PARENTS.items() if kind.name in parents and name in offered(call)]
    return _kinds(call, names, kind.place, args)


def status(found: Status | None) -> dict[str, Any] | None:
    """A status for GraphQL."""
    if found is None:
        return None
    named = {"id": found.gid, "name": found.name, "category": found.category, "color": found.color}
    return named | {"position": found.number}


@field("WorkItemWidgetDefinitionStatus", "allowedStatuses")
def _statuses(_source: Any, _running: Running, _args: Args) -> list[Any]:
    return [status(each) for each in STATUSES]


@field("WorkItemWidgetDefinitionStatus", "defaultOpenStatus")
def _open_status(_source: Any, _running: Running, _args: Args) -> Any:
    return status(OPEN)


@field("WorkItemWidgetDefinitionStatus", "defaultClosedStatus")
def _closed_status(_source: Any, _running: Running, _args: Args) -> Any:
    return status(CLOSED)
