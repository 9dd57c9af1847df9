"""The GraphQL half of the doors' world: what the schema knows, resolved from the same rows."""

from __future__ import annotations

from typing import Any

from gitlab_world import Row, World
from gitlab_world_rest import add_note, with_labels
from graphql import GraphQLError

FEATURES = (
    "hasBlockedIssuesFeature",
    "hasEpicsFeature",
    "hasSubepicsFeature",
    "hasLinkedItemsEpicsFeature",
    "hasIterationsFeature",
    "hasIssuableHealthStatusFeature",
    "hasIssueWeightsFeature",
    "hasWorkItemStatusFeature",
    "hasCustomFieldsFeature",
)
EPIC_TYPE = "gid://gitlab/WorkItems::Type/8"


def number(gid: str) -> int:
    return int(gid.rsplit("/", 1)[-1])


class Root:
    """What a document can ask."""

    def __init__(self, world: World) -> None:
        self.world = world

    def metadata(self, _info: Any) -> Row:
        return {"version": "19.4.1-ee", "revision": "x", "enterprise": True}

    # reading

    def namespace(self, _info: Any, fullPath: str) -> Row | None:  # noqa: N803 - the schema's name
        world = self.world
        group = next((row for row in world.groups.values() if row["full_path"] == fullPath), None)
        if group is None:
            return None
        epics = world.plan == "ultimate"
        types = [
            {"id": "gid://gitlab/WorkItems::Type/1", "name": "Issue", "enabled": True, "isGroupWorkItemType": False}
        ]
        if epics:
            types.append({"id": EPIC_TYPE, "name": "Epic", "enabled": True, "isGroupWorkItemType": True})
        may = dict.fromkeys(("createEpic", "createWorkItem", "createProjects", "adminLabel"), True)
        return {
            "id": f"gid://gitlab/Group/{group['id']}",
            "fullPath": fullPath,
            "userPermissions": may,
            "availableFeatures": {**dict.fromkeys(FEATURES, epics), "hasScopedLabelsFeature": world.scoped},
            "workItemTypes": {"nodes": types},
            "workItems": lambda _info, **asked: self._items(group["id"], asked),
            "workItem": lambda _info, iid: self._one(group["id"], iid),
        }

    def _items(self, group: int, asked: Row) -> Row:
        rows = [row for row in self.world.epics if row["group_id"] == group]
        if asked.get("search"):
            rows = [row for row in rows if asked["search"] in f"{row['title']} {row['description']}"]
        rows = sorted(rows, key=lambda row: row["iid"], reverse=asked.get("sort") == "CREATED_DESC")
        return {"nodes": [self._epic(row) for row in rows], "pageInfo": {"hasNextPage": False, "endCursor": None}}

    def _one(self, group: int, iid: str) -> Row | None:
        rows = [row for row in self.world.epics if row["group_id"] == group and str(row["iid"]) == iid]
        return self._epic(rows[0]) if rows else None

    def workItem(self, _info: Any, id: str) -> Row | None:
        rows = [row for row in self.world.epics if row["work_item_id"] == number(id)]
        return self._epic(rows[0]) if rows else None

    def _epic(self, row: Row) -> Row:
        children = [each for each in self.world.issues if each["epic_of"] == row["id"]]
        notes = [each for each in self.world.notes if each["on"] == row["work_item_id"]]
        one_page = {"hasNextPage": False, "endCursor": None}
        return {
            **self._common(row, row["work_item_id"], "Epic", self.world.groups[row["group_id"]]["full_path"]),
            "namespace": {"id": f"gid://gitlab/Group/{row['group_id']}", "fullPath": ""},
            "widgets": [
                self._labels(row),
                {
                    "__typename": "WorkItemWidgetHierarchy",
                    "parent": None,
                    "children": {"nodes": [self._issue(each) for each in children], "pageInfo": one_page},
                },
                {
                    "__typename": "WorkItemWidgetStartAndDueDate",
                    "startDate": row["start_date"],
                    "dueDate": row["due_date"],
                },
                {
                    "__typename": "WorkItemWidgetNotes",
                    "notes": {"nodes": [self._note(each) for each in notes], "pageInfo": one_page},
                },
            ],
        }

    def _issue(self, row: Row) -> Row:
        path = self.world.projects[row["project_id"]]["path_with_namespace"]
        return {
            **self._common(row, row["id"], "Issue", path),
            "namespace": {"id": "gid://gitlab/Namespaces::ProjectNamespace/1", "fullPath": path},
            "widgets": [
                self._labels(row),
                {
                    "__typename": "WorkItemWidgetDescription",
                    "description": row["description"],
                    "taskCompletionStatus": {"count": 0, "completedCount": 0},
                },
            ],
        }

    def _common(self, row: Row, item: int, kind: str, path: str) -> Row:
        return {
            "id": f"gid://gitlab/WorkItem/{item}",
            "iid": str(row["iid"]),
            "title": row["title"],
            "description": row["description"],
            "state": "OPEN" if row["state"] == "opened" else "CLOSED",
            "confidential": False,
            "webUrl": row["web_url"],
            "createdAt": "2026-11-23T10:00:00Z",
            "updatedAt": "2026-11-23T10:00:00Z",
            "reference": f"{path}#{row['iid']}",
            "author": {"id": "gid://gitlab/User/1", "username": "pm", "name": "PM"},
            "workItemType": {"id": EPIC_TYPE, "name": kind},
        }

    def _labels(self, row: Row) -> Row:
        known = {each["name"]: each["id"] for each in self.world.labels}
        nodes = [{"id": f"gid://gitlab/GroupLabel/{known[name]}", "title": name} for name in row["labels"]]
        return {"__typename": "WorkItemWidgetLabels", "labels": {"nodes": nodes}}

    def _note(self, row: Row) -> Row:
        author = row["author"]
        return {
            "id": f"gid://gitlab/Note/{row['id']}",
            "body": row["body"],
            "internal": row["internal"],
            "system": False,
            "createdAt": row["created_at"],
            "url": f"http://x/note_{row['id']}",
            "author": {"id": f"gid://gitlab/User/{author['id']}", "username": author["username"], "name": "N"},
        }

    # writing

    def workItemCreate(self, _info: Any, input: Row) -> Row:
        group = next(row for row in self.world.groups.values() if row["full_path"] == input["namespacePath"])
        if input["workItemTypeId"] != EPIC_TYPE:
            raise GraphQLError("no such type")
        row = self.world.epic(int(group["id"]), input["title"])
        self._set(row, input)
        return {"errors": [], "workItem": self._epic(row)}

    def workItemUpdate(self, _info: Any, input: Row) -> Row:
        item = number(input["id"])
        epic = next((row for row in self.world.epics if row["work_item_id"] == item), None)
        if epic is not None:
            self._set(epic, input)
            return {"errors": [], "workItem": self._epic(epic)}
        issue = next((row for row in self.world.issues if row["id"] == item), None)
        if issue is None:
            raise GraphQLError("The resource that you are attempting to access does not exist")
        if "hierarchyWidget" in input:
            parent = input["hierarchyWidget"]["parentId"]
            owner = next((row for row in self.world.epics if parent and row["work_item_id"] == number(parent)), None)
            issue["epic_of"] = owner["id"] if owner else None
        toggle = (input.get("descriptionWidget") or {}).get("taskListToggle")
        if toggle is not None:
            return self._toggled(issue, toggle)
        return {"errors": [], "workItem": self._issue(issue)}

    def _toggled(self, issue: Row, toggle: Row) -> Row:
        if not self.world.toggle:
            raise GraphQLError("The `work_items_task_list_toggle` feature flag is disabled")
        at = int(toggle["lineSourcepos"].split(":")[0]) - 1
        lines = (issue["description"] or "").split("\n")
        if at >= len(lines) or lines[at] != toggle["lineSource"]:
            return {"errors": ["Someone edited this work item while you were editing"], "workItem": self._issue(issue)}
        box = "[x]" if toggle["checked"] else "[ ]"
        lines[at] = lines[at].replace("[ ]", box, 1) if toggle["checked"] else lines[at].replace("[x]", box, 1)
        issue["description"] = "\n".join(lines)
        return {"errors": [], "workItem": self._issue(issue)}

    def _set(self, row: Row, asked: Row) -> None:
        names = {each["id"]: each["name"] for each in self.world.labels}
        if "title" in asked:
            row["title"] = asked["title"]
        if asked.get("descriptionWidget"):
            row["description"] = asked["descriptionWidget"]["description"]
        dates = asked.get("startAndDueDateWidget") or {}
        row["start_date"] = dates.get("startDate", row["start_date"])
        row["due_date"] = dates.get("dueDate", row["due_date"])
        labels = asked.get("labelsWidget") or {}
        if "labelIds" in labels:
            row["labels"] = [names[number(each)] for each in labels["labelIds"]]
        delta = {
            "add_labels": ",".join(names[number(each)] for each in labels.get("addLabelIds", ())),
            "remove_labels": ",".join(names[number(each)] for each in labels.get("removeLabelIds", ())),
        }
        with_labels(self.world, row, delta, group=row["group_id"])
        if asked.get("stateEvent"):
            row["state"] = "closed" if asked["stateEvent"] == "CLOSE" else "opened"

    def createNote(self, _info: Any, input: Row) -> Row:
        return {"errors": [], "note": self._note(add_note(self.world, number(input["noteableId"]), input))}

    def updateNote(self, _info: Any, input: Row) -> Row:
        row = next(each for each in self.world.notes if each["id"] == number(input["id"]))
        row["body"] = input["body"]
        return {"errors": [], "note": self._note(row)}
