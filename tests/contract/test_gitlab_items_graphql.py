"""GraphQL of the practice GitLab: the contract's own documents, plans, rights, limits, errors as documented."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from gitlab_items_space import AT, PLAN, SOW, Space, gid, kind, seg
from graphql import print_schema

from psdm_cli.sandbox.gitlab import tables
from psdm_cli.sandbox.gitlab.graphql_fields import FIELDS, UNAVAILABLE
from psdm_cli.sandbox.gitlab.graphql_schema import SCHEMA_FILE, schema

PROBE = """query Probe($path: ID!) {
  metadata { version enterprise }
  namespace(fullPath: $path) {
    id fullPath
    userPermissions { createEpic createWorkItem createProjects adminLabel }
    availableFeatures {
      hasEpicsFeature hasSubepicsFeature hasLinkedItemsEpicsFeature hasIterationsFeature
      hasIssuableHealthStatusFeature hasIssueWeightsFeature hasScopedLabelsFeature hasWorkItemStatusFeature
    }
    workItemTypes(first: 100) { nodes { id name isGroupWorkItemType canUserCreateItems enabled } }
  }
}"""
POORER = "query($path: ID!) { namespace(fullPath: $path) { workItemTypes(first: 100) { nodes { id name } } } }"
CREATE = "mutation($i: WorkItemCreateInput!) { workItemCreate(input: $i) { errors workItem { id iid title webUrl } } }"
UPDATE = """mutation($i: WorkItemUpdateInput!) { workItemUpdate(input: $i) { errors workItem {
  id iid title state lockVersion updatedAt description
  widgets { type
    ... on WorkItemWidgetLabels { labels(first: 20) { nodes { id title } } }
    ... on WorkItemWidgetHierarchy { parent { id } hasParent }
    ... on WorkItemWidgetStartAndDueDate { startDate dueDate isFixed rollUp }
    ... on WorkItemWidgetHealthStatus { healthStatus }
    ... on WorkItemWidgetStatus { status { name category } }
    ... on WorkItemWidgetWeight { weight }
    ... on WorkItemWidgetAssignees { assignees { nodes { username } } }
    ... on WorkItemWidgetMilestone { milestone { title } }
    ... on WorkItemWidgetIteration { iteration { state } }
    ... on WorkItemWidgetTimeTracking { timeEstimate totalTimeSpent }
  } } } }"""
TOGGLE = """mutation Toggle($id: WorkItemID!, $checked: Boolean!, $line: String!, $pos: String!) {
  workItemUpdate(input: {id: $id, descriptionWidget: {
    taskListToggle: {checked: $checked, lineSource: $line, lineSourcepos: $pos}}}) {
    errors
    workItem { id lockVersion widgets(onlyTypes: [DESCRIPTION]) {
      ... on WorkItemWidgetDescription { description taskCompletionStatus { completedCount count } } } }
  }
}"""
SEARCH = """query Search($path: ID!, $any: [String!], $all: [String!], $types: [IssueType!], $state: IssuableState,
  $since: Time, $after: String, $first: Int, $down: Boolean, $sort: WorkItemSort) {
  namespace(fullPath: $path) {
    workItems(includeDescendants: $down, types: $types, state: $state, labelName: $all, or: {labelNames: $any},
      updatedAfter: $since, sort: $sort, first: $first, after: $after) {
      count pageInfo { hasNextPage endCursor } nodes { id iid title reference(full: true) }
    }
  }
}"""


@pytest.fixture
def space() -> Space:
    return Space()


def item(payload: dict[str, Any]) -> dict[str, Any]:
    """The work item of a payload without errors, its widgets by type."""
    (result,) = payload.values()
    assert result["errors"] == []
    found = dict(result["workItem"])
    return found | {"widgets": {widget["type"]: widget for widget in found.get("widgets", ())}}


def message(body: dict[str, Any]) -> str:
    """The only top-level error's text."""
    (error,) = body["errors"]
    return str(error["message"])


# -- the schema -------------------------------------------------------------------------------------------------


def test_the_schema_is_the_published_one() -> None:
    published = Path(__file__).with_name("gitlab-workitems.graphql").read_text(encoding="utf-8")
    assert SCHEMA_FILE.read_text(encoding="utf-8") == published


def test_every_resolver_is_of_a_field_that_exists() -> None:
    known = schema(False)
    unknown = [(t, f) for t, f in FIELDS if f not in known.type_map[t].fields]  # type: ignore[attr-defined]
    assert unknown == []


def test_an_old_server_lacks_everything_that_came_later() -> None:
    old = print_schema(schema(True))
    for name in ("availableFeatures", "taskListToggle", "isGroupWorkItemType", "workItemHierarchyAddChildrenItems("):
        assert name in print_schema(schema(False))
        assert name not in old
    assert "labelNames" in old


# -- the probe --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "features", "epics"),
    [
        ("free", set(), False),
        ("premium", {"Epics", "Iterations", "IssueWeights", "ScopedLabels", "WorkItemStatus"}, True),
    ],
)
def test_the_probe_shows_the_plan(plan: str, features: set[str], epics: bool) -> None:
    found = Space(plan).data(PROBE, path="ps")["namespace"]
    assert {name for name, on in found["availableFeatures"].items() if on} == {f"has{name}Feature" for name in features}
    types = {row["name"]: row for row in found["workItemTypes"]["nodes"]}
    assert ("Epic" in types, found["userPermissions"]["createEpic"]) == (epics, epics)


@pytest.mark.parametrize(
    ("who", "rights"),
    [
        ("full", (True, True, True, True)),
        ("planner", (True, True, False, True)),
        ("guest", (False, True, False, False)),
        ("reader", (False, False, False, False)),
    ],
)
def test_the_probe_shows_the_role(space: Space, who: str, rights: tuple[bool, ...]) -> None:
    found = space.data(PROBE, who=who, path="ps")["namespace"]["userPermissions"]
    names = ("createEpic", "createWorkItem", "createProjects", "adminLabel")
    assert tuple(found[name] for name in names) == rights


def test_types_are_listed_whole_whatever_name_is_asked_for(space: Space) -> None:
    query = 'query { namespace(fullPath: "ps") { workItemTypes(name: EPIC) { nodes { name isGroupWorkItemType } } } }'
    nodes = space.data(query)["namespace"]["workItemTypes"]["nodes"]
    assert len(nodes) > 5
    assert [node["name"] for node in nodes if node["isGroupWorkItemType"]] == ["Epic"]
    assert space.violations == ["GraphQL: workItemTypes(name:) does not filter since 19.0"]


def test_type_ids_differ_on_an_old_server() -> None:
    ids = []
    for mode in ("on", "old"):
        nodes = Space(graphql=mode).data(POORER, path="ps")["namespace"]["workItemTypes"]["nodes"]
        ids.append({node["name"]: node["id"] for node in nodes}["Epic"])
    assert ids[0] == "gid://gitlab/WorkItems::Type/8"
    assert ids[1] != ids[0]


def test_hidden_and_absent_namespaces_are_null(space: Space) -> None:
    for who, path in (("stranger", "ps"), ("full", "nowhere"), ("customer", PLAN)):
        assert space.data(PROBE, who=who, path=path)["namespace"] is None
    assert space.data(PROBE, who="customer", path=SOW)["namespace"]["fullPath"] == SOW


# -- who may ask, and how much ----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["expired", "job"])
def test_a_credential_that_does_not_count_is_401(space: Space, who: str) -> None:
    assert space.graphql("{ currentUser { username } }", who=who) == {
        "errors": [{"message": "Invalid token"}],
        "status": 401,
    }


def test_a_visitor_sees_what_is_public(space: Space) -> None:
    query = "query($p: ID!) { currentUser { username } queryComplexity { limit } namespace(fullPath: $p) { name } }"
    assert space.data(query, who="", p="open/lib") == {
        "currentUser": None,
        "queryComplexity": {"limit": 200},
        "namespace": {"name": "lib"},
    }
    assert space.data(query, who="", p="ps")["namespace"] is None
    assert space.data(query, p="ps")["currentUser"] == {"username": "rcastellano"}


@pytest.mark.parametrize("who", ["reader", ""])
def test_mutations_need_the_api_scope(space: Space, who: str) -> None:
    body = space.graphql(CREATE, who=who, i={"title": "x", "namespacePath": "ps", "workItemTypeId": kind("Epic")})
    assert (body["data"], message(body)) == ({"workItemCreate": None}, UNAVAILABLE)


def test_graphql_can_be_switched_off() -> None:
    assert Space(graphql="off").graphql("{ currentUser { username } }")["status"] == 404


def test_an_old_server_says_which_field_it_lacks() -> None:
    old = Space(graphql="old")
    errors = old.graphql(PROBE, path="ps")["errors"]
    assert {(error["extensions"]["code"], error["extensions"]["fieldName"]) for error in errors} == {
        ("undefinedField", "availableFeatures"),
        ("undefinedField", "isGroupWorkItemType"),
        ("undefinedField", "canUserCreateItems"),
        ("undefinedField", "enabled"),
    }
    assert old.data(POORER, path="ps")["namespace"]["workItemTypes"]["nodes"]
    (refused,) = old.graphql(TOGGLE, id="gid://gitlab/WorkItem/1", checked=True, line="", pos="")["errors"][:1]
    assert refused["extensions"]["code"] == "argumentNotAccepted"


@pytest.mark.parametrize(
    ("query", "code", "text"),
    [
        ("{ nothing }", "undefinedField", "Field 'nothing' doesn't exist on type 'Query'"),
        ("{ currentUser(x: 1) { id } }", "argumentNotAccepted", "Field 'currentUser' doesn't accept argument 'x'"),
        (
            'mutation { workItemUpdate(input: {id: "gid://gitlab/WorkItem/1", x: 1}) { errors } }',
            "argumentNotAccepted",
            "InputObject 'WorkItemUpdateInput' doesn't accept argument 'x'",
        ),
        ("query($x: ID!) { currentUser { id } }", "variableNotUsed", None),
        ("{ namespace { id } }", "missingRequiredArguments", None),
        ("{ currentUser }", "selectionMismatch", None),
        ('{ workItem(id: "gid://gitlab/Issue/1") { id } }', "argumentLiteralsIncompatible", None),
    ],
)
def test_schema_errors_have_a_code_and_are_violations(space: Space, query: str, code: str, text: str | None) -> None:
    body = space.graphql(query)
    assert "data" not in body
    assert [error["extensions"]["code"] for error in body["errors"]] == [code]
    assert text is None or message(body) == text
    assert space.violations == [f"GraphQL: {message(body)}"]


@pytest.mark.parametrize(
    ("wish", "where"),
    [
        ({"title": "x", "nothing": 1}, "nothing"),
        ({"workItemTypeId": "8"}, "workItemTypeId"),
        ({"title": None}, "title"),
    ],
)
def test_a_variable_that_does_not_fit_is_named(space: Space, wish: dict[str, Any], where: str) -> None:
    given = {"title": "x", "namespacePath": "ps", "workItemTypeId": kind("Epic")} | wish
    body = space.graphql(CREATE, i=given)
    assert "data" not in body
    assert message(body).startswith(f"Variable $i was provided invalid value for {where} (")
    assert len(space.violations) == 1


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", "No query string was present"),
        ("{ currentUser { id } } #" + "x" * 10_000, "Query too large"),
        ("{ currentUser {", "Syntax Error"),
        ("query A { currentUser { id } } query B { currentUser { id } }", "An operation name is required"),
    ],
)
def test_documents_that_are_none(space: Space, query: str, text: str) -> None:
    assert message(space.graphql(query)).startswith(text)
    assert len(space.violations) == 1


def test_complexity_is_counted_and_limited(space: Space) -> None:
    small = space.data("{ queryComplexity { score limit } }")["queryComplexity"]
    assert small == {"score": 3, "limit": 250}
    deep = "children(first: 100) { nodes { id widgets { ... on WorkItemWidgetHierarchy { %s } } } }"
    nested = deep % (deep % (deep % (deep % "children { nodes { id title state iid } }")))
    query = (
        '{ namespace(fullPath: "ps") { workItems { nodes { widgets { ... on WorkItemWidgetHierarchy { %s } } } } } }'
    )
    text = message(space.graphql(query % nested))
    score, limit = map(int, re.findall(r"\d+", text))
    assert (score > 250, limit) == (True, 250)
    one = space.data("{ queryComplexity { score } " + (query % "hasParent")[1:])["queryComplexity"]["score"]
    page = (query % "hasParent").replace("workItems", "workItems(first: 10)")
    assert space.data("{ queryComplexity { score } " + page[1:])["queryComplexity"]["score"] < one


def test_lists_and_pages_have_a_limit(space: Space) -> None:
    for number in range(101):
        tables.make_work_item(space.account, space.plan, "Issue", f"{number}", author=space.users["full"], at=AT)
    found = space.data(SEARCH, path=PLAN, first=1000)["namespace"]["workItems"]
    assert (len(found["nodes"]), found["pageInfo"]["hasNextPage"], found["count"]) == (100, True, 101)
    assert space.violations == ["GraphQL: first: 1000 gives no more than 100 nodes"]
    body = space.graphql(SEARCH, path=PLAN, any=[str(number) for number in range(101)])
    assert "100" in message(body)


# -- searching --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def full() -> Space:
    """An epic in the group, one in the subgroup, issues in both projects."""
    made = Space()
    for name in ("a", "b", "PM::ann"):
        made.label(name)
    top = made.epic("top", labels="a")
    made.epic("low", group="ps/lark", labels="b", parent_id=top["id"])
    made.issue("plan", labels="a,b", epic_id=top["id"], description="marker", weight=2)
    made.issue("sow", project=SOW, issue_type="task", who="planner")
    made.issue("done", labels="b", assignee_ids=[made.users["planner"]["id"]], description="/close")
    made.sandbox.violations.clear()
    return made


FILTERS: list[tuple[str, set[str]]] = [
    ("", {"top"}),
    ("includeDescendants: true", {"top", "low", "plan", "sow", "done"}),
    ("includeDescendants: true, types: [EPIC]", {"top", "low"}),
    ("includeDescendants: true, types: [ISSUE, TASK]", {"plan", "sow", "done"}),
    ("includeDescendants: true, excludeProjects: true", {"top", "low"}),
    ("includeDescendants: true, excludeGroupWorkItems: true", {"plan", "sow", "done"}),
    ('includeDescendants: true, or: {labelNames: ["a", "b"]}', {"top", "low", "plan", "done"}),
    ('includeDescendants: true, labelName: ["a", "b"]', {"plan"}),
    ('includeDescendants: true, not: {labelName: ["a"]}', {"low", "sow", "done"}),
    ("includeDescendants: true, not: {types: [EPIC]}, state: opened", {"plan", "sow"}),
    ("includeDescendants: true, state: closed", {"done"}),
    ('includeDescendants: true, state: all, search: "MARK", in: [DESCRIPTION]', {"plan"}),
    ('includeDescendants: true, search: "marker", in: [TITLE]', set()),
    ("includeDescendants: true, parentWildcardId: NONE", {"top", "sow", "done"}),
    ('includeDescendants: true, assigneeUsernames: ["plindqvist"]', {"done"}),
    ("includeDescendants: true, assigneeWildcardId: NONE, types: [ISSUE]", {"plan"}),
    ('includeDescendants: true, authorUsername: "plindqvist"', {"sow"}),
    ('includeDescendants: true, weight: "2"', {"plan"}),
    ('includeDescendants: true, iid: "1", types: [EPIC]', {"top", "low"}),
    ('includeDescendants: true, status: {name: "to do"}, types: [ISSUE]', {"plan"}),
    ('includeDescendants: true, updatedAfter: "2031-01-01T00:00:00Z"', set()),
    ('includeDescendants: true, createdBefore: "2031-01-01", confidential: true', set()),
]


@pytest.mark.parametrize(("arguments", "titles"), FILTERS, ids=[arguments for arguments, _ in FILTERS])
def test_a_filter_of_work_items(full: Space, arguments: str, titles: set[str]) -> None:
    call = f"workItems({arguments})" if arguments else "workItems"
    found = full.data(f'{{ namespace(fullPath: "ps") {{ {call} {{ nodes {{ title }} }} }} }}')["namespace"][
        "workItems"
    ]["nodes"]
    assert {node["title"] for node in found} == titles
    assert full.violations == []


def test_a_projects_search_is_its_own(full: Space) -> None:
    found = full.data(SEARCH, path=PLAN, down=True, sort="TITLE_ASC")["namespace"]["workItems"]["nodes"]
    assert [node["title"] for node in found] == ["done", "plan"]
    assert found[1]["reference"] == "ps/plan#1"


@pytest.mark.parametrize("sort", ["UPDATED_ASC", "UPDATED_DESC", "TITLE_ASC", "WEIGHT_DESC", "DUE_DATE_ASC"])
def test_cursors_lead_through_everything_once(full: Space, sort: str) -> None:
    titles: list[str] = []
    after = None
    for _ in range(9):
        page = full.data(SEARCH, path="ps", down=True, first=2, after=after, sort=sort)["namespace"]["workItems"]
        titles += [node["title"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert sorted(titles) == ["done", "low", "plan", "sow", "top"]


def test_a_cursor_survives_the_loss_of_its_row() -> None:
    space = Space()
    made = [space.issue(str(number)) for number in range(4)]
    first = space.data(SEARCH, path=PLAN, first=2, sort="CREATED_ASC")["namespace"]["workItems"]
    space.account.remove("work_items", made[1]["id"])
    after = first["pageInfo"]["endCursor"]
    rest = space.data(SEARCH, path=PLAN, first=2, sort="CREATED_ASC", after=after)["namespace"]["workItems"]
    assert [node["title"] for node in rest["nodes"]] == ["2", "3"]
    assert message(space.graphql(SEARCH, path=PLAN, after="moon")) == "Please provide a valid cursor"


def test_items_are_found_by_number_id_and_reference(full: Space) -> None:
    query = """query($p: ID!, $refs: [String!]!) {
      namespace(fullPath: $p) { workItem(iid: "1") { id iid title lockVersion reference webPath } }
      workItemsByReference(contextNamespacePath: $p, refs: $refs) { nodes { title } }
    }"""
    refs = ["#1", "ps/lark/SOW-1#1", "ps&1", "http://gitlab.test/groups/ps/lark/-/epics/1", "#99", "nonsense"]
    found = full.data(query, p=PLAN, refs=refs)
    assert found["namespace"]["workItem"]["webPath"] == "/ps/plan/-/issues/1"
    assert [node["title"] for node in found["workItemsByReference"]["nodes"]] == ["plan", "sow", "top", "low"]
    assert full.data(query, who="customer", p=SOW, refs=refs)["workItemsByReference"]["nodes"] == [
        {"title": "sow"},
        {"title": "sow"},
    ]
    bare = "query($refs: [String!]!) { workItemsByReference(refs: $refs) { nodes { title } } }"
    assert full.data(bare, refs=["&1", "#1", "ps&1"])["workItemsByReference"]["nodes"] == [{"title": "top"}]


# -- changing ---------------------------------------------------------------------------------------------------


def test_an_epic_is_made_with_its_widgets(space: Space) -> None:
    label = space.label("SOW-1")
    parent = space.epic("Customer")
    given = {
        "clientMutationId": "c1",
        "title": "Activity",
        "namespacePath": "ps/lark",
        "workItemTypeId": kind("Epic"),
        "descriptionWidget": {"description": "- [ ] one"},
        "labelsWidget": {"labelIds": [f"gid://gitlab/GroupLabel/{label}"]},
        "startAndDueDateWidget": {"startDate": "2026-12-01", "dueDate": "2026-12-31", "isFixed": True},
        "hierarchyWidget": {"parentId": gid(parent)},
        "assigneesWidget": {"assigneeIds": [f"gid://gitlab/User/{space.users['planner']['id']}"]},
        "healthStatusWidget": {"healthStatus": "needsAttention"},
        "statusWidget": {"name": "in progress"},
    }
    query = CREATE.replace("errors", "errors clientMutationId")
    made = space.data(query, i=given)["workItemCreate"]
    assert (made["errors"], made["clientMutationId"]) == ([], "c1")
    assert made["workItem"]["webUrl"] == "http://gitlab.test/groups/ps/lark/-/epics/1"
    shown = item(space.data(UPDATE, i={"id": made["workItem"]["id"]}))
    widgets = shown["widgets"]
    assert widgets["LABELS"]["labels"]["nodes"] == [{"id": f"gid://gitlab/GroupLabel/{label}", "title": "SOW-1"}]
    assert widgets["HIERARCHY"] == {"type": "HIERARCHY", "parent": {"id": gid(parent)}, "hasParent": True}
    assert widgets["START_AND_DUE_DATE"]["dueDate"] == "2026-12-31"
    assert widgets["HEALTH_STATUS"]["healthStatus"] == "needsAttention"
    assert widgets["STATUS"]["status"] == {"name": "In progress", "category": "IN_PROGRESS"}
    assert widgets["ASSIGNEES"]["assignees"]["nodes"] == [{"username": "plindqvist"}]
    rest = space.ask("GET", f"/groups/{seg('ps/lark')}/epics/1")
    assert gid(rest) == made["workItem"]["id"]
    assert (rest["labels"], rest["start_date_is_fixed"], rest["parent_id"]) == (["SOW-1"], True, parent["id"])


@pytest.mark.parametrize(
    ("plan", "type_name", "widget", "keys"),
    [
        ("premium", "Issue", {"healthStatusWidget": {"healthStatus": "onTrack"}}, ":health_status_widget"),
        ("free", "Issue", {"weightWidget": {"weight": 1}}, ":weight_widget"),
        ("free", "Issue", {"iterationWidget": {"iterationId": None}}, ":iteration_widget"),
        ("free", "Issue", {"statusWidget": {"name": "Done"}}, ":status_widget"),
        ("ultimate", "Epic", {"weightWidget": {"weight": 1}}, ":weight_widget"),
        ("ultimate", "Issue", {"colorWidget": {"color": "#fff"}}, ":color_widget"),
    ],
)
def test_a_widget_that_type_or_plan_lacks_is_a_top_level_error(
    plan: str, type_name: str, widget: dict[str, Any], keys: str
) -> None:
    space = Space(plan)
    path = "ps" if type_name == "Epic" else PLAN
    body = space.graphql(CREATE, i={"title": "x", "namespacePath": path, "workItemTypeId": kind(type_name)} | widget)
    assert body["data"] == {"workItemCreate": None}
    assert message(body) == f"Following widget keys are not supported by {type_name} type: [{keys}]"
    assert list(space.account.rows("work_items")) == []


@pytest.mark.parametrize(
    ("who", "path", "type_name"),
    [
        ("guest", "ps", "Epic"),
        ("stranger", PLAN, "Issue"),
        ("full", "nowhere", "Issue"),
        ("full", PLAN, "Epic"),
        ("full", "ps", "Issue"),
    ],
)
def test_what_may_not_be_made_is_null_with_the_one_message(space: Space, who: str, path: str, type_name: str) -> None:
    body = space.graphql(CREATE, who=who, i={"title": "x", "namespacePath": path, "workItemTypeId": kind(type_name)})
    assert (body["data"], message(body)) == ({"workItemCreate": None}, UNAVAILABLE)
    assert body["errors"][0]["path"] == ["workItemCreate"]


def test_there_is_no_epic_type_without_the_plan() -> None:
    body = Space("free").graphql(CREATE, i={"title": "x", "namespacePath": "ps", "workItemTypeId": kind("Epic")})
    assert message(body) == UNAVAILABLE


@pytest.mark.parametrize(
    ("title", "errors"),
    [("  ", ["Title can't be blank"]), ("x" * 256, ["Title is too long (maximum is 255 characters)"])],
)
def test_what_the_rules_refuse_is_in_the_payload(space: Space, title: str, errors: list[str]) -> None:
    given = {"title": title, "namespacePath": PLAN, "workItemTypeId": kind("Issue")}
    assert space.data(CREATE, i=given) == {"workItemCreate": {"errors": errors, "workItem": None}}


def test_an_update_changes_by_deltas_and_counts_the_version(space: Space) -> None:
    one, two = space.label("PM::ann"), space.label("PM::bob")
    made = space.issue(labels="PM::ann,own")
    given = {
        "id": gid(made),
        "title": "New",
        "stateEvent": "CLOSE",
        "labelsWidget": {"addLabelIds": [f"gid://gitlab/GroupLabel/{two}"]},
        "weightWidget": {"weight": 4},
        "timeTrackingWidget": {"timeEstimate": "2h", "timelog": {"timeSpent": "30m"}},
        "healthStatusWidget": {"healthStatus": "atRisk"},
    }
    changed = item(space.data(UPDATE, i=given))
    assert (changed["title"], changed["state"], changed["lockVersion"]) == ("New", "CLOSED", 1)
    titles = [label["title"] for label in changed["widgets"]["LABELS"]["labels"]["nodes"]]
    assert titles == ["PM::bob", "own"]
    assert changed["widgets"]["TIME_TRACKING"] == {
        "type": "TIME_TRACKING",
        "timeEstimate": 7200,
        "totalTimeSpent": 1800,
    }
    assert changed["widgets"]["STATUS"]["status"]["category"] == "DONE"
    rest = space.read(made)
    assert (rest["health_status"], rest["weight"], rest["state"]) == ("at_risk", 4, "closed")
    assert item(space.data(UPDATE, i={"id": gid(made)}))["lockVersion"] == 1
    gone = {"removeLabelIds": [f"gid://gitlab/GroupLabel/{two}"], "addLabelIds": [f"gid://gitlab/GroupLabel/{one}"]}
    again = item(space.data(UPDATE, i={"id": gid(made), "labelsWidget": gone, "statusWidget": {"name": "To do"}}))
    assert [label["title"] for label in again["widgets"]["LABELS"]["labels"]["nodes"]] == ["PM::ann", "own"]
    assert again["state"] == "OPEN"


def test_no_label_is_made_by_graphql_and_one_out_of_reach_is_passed_over(space: Space) -> None:
    far = tables.make_label(space.account, space.open, "far", "#123456")
    given = {"id": gid(space.issue()), "labelsWidget": {"addLabelIds": [f"gid://gitlab/GroupLabel/{far['id']}"]}}
    assert item(space.data(UPDATE, i=given))["widgets"]["LABELS"]["labels"]["nodes"] == []


def test_a_parent_is_set_replaced_and_taken_away(space: Space) -> None:
    one, two = space.epic("one"), space.epic("two")
    made = space.issue()
    for epic in (one, two):
        given = {"id": gid(made), "hierarchyWidget": {"parentId": gid(epic)}}
        assert item(space.data(UPDATE, i=given))["widgets"]["HIERARCHY"]["parent"] == {"id": gid(epic)}
    assert space.ask("GET", f"/groups/ps/epics/{one['iid']}/issues") == []
    given = {"id": gid(made), "hierarchyWidget": {"parentId": None}}
    assert item(space.data(UPDATE, i=given))["widgets"]["HIERARCHY"]["hasParent"] is False
    wrong = space.data(UPDATE, i={"id": gid(one), "hierarchyWidget": {"parentId": gid(made)}})["workItemUpdate"]
    assert wrong["workItem"] is None
    assert "not allowed" in wrong["errors"][0]
    given = {"id": gid(one), "hierarchyWidget": {"childrenIds": [gid(made)]}}
    space.data(UPDATE, i=given)
    assert space.read(made)["epic"]["id"] == one["id"]


def test_sub_epics_are_refused_on_premium() -> None:
    space = Space("premium")
    one, two = space.epic("one"), space.epic("two")
    body = space.data(UPDATE, i={"id": gid(two), "hierarchyWidget": {"parentId": gid(one)}})
    assert "not available" in body["workItemUpdate"]["errors"][0]


def test_children_are_added_one_by_one(space: Space) -> None:
    query = """mutation($id: WorkItemID!, $ids: [WorkItemID!]!) {
      workItemHierarchyAddChildrenItems(input: {id: $id, childrenIds: $ids}) { errors addedChildren { title } } }"""
    epic = space.epic()
    good, task = space.issue("good"), space.issue("task", issue_type="task")
    ids = [gid(good), gid(task), "gid://gitlab/WorkItem/1"]
    found = space.data(query, id=gid(epic), ids=ids)["workItemHierarchyAddChildrenItems"]
    assert ([child["title"] for child in found["addedChildren"]], len(found["errors"])) == (["good"], 2)
    rolled = """query($id: WorkItemID!) { workItem(id: $id) { widgets(onlyTypes: [HIERARCHY]) {
      ... on WorkItemWidgetHierarchy { hasChildren children(state: OPEN) { nodes { title } count }
        rolledUpCountsByType { workItemType { name } countsByState { all opened closed } } } } } }"""
    (widget,) = space.data(rolled, id=gid(epic))["workItem"]["widgets"]
    assert widget["children"] == {"nodes": [{"title": "good"}], "count": 1}
    assert widget["rolledUpCountsByType"] == [
        {"workItemType": {"name": "Issue"}, "countsByState": {"all": 1, "opened": 1, "closed": 0}}
    ]


def test_links_between_issues_and_epics(space: Space) -> None:
    add = """mutation($i: WorkItemAddLinkedItemsInput!) {
      workItemAddLinkedItems(input: $i) { errors message workItem { widgets(onlyTypes: [LINKED_ITEMS]) {
        ... on WorkItemWidgetLinkedItems { blocked blockingCount linkedItems(filter: BLOCKS) {
          nodes { linkType workItem { title } } } } } } } }"""
    epic, issue = space.epic("epic"), space.issue("issue")
    given = {"id": gid(issue), "workItemsIds": [gid(epic)], "linkType": "BLOCKS"}
    done = space.data(add, i=given)["workItemAddLinkedItems"]
    assert done["message"] == f"Successfully linked ID(s): {epic['work_item_id']}."
    assert done["workItem"]["widgets"][0] == {
        "blocked": False,
        "blockingCount": 1,
        "linkedItems": {"nodes": [{"linkType": "blocks", "workItem": {"title": "epic"}}]},
    }
    again = space.data(add, i=given)["workItemAddLinkedItems"]
    assert again["workItem"] is None
    assert "already" in again["errors"][0]
    eleven = [f"gid://gitlab/WorkItem/{number}" for number in range(11)]
    assert "10" in message(space.graphql(add, i=given | {"workItemsIds": eleven}))
    remove = """mutation($i: WorkItemRemoveLinkedItemsInput!) {
      workItemRemoveLinkedItems(input: $i) { errors message } }"""
    gone = {"id": gid(issue), "workItemsIds": [gid(epic)]}
    assert space.data(remove, i=gone)["workItemRemoveLinkedItems"]["errors"] == []
    assert len(space.data(remove, i=gone)["workItemRemoveLinkedItems"]["errors"]) == 1


def test_bulk_passes_over_what_may_not_be_touched(space: Space) -> None:
    query = """mutation($i: WorkItemBulkUpdateInput!) {
      workItemBulkUpdate(input: $i) { errors updatedWorkItemCount } }"""
    label = space.label("bulk")
    made = [space.issue(), space.issue(project=SOW), space.epic()]
    ids = [*map(gid, made), "gid://gitlab/WorkItem/1"]
    given = {"fullPath": "ps", "ids": ids, "labelsWidget": {"addLabelIds": [f"gid://gitlab/GroupLabel/{label}"]}}
    assert space.data(query, i=given)["workItemBulkUpdate"] == {"errors": [], "updatedWorkItemCount": 3}
    closed = {"fullPath": "ps/lark", "ids": ids, "stateEvent": "CLOSE"}
    assert space.data(query, i=closed)["workItemBulkUpdate"]["updatedWorkItemCount"] == 1
    assert space.data(query, who="guest", i=closed)["workItemBulkUpdate"]["updatedWorkItemCount"] == 0
    assert "100" in message(space.graphql(query, i=given | {"ids": [ids[0]] * 101}))


def test_notes_are_written_and_edited_by_graphql(space: Space) -> None:
    query = """mutation Comment($id: NoteableID!, $body: String!, $internal: Boolean) {
      createNote(input: {noteableId: $id, body: $body, internal: $internal}) { errors note { id url internal } } }"""
    epic = space.epic()
    note = space.data(query, id=gid(epic), body="hello", internal=True)["createNote"]["note"]
    assert note["url"].startswith("http://gitlab.test/groups/ps/-/epics/1#note_")
    assert note["internal"] is True
    assert [row["body"] for row in space.ask("GET", f"/groups/ps/epics/{epic['id']}/notes")] == ["hello"]
    edit = "mutation($id: NoteID!, $b: String) { updateNote(input: {id: $id, body: $b}) { errors note { body } } }"
    assert space.data(edit, id=note["id"], b="other")["updateNote"]["note"] == {"body": "other"}
    for body in (
        space.graphql(query, who="stranger", id=gid(epic), body="x"),
        space.graphql(query, who="guest", id=gid(epic), body="x", internal=True),
        space.graphql(edit, who="guest", id=note["id"], b="x"),
    ):
        assert message(body) == UNAVAILABLE
    refused = space.data(query, id=gid(epic), body=" ")["createNote"]
    assert refused["note"] is None
    assert refused["errors"] != []
    listed = """query($id: WorkItemID!) { workItem(id: $id) { userDiscussionsCount widgets(onlyTypes: [NOTES]) {
      ... on WorkItemWidgetNotes { notes(filter: ONLY_COMMENTS, first: 1) { nodes { body author { username } } } }
    } } }"""
    found = space.data(listed, id=gid(epic))["workItem"]
    assert found["widgets"][0]["notes"]["nodes"] == [{"body": "other", "author": {"username": "rcastellano"}}]


def test_deleting_gives_the_namespace_back(space: Space) -> None:
    query = "mutation($id: WorkItemID!) { workItemDelete(input: {id: $id}) { errors namespace { fullPath } } }"
    made = space.issue()
    assert message(space.graphql(query, who="planner", id=gid(made))) == UNAVAILABLE
    assert space.data(query, id=gid(made))["workItemDelete"]["namespace"] == {"fullPath": PLAN}
    assert space.send("GET", f"/projects/{seg(PLAN)}/issues/{made['iid']}").status_code == 404


def test_iterations_are_made_here_and_read_over_rest(space: Space) -> None:
    query = """mutation($i: iterationCreateInput!) { iterationCreate(input: $i) {
      errors iteration { id title state startDate } } }"""
    given = {"groupPath": "ps", "title": "Sprint", "startDate": "2026-11-16", "dueDate": "2026-11-29"}
    made = space.data(query, i=given)["iterationCreate"]["iteration"]
    assert (made["title"], made["state"]) == ("Sprint", "current")
    assert space.ask("GET", "/groups/ps/iterations")[0]["title"] == "Sprint"
    assert "overlap" in space.data(query, i=given)["iterationCreate"]["errors"][0]
    assert message(Space("free").graphql(query, i=given)) == UNAVAILABLE
    update = {"id": gid(space.issue()), "iterationWidget": {"iterationId": made["id"]}}
    assert item(space.data(UPDATE, i=update))["widgets"]["ITERATION"]["iteration"] == {"state": "current"}


def test_a_milestones_report_counts_day_by_day(space: Space) -> None:
    stone = tables.make_milestone(space.account, space.ps, "S", AT, start_date="2026-11-20", due_date="2026-12-31")
    done = space.issue(milestone_id=stone["id"], weight=2)
    space.issue(milestone_id=stone["id"], weight=3)
    space.ask("PUT", f"/projects/{seg(PLAN)}/issues/{done['iid']}", {"state_event": "close"})
    query = """query($id: WorkItemID!) { workItem(id: $id) { widgets(onlyTypes: [MILESTONE]) {
      ... on WorkItemWidgetMilestone { milestone { title report { stats { total { count weight } complete { count } }
        burnupTimeSeries { date scopeCount completedWeight } } } } } } }"""
    (widget,) = space.data(query, id=gid(done))["workItem"]["widgets"]
    report = widget["milestone"]["report"]
    assert report["stats"] == {"total": {"count": 2, "weight": 5}, "complete": {"count": 1}}
    assert report["burnupTimeSeries"][-1] == {"date": "2026-11-23", "scopeCount": 2, "completedWeight": 2}
    assert len(report["burnupTimeSeries"]) == 4


# -- check-boxes ------------------------------------------------------------------------------------------------


def test_a_box_is_ticked_atomically_and_stale_text_is_refused(space: Space) -> None:
    made = space.issue(description="Steps\n\n- [ ] one\n- [ ] two")
    good = {"id": gid(made), "checked": True, "line": "- [ ] two", "pos": "4:4-4:4"}
    changed = space.data(TOGGLE, **good)["workItemUpdate"]
    assert changed["workItem"]["widgets"] == [
        {"description": "Steps\n\n- [ ] one\n- [x] two", "taskCompletionStatus": {"completedCount": 1, "count": 2}}
    ]
    space.ask("PUT", f"/projects/{seg(PLAN)}/issues/{made['iid']}", {"description": "Other\n\n- [ ] one\n- [x] two"})
    for wish in (good, good | {"pos": "9:4-9:4"}):
        stale = space.data(TOGGLE, **wish)["workItemUpdate"]
        assert stale["errors"][0].startswith("Someone edited this")
        assert stale["workItem"]["widgets"][0]["description"].startswith("Other")
    notes = [row["body"] for row in space.ask("GET", f"/projects/{seg(PLAN)}/issues/{made['iid']}/notes")]
    assert "marked the checklist item **two** as completed" in notes


def test_a_vanished_line_was_an_internal_error_once() -> None:
    space = Space(vanished_line="internal")
    wish = {"id": gid(space.issue(description="- [ ] one")), "checked": True, "line": "- [ ] two", "pos": "2:4-2:4"}
    body = space.graphql(TOGGLE, **wish)
    assert (body["data"], message(body)) == ({"workItemUpdate": None}, "Internal server error")
    stale = space.data(TOGGLE, **wish | {"pos": "1:4-1:4"})["workItemUpdate"]
    assert stale["errors"][0].startswith("Someone edited this")


def test_the_toggle_can_be_off_and_goes_with_nothing_else() -> None:
    off = Space(task_toggle=False)
    made = off.issue(description="- [ ] one")
    wish = {"id": gid(made), "checked": True, "line": "- [ ] one", "pos": "1:4-1:4"}
    assert "work_items_task_list_toggle" in message(off.graphql(TOGGLE, **wish))
    on = Space()
    made = on.issue(description="- [ ] one")
    toggle = {"taskListToggle": {"checked": True, "lineSource": "- [ ] one", "lineSourcepos": "1:4-1:4"}}
    for more in (
        {"title": "x", "descriptionWidget": toggle},
        {"descriptionWidget": toggle | {"description": "y"}},
    ):
        assert "combined" in message(on.graphql(UPDATE, i={"id": gid(made)} | more))
    assert on.read(made)["description"] == "- [ ] one"
    create = {"title": "x", "namespacePath": PLAN, "workItemTypeId": kind("Issue"), "descriptionWidget": toggle}
    assert "updating" in message(on.graphql(CREATE, i=create))


def test_only_editors_tick(space: Space) -> None:
    made = space.issue(description="- [ ] one")
    wish = {"id": gid(made), "checked": True, "line": "- [ ] one", "pos": "1:4-1:4"}
    for who in ("guest", "reader", "stranger"):
        assert message(space.graphql(TOGGLE, who=who, **wish)) == UNAVAILABLE
    assert space.data(TOGGLE, who="planner", **wish)["workItemUpdate"]["errors"] == []
