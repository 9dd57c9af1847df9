"""The GraphQL documents with which GitLab is read. Each is validated against the published schema in the tests."""

from __future__ import annotations

from collections.abc import Mapping

PROBE = """
query Probe($path: ID!) {
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
}
"""
#: For servers that do not know all of the probe's fields (gitlab.md 2.2).
PROBE_OLDER = """
query ProbeOlder($path: ID!) {
  metadata { version enterprise }
  namespace(fullPath: $path) { id fullPath workItemTypes(first: 100) { nodes { id name } } }
}
"""
#: Where the Epic type was renamed, its id is read off an epic.
EPIC_TYPE = """
query EpicType($path: ID!) {
  namespace(fullPath: $path) { workItems(types: [EPIC], first: 1) { nodes { workItemType { id } } } }
}
"""
_EPIC_ROW = """
fragment EpicRow on WorkItem {
  id iid title state description webUrl updatedAt
  namespace { id fullPath }
  widgets(onlyTypes: [LABELS, HIERARCHY, START_AND_DUE_DATE]) {
    ... on WorkItemWidgetLabels { labels(first: 100) { nodes { title } } }
    ... on WorkItemWidgetHierarchy { parent { iid namespace { id } } }
    ... on WorkItemWidgetStartAndDueDate { startDate dueDate }
  }
}
"""
_ISSUE_ROW = """
fragment IssueRow on WorkItem {
  id iid title state description confidential webUrl createdAt updatedAt closedAt reference(full: true)
  author { id username name }
  namespace { fullPath }
  workItemType { name }
  widgets(
    onlyTypes: [LABELS, ASSIGNEES, MILESTONE, HIERARCHY, START_AND_DUE_DATE, HEALTH_STATUS, WEIGHT, DESCRIPTION]
  ) {
    ... on WorkItemWidgetLabels { labels(first: 100) { nodes { title } } }
    ... on WorkItemWidgetAssignees { assignees(first: 20) { nodes { id username name } } }
    ... on WorkItemWidgetMilestone { milestone { id } }
    ... on WorkItemWidgetHierarchy { parent { iid namespace { id } } }
    ... on WorkItemWidgetStartAndDueDate { startDate dueDate }
    ... on WorkItemWidgetHealthStatus { healthStatus }
    ... on WorkItemWidgetWeight { weight }
    ... on WorkItemWidgetDescription { taskCompletionStatus { count completedCount } }
  }
}
"""
EPICS = (
    """
query Epics(
  $path: ID!, $below: Boolean, $state: IssuableState, $labels: [String!], $search: String,
  $in: [IssuableSearchableField!], $first: Int!, $after: String
) {
  namespace(fullPath: $path) {
    workItems(
      types: [EPIC], includeDescendants: $below, state: $state, labelName: $labels,
      search: $search, in: $in, sort: CREATED_ASC, first: $first, after: $after
    ) {
      pageInfo { hasNextPage endCursor }
      nodes { ...EpicRow }
    }
  }
}
"""
    + _EPIC_ROW
)
EPIC = (
    """
query Epic($path: ID!, $iid: String!) {
  namespace(fullPath: $path) { workItem(iid: $iid) { ...EpicRow } }
}
"""
    + _EPIC_ROW
)
EPIC_ISSUES = (
    """
query EpicIssues($id: WorkItemID!, $first: Int!, $after: String) {
  workItem(id: $id) {
    widgets(onlyTypes: [HIERARCHY]) {
      ... on WorkItemWidgetHierarchy {
        children(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...IssueRow } }
      }
    }
  }
}
"""
    + _ISSUE_ROW
)
NOTES = """
query Notes($id: WorkItemID!, $first: Int!, $after: String) {
  workItem(id: $id) {
    widgets(onlyTypes: [NOTES]) {
      ... on WorkItemWidgetNotes {
        notes(filter: ONLY_COMMENTS, first: $first, after: $after) {
          pageInfo { hasNextPage endCursor }
          nodes { id body internal system createdAt url author { id username name } }
        }
      }
    }
  }
}
"""
#: Issues with any of some labels: REST has no OR (gitlab.md 1.4).
ISSUES = (
    """
query Issues(
  $path: ID!, $any: [String!], $all: [String!], $state: IssuableState, $since: Time, $search: String,
  $in: [IssuableSearchableField!], $milestone: [String!], $first: Int!, $after: String
) {
  namespace(fullPath: $path) {
    workItems(
      types: [ISSUE, INCIDENT, TASK], includeDescendants: true, state: $state, labelName: $all, or: {labelNames: $any},
      updatedAfter: $since, search: $search, in: $in, milestoneTitle: $milestone, sort: CREATED_ASC, first: $first,
      after: $after
    ) {
      pageInfo { hasNextPage endCursor }
      nodes { ...IssueRow }
    }
  }
}
"""
    + _ISSUE_ROW
)

DOCUMENTS: Mapping[str, str] = {
    "Probe": PROBE,
    "ProbeOlder": PROBE_OLDER,
    "EpicType": EPIC_TYPE,
    "Epics": EPICS,
    "Epic": EPIC,
    "EpicIssues": EPIC_ISSUES,
    "Notes": NOTES,
    "Issues": ISSUES,
}
