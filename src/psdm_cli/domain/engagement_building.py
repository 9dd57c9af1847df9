"""Engagements built of a portfolio's records: each project's rows gathered, its bookings spread over their days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from psdm_cli.domain.capacity import Calendars
from psdm_cli.domain.engagements import (
    OTHER_ROLE,
    Booking,
    Engagement,
    FieldNames,
    currency_of,
    engagement_type,
    kickoff_of,
    role_name,
    senseless,
    sow_number,
)
from psdm_cli.domain.portfolio import Portfolio, StoredDates
from psdm_cli.domain.records import Allocation, Kind, Malformed, Membership, Resource
from psdm_cli.domain.spreading import Spread


class _OfWorkspace(Protocol):
    @property
    def workspace_id(self) -> str | None: ...


RowT = TypeVar("RowT", bound=_OfWorkspace)


def engagements_of(
    portfolio: Portfolio, calendars: Calendars, fields: FieldNames
) -> tuple[tuple[Engagement, ...], tuple[Malformed, ...]]:
    """The portfolio's engagements, and the bookings among its records that make no sense."""
    members = {member.user_id: member for member in portfolio.members}
    roles = {role.id: role.name for role in portfolio.roles}
    resources = {resource.id: resource for resource in portfolio.resources}
    by_workspace = _Grouped(portfolio)
    malformed: list[Malformed] = []
    engagements = []
    for workspace in portfolio.workspaces:
        own = by_workspace.resources[workspace.id]
        stories = tuple(by_workspace.stories[workspace.id])
        stored = portfolio.stored_dates.get(workspace.id, StoredDates())
        kind, warning = engagement_type(workspace, fields)
        bookings = []
        for allocation in by_workspace.allocations[workspace.id]:
            if reason := senseless(allocation.start_date, allocation.end_date):
                malformed.append(Malformed(Kind.ALLOCATIONS, allocation.id, reason, workspace.id))
                continue
            bookings.append(_booking(allocation, resources, members, roles, calendars))
        engagements.append(
            Engagement(
                workspace=workspace,
                sow=sow_number(workspace, fields),
                type=kind,
                type_warning=warning,
                currency=currency_of(workspace),
                kickoff=kickoff_of(workspace, stories, stored),
                stored=stored,
                resources=tuple(own),
                resource_roles={resource.id: _role(resource, members, roles) for resource in own},
                bookings=tuple(bookings),
                stories=stories,
                billing_milestones=tuple(by_workspace.billing_milestones[workspace.id]),
                time_entries=tuple(by_workspace.time_entries[workspace.id]),
                status_reports=tuple(by_workspace.status_reports[workspace.id]),
                requests=tuple(by_workspace.requests[workspace.id]),
                accounting=tuple(by_workspace.accounting[workspace.id]),
            )
        )
    return tuple(engagements), tuple(malformed)


class _Grouped:
    """The portfolio's rows by workspace."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.resources = _by_workspace(portfolio.resources)
        self.allocations = _by_workspace(portfolio.allocations)
        self.stories = _by_workspace(portfolio.stories)
        self.billing_milestones = _by_workspace(portfolio.billing_milestones)
        self.time_entries = _by_workspace(portfolio.time_entries)
        self.status_reports = _by_workspace(portfolio.status_reports)
        self.requests = _by_workspace(portfolio.requests)
        self.accounting = _by_workspace(portfolio.accounting)


def _by_workspace(rows: Iterable[RowT]) -> defaultdict[str, list[RowT]]:
    grouped: defaultdict[str, list[RowT]] = defaultdict(list)
    for row in rows:
        if row.workspace_id is not None:
            grouped[row.workspace_id].append(row)
    return grouped


def _role(resource: Resource | None, members: Mapping[str, Membership], roles: Mapping[str, str | None]) -> str:
    if resource is None:
        return OTHER_ROLE
    own = resource.role_name or roles.get(resource.role_id or "")
    if not own and (member := members.get(resource.user_id or "")):
        own = member.default_role
    return role_name(own)


def _booking(
    allocation: Allocation,
    resources: Mapping[str, Resource],
    members: Mapping[str, Membership],
    roles: Mapping[str, str | None],
    calendars: Calendars,
) -> Booking:
    resource = resources.get(allocation.resource_id or "")
    user_id = resource.user_id if resource else None
    weights = calendars.weights(user_id, allocation.start_date, allocation.end_date)
    return Booking(
        id=allocation.id,
        resource_id=allocation.resource_id,
        user_id=user_id,
        person=resource.full_name if resource and user_id else None,
        role=_role(resource, members, roles),
        hard=allocation.hard,
        rate=resource.bill_rate_in_cents if resource else None,
        spread=Spread.over(allocation.start_date, allocation.minutes, weights),
        seen=resource is not None,
    )
