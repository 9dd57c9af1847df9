"""What issues and epics share: GraphQL documents of the writes, global ids, labels that must exist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from psdm_cli.changes.plan import Change
from psdm_cli.errors import RefusedByRule
from psdm_cli.systems.gitlab.gitlab_door import Desk
from psdm_cli.systems.gitlab.guard import Where

#: What `items.epic` reads.
_ITEM = """id iid title state description webUrl namespace { id }
    widgets(onlyTypes: [LABELS, START_AND_DUE_DATE]) {
      ... on WorkItemWidgetLabels { labels(first: 100) { nodes { title } } }
      ... on WorkItemWidgetStartAndDueDate { startDate dueDate }
    }"""
NEWEST_EPICS = """query NewestEpics($path: ID!) {
  namespace(fullPath: $path) {
    workItems(types: [EPIC], state: all, sort: CREATED_DESC, first: 20) { nodes { iid description } }
  }
}"""
CREATE_EPIC = f"""mutation CreateEpic($input: WorkItemCreateInput!) {{
  workItemCreate(input: $input) {{ errors workItem {{ {_ITEM} }} }}
}}"""
UPDATE_EPIC = f"""mutation UpdateEpic($input: WorkItemUpdateInput!) {{
  workItemUpdate(input: $input) {{ errors workItem {{ {_ITEM} }} }}
}}"""
ATTACH = """mutation Attach($input: WorkItemUpdateInput!) {
  workItemUpdate(input: $input) { errors workItem { id iid } }
}"""
COMMENT = """mutation Comment($id: NoteableID!, $body: String!, $internal: Boolean) {
  createNote(input: {noteableId: $id, body: $body, internal: $internal}) { errors note { id body url internal } }
}"""
EDIT_NOTE = """mutation EditNote($id: NoteID!, $body: String!) {
  updateNote(input: {id: $id, body: $body}) { errors note { id body url internal } }
}"""
EPIC_HEALTH = """query EpicHealth($path: ID!, $iid: String!) {
  namespace(fullPath: $path) {
    workItem(iid: $iid) {
      id webUrl
      widgets(onlyTypes: [HEALTH_STATUS]) { ... on WorkItemWidgetHealthStatus { healthStatus } }
    }
  }
}"""
SET_HEALTH = """mutation SetHealth($input: WorkItemUpdateInput!) {
  workItemUpdate(input: $input) {
    errors
    workItem {
      id webUrl
      widgets(onlyTypes: [HEALTH_STATUS]) { ... on WorkItemWidgetHealthStatus { healthStatus } }
    }
  }
}"""
TOGGLE = """mutation Toggle($id: WorkItemID!, $checked: Boolean!, $line: String!, $pos: String!) {
  workItemUpdate(input: {
    id: $id
    descriptionWidget: {taskListToggle: {checked: $checked, lineSource: $line, lineSourcepos: $pos}}
  }) {
    errors
    workItem { id widgets(onlyTypes: [DESCRIPTION]) { ... on WorkItemWidgetDescription { description } } }
  }
}"""
#: Every document, by its operation.
WRITES = {
    "NewestEpics": NEWEST_EPICS,
    "CreateEpic": CREATE_EPIC,
    "UpdateEpic": UPDATE_EPIC,
    "Attach": ATTACH,
    "Comment": COMMENT,
    "EditNote": EDIT_NOTE,
    "EpicHealth": EPIC_HEALTH,
    "SetHealth": SET_HEALTH,
    "Toggle": TOGGLE,
}


def gid(kind: str, ident: Any) -> str:
    """A global id of GraphQL's."""
    return f"gid://gitlab/{kind}/{ident}"


class Labels:
    """The labels that may be used at a place. GitLab makes unknown ones silently, as labels of the project."""

    def __init__(self, desk: Desk) -> None:
        self._reading = desk.reading
        self._guard = desk.guard
        self._known: dict[Where, dict[str, str]] = {}

    def ids(self, change: Change, where: Where, names: Sequence[str]) -> dict[str, str]:
        """The ids of these labels. Raises `RefusedByRule` for one that is not there."""
        known = self._known.get(where, {})
        if not set(names) <= set(known):
            kind, ident = where
            rows = self._reading.labels(group=ident) if kind == "group" else self._reading.labels(project=ident)
            known = self._known[where] = {row.name: row.id for row in rows}
        missing = [name for name in names if name not in known]
        if missing:
            place = self._guard.record(where).full_path
            raise RefusedByRule(
                f"{change.title}: {place} has no label {', '.join(missing)}; GitLab would make "
                f"{'it' if len(missing) == 1 else 'them'} silently.",
                hint="Make the labels of the group first, with their exact spelling and colour.",
            )
        return {name: known[name] for name in names}

    def refuse_unknown(self, change: Change, where: Where) -> None:
        """Raise `RefusedByRule` for a label to set that is not there."""
        names = [str(name) for which in ("labels", "add_labels") for name in change.after.get(which) or ()]
        if names:
            self.ids(change, where, names)

    def siblings(self, change: Change, where: Where, now: Callable[[], Sequence[str]]) -> tuple[str, ...]:
        """Labels of the same scope that go when one is added, where the plan does not see to it."""
        adding = [str(name) for name in change.after.get("add_labels") or ()]
        scopes = {scope_of(name) for name in adding} - {None}
        if not scopes or self._exclusive(where):
            return ()
        return tuple(name for name in now() if scope_of(name) in scopes and name not in adding)

    def _exclusive(self, where: Where) -> bool:
        path = self._guard.record(where).full_path
        group = path if where[0] == "group" else path.rpartition("/")[0]
        return bool(self._reading.capabilities(group).scoped_labels)


def scope_of(label: str) -> str | None:
    """The scope of a scoped label, everything before the last `::`; None for a plain one."""
    scope, sign, _ = label.rpartition("::")
    return scope.casefold() if sign and scope else None
