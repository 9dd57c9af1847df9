"""Every field that the published schema names is served with something; and GraphQL's faults go by operation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gitlab_items_space import AT, PLAN, Answered, Space, gid, seg
from graphql import GraphQLNonNull, GraphQLObjectType, get_named_type, is_abstract_type, is_leaf_type

from psdm_cli.sandbox.gitlab import graphql_running, tables
from psdm_cli.sandbox.gitlab.graphql_schema import schema
from psdm_cli.sandbox.service import Request

KNOWN = schema(False)
# A report has an error or figures; the labels made by an issue have no description.
EMPTY_HERE = {"TimeboxReport.error", "Label.description"}


def everything(kind: Any, depth: int) -> str | None:
    """A selection of all fields that need no argument, each under an alias that names its type."""
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    if depth == 0:
        return None
    if is_abstract_type(named):
        found = [(each.name, everything(each, depth)) for each in KNOWN.get_possible_types(named)]
        return "{ " + " ".join(f"... on {name} {body}" for name, body in found if body) + " }"
    parts = []
    for name, member in named.fields.items():  # type: ignore[union-attr]
        body = everything(member.type, depth - 1)
        if body is not None and not any(isinstance(arg.type, GraphQLNonNull) for arg in member.args.values()):
            called = f'{name}(iid: "1")' if (named.name, name) == ("Namespace", "workItem") else name
            parts.append(f"{named.name}__{name}: {called} {body}")
    return "{ " + " ".join(parts) + " }" if parts else None


def filled(value: Any, found: set[str]) -> set[str]:
    """The fields, as Type.field, that came with something."""
    if isinstance(value, list):
        for each in value:
            filled(each, found)
    elif isinstance(value, dict):
        for alias, inner in value.items():
            if inner not in (None, []):
                found.add(alias.replace("__", "."))
            filled(inner, found)
    return found


@pytest.fixture
def space(monkeypatch: pytest.MonkeyPatch) -> Space:
    """An epic, and an issue with a task, a linked issue, and everything that an issue can have."""
    monkeypatch.setattr(graphql_running, "SIGNED_IN", 10**9)
    monkeypatch.setattr(graphql_running, "LONGEST_QUERY", 10**9)
    made = Space()
    made.label("SOW-1")
    stone = tables.make_milestone(made.account, made.ps, "M", AT, start_date="2026-11-01", due_date="2026-12-31")
    box = {"iid": 1, "group_id": made.ps["id"], "title": "S", "description": "d", "created_at": AT, "updated_at": AT}
    tables.put(made.account, "iterations", box | {"start_date": "2026-11-16", "due_date": "2026-11-29"})
    epic = made.epic("E")
    made.issue("other")
    more = {"start_date": "2026-11-30", "due_date": "2026-12-01", "assignee_ids": [made.users["planner"]["id"]]}
    actions = "- [ ] a\n\n/relate #1\n/iteration *iteration:S\n/health_status on_track\n/estimate 3h"
    issue = made.issue(
        "I", labels="SOW-1", epic_id=epic["id"], milestone_id=stone["id"], weight=3, description=actions, **more
    )
    task = made.issue("T", issue_type="task")
    made.account.update("work_items", task["id"], parent_id=issue["id"])
    at = f"/projects/{seg(PLAN)}/issues/{issue['iid']}"
    made.ask("PUT", at, {"title": "I again", "state_event": "close"})
    made.ask("POST", f"{at}/notes", {"body": "words"})
    made.account.facts["issue"], made.account.facts["epic"] = gid(issue), gid(epic)
    return made


PLACES = [
    ("workItem(id: $id) {}", "WorkItem", 2),
    ("workItem(id: $id) {{ workItemType {} }}", "WorkItemType", 4),
    ("currentUser {}", "UserCore", 1),
    ("metadata {}", "Metadata", 1),
    ('namespace(fullPath: "ps") {}', "Namespace", 3),
]
WIDGETS = [each.name for each in KNOWN.get_possible_types(KNOWN.type_map["WorkItemWidget"])]  # type: ignore[arg-type]
DEEP = {
    "WorkItemWidgetNotes": 4,
    "WorkItemWidgetMilestone": 5,
    "WorkItemWidgetIteration": 5,
    "WorkItemWidgetLinkedItems": 4,
}
PLACES += [
    (f"workItem(id: $id) {{{{ widgets {{{{ ... on {name} {{}} }}}} }}}}", name, DEEP.get(name, 3)) for name in WIDGETS
]


def test_every_field_of_the_schema_is_served(space: Space) -> None:
    found: set[str] = set()
    for place, name, depth in PLACES:
        selected = place.format(everything(KNOWN.type_map[name], depth))
        given = "($id: WorkItemID!)" if "$id" in selected else ""
        for item in ("issue", "epic"):
            filled(space.data(f"query{given} {{ {selected} }}", id=space.account.facts[item]), found)
    objects = [each for each in KNOWN.type_map.values() if isinstance(each, GraphQLObjectType)]
    shown = [each for each in objects if not each.name.startswith(("__", "Query", "Mutation", "TimeboxReportError"))]
    wanted = {f"{each.name}.{name}" for each in shown for name in each.fields if not each.name.endswith("Payload")}
    assert wanted - found == EMPTY_HERE
    assert space.violations == []


def respond(space: Space, query: str, **variables: Any) -> Answered | None:
    """A GraphQL request with faults applied; None when the connection was cut."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"authorization": f"Bearer {space.sandbox.tokens['full']}", "content-type": "application/json"}
    delivery = space.sandbox.respond(Request("POST", "/api/graphql", "", headers, body))
    answer = delivery.answer
    return None if answer is None else Answered(answer.status, answer.body, answer.headers)


@pytest.mark.parametrize(
    ("fault", "applied"), [({"status": 502}, False), ({"cut": "after"}, True), ({"cut": "before"}, False)]
)
def test_a_fault_is_meant_for_one_operation(fault: dict[str, Any], applied: bool) -> None:
    space = Space()
    epic = space.epic()
    note = 'mutation Comment($id: NoteableID!) { createNote(input: {noteableId: $id, body: "x"}) { errors } }'
    space.sandbox.fault("POST", "/api/graphql", operation="Comment", **fault)
    seen = respond(space, "query Look { currentUser { username } }")
    assert seen is not None and seen.status_code == 200
    spoiled = respond(space, note, id=gid(epic))
    assert spoiled is None or spoiled.status_code == 502
    notes = space.ask("GET", f"/groups/ps/epics/{epic['id']}/notes?activity_filter=only_comments")
    assert len(notes) == applied
    again = respond(space, note, id=gid(epic))
    assert again is not None and again.json() == {"data": {"createNote": {"errors": []}}}
