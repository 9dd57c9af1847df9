"""Which calls answer a `Read`: paths, filters, includes (kantata.md sections 5, 6 and 8).

How resources are read. `resource_bill_rate` comes only with a direct call, whose `workspace_id` filter takes a single
project. For three projects and more their resource ids come from `workspaces?include=workspace_resources_with_unnamed`
(also those without a booking), 200 projects a request, and the rows by `only=`, 200 a request: 40 engagements cost two
or three requests instead of 40. A full read of workspaces brings these ids along, so that the first step falls away.
For changes only (`updated_after`) there is no filter by several projects: all visible ones are asked, ours are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from psdm_cli.domain.records import Kind
from psdm_cli.systems.kantata.contract import Value
from psdm_cli.systems.ports import Read

PAGE = 200
#: An `only` query is not paged in the vendor's framework (kantata.md section 3).
MOST_ONLY = 200
#: Ids in one comma list: an address of some 2 kB, which every server and proxy takes.
MOST_IDS = 250
#: Up to so many projects are asked one by one where only a single one can be asked for.
FEW = 2

RESOURCE_IDS = "workspace_resources_with_unnamed"
WORKSPACE_INCLUDES = ("primary_maven", "primary_workspace_group", "custom_field_values")
WORKSPACE_FIELDS = ("provider_lead_name", "estimated_minutes", "minutes_logged")


@dataclass(frozen=True, slots=True)
class Ask:
    """One list call with all its pages.

    `needs`: attributes that usually come without their include (kantata.md section 3); if they do not, it is added.
    `keep`: only rows of these workspaces are wanted. `ids_only`: only the ids that come with the workspaces are.
    """

    kind: Kind
    path: str
    params: Mapping[str, Value]
    needs: tuple[tuple[str, str], ...] = ()
    keep: frozenset[str] | None = None
    ids_only: bool = False

    @property
    def include(self) -> tuple[str, ...]:
        """The side-loads asked for."""
        value = self.params.get("include", ())
        return value if isinstance(value, tuple) else ()

    def including(self, more: Sequence[str]) -> Ask:
        """The same with further side-loads."""
        names = tuple(dict.fromkeys((*self.include, *more)))
        return replace(self, params={**self.params, "include": names}) if names else self

    def counting(self) -> Ask:
        """The same, asked only for how many rows there are."""
        params = {
            name: value for name, value in self.params.items() if name not in {"include", "optional_fields", "order"}
        }
        return replace(self, params={**params, "per_page": 1}, needs=())


@dataclass(frozen=True, slots=True)
class _Shape:
    """A list call without its filters; `by` is the filter that takes the workspaces' ids."""

    path: str
    by: str = ""
    include: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    order: str = ""
    fixed: tuple[tuple[str, Value], ...] = ()
    needs: tuple[tuple[str, str], ...] = ()
    changes: bool = True  # updated_after is offered


_WORKSPACE = ("workspace_id", "workspace")
_USER = ("user_id", "user")

# Ascending by creation where it is offered: a row that changes while it is read stays on its page.
_SHAPES: Mapping[Kind, _Shape] = {
    Kind.WORKSPACES: _Shape(
        "/workspaces", "only", WORKSPACE_INCLUDES, WORKSPACE_FIELDS, "created_at:asc"
    ),
    Kind.RESOURCES: _Shape(
        "/workspace_resources",
        optional=("resource_bill_rate",),
        order="created_at:asc",
        fixed=(("include_unnamed", True),),
        needs=(_USER, ("role_id", "role")),
    ),
    Kind.ALLOCATIONS: _Shape(
        "/workspace_allocations", "workspace_ids", order="updated_at:asc", needs=(_WORKSPACE,)
    ),
    Kind.ALLOCATIONS_ELSEWHERE: _Shape(
        "/workspace_allocations", include=("workspace_resource", "workspace"), order="updated_at:asc"
    ),
    Kind.STORIES: _Shape(
        "/stories",
        "with_projects",
        ("ancestors", "custom_field_values", "current_assignments", "workspace_resources_with_unnamed"),
        order="created_at:asc",
        needs=(_WORKSPACE, ("parent_id", "parent")),
    ),
    Kind.BILLING_MILESTONES: _Shape(
        "/billing_milestones",
        "workspace_ids",
        ("invoices",),
        order="created_at:asc",
        needs=(_WORKSPACE, ("story_id", "story")),
        changes=False,
    ),
    Kind.TIME_ENTRIES: _Shape(
        "/time_entries", "workspace_ids", order="created_at:asc", needs=(_WORKSPACE, _USER)
    ),
    Kind.STATUS_REPORTS: _Shape("/status_reports", needs=(_WORKSPACE,)),
    Kind.PEOPLE: _Shape(
        "/account_memberships", include=("user", "default_role", "effective_workweek"), order="created_at:asc"
    ),
    Kind.WORKWEEKS: _Shape("/workweeks", changes=False),
    Kind.ROLES: _Shape("/roles", order="alphabetical:asc"),
    Kind.HOLIDAYS: _Shape(
        "/holidays", optional=("calendar_names_list",), order="start_date:asc", changes=False
    ),
    Kind.TIME_OFF: _Shape("/time_off_entries", needs=(_USER,)),
    Kind.RESOURCE_REQUESTS: _Shape(
        "/resource_requests", include=("resource",), fixed=(("pending_requests_only", True),)
    ),
    Kind.ACCOUNTING: _Shape(
        "/project_accounting_records",
        "workspace_ids",
        fixed=(("type", "Forecasting"),),
        needs=(_WORKSPACE,),
        changes=False,
    ),
}  # fmt: skip

#: The filter that takes the people's ids, and how many of them at once.
_BY_USER: Mapping[Kind, tuple[str, int]] = {
    Kind.ALLOCATIONS_ELSEWHERE: ("user_ids", MOST_IDS),
    Kind.PEOPLE: ("with_user_ids", MOST_ONLY),
    Kind.TIME_OFF: ("user_ids", MOST_IDS),
    Kind.TIME_ENTRIES: ("with_user_ids", MOST_IDS),
}


def asks(read: Read, resource_ids: Mapping[str, tuple[str, ...]] | None = None) -> list[Ask]:
    """The calls that answer `read`. `resource_ids`: workspace → its resources, where that is known already."""
    base = _base(read)
    kind, ids = read.kind, tuple(dict.fromkeys(read.workspace_ids))
    if kind is Kind.RESOURCES:
        return _resources(base, ids, resource_ids or {}, changes=read.updated_after is not None)
    if kind is Kind.STATUS_REPORTS:
        if ids and (read.updated_after is None or len(ids) <= FEW):
            return [_with(base, workspace_id=one) for one in ids]
        return [replace(base, keep=frozenset(ids) or None)]
    if kind is Kind.RESOURCE_REQUESTS:
        return [replace(base, keep=frozenset(ids) or None)]
    if kind is Kind.WORKSPACES and read.lead_ids:
        base = _with(base, provider_lead=tuple(dict.fromkeys(read.lead_ids)))
    filtered = [base]
    by = _SHAPES[kind].by
    if by and ids:
        most = MOST_ONLY if by == "only" else MOST_IDS
        filtered = [_with(ask, **{by: part}) for ask in filtered for part in _chunks(ids, most)]
    if kind in _BY_USER and read.user_ids:
        name, most = _BY_USER[kind]
        users = tuple(dict.fromkeys(read.user_ids))
        filtered = [_with(ask, **{name: part}) for ask in filtered for part in _chunks(users, most)]
    return filtered


def rows_of(ids: Sequence[str], kind_base: Ask) -> list[Ask]:
    """The calls that read these resources with their rates."""
    return [_with(kind_base, only=part) for part in _chunks(tuple(ids), MOST_ONLY)]


def rows_in(workspace_id: str, kind_base: Ask) -> Ask:
    """The call that reads the resources of one workspace with their rates."""
    return _with(kind_base, workspace_id=workspace_id)


def by_person(ask: Ask) -> list[Ask]:
    """The same for each of its people alone."""
    users = ask.params["user_ids"]
    return [_with(ask, user_ids=(one,)) for one in users] if isinstance(users, tuple) else [ask]


def resource_base() -> Ask:
    """A call for resources with their rates, without a filter."""
    return _base(Read(Kind.RESOURCES))


def side_kinds(ask: Ask) -> tuple[Kind, ...]:
    """Kinds of their own that come along with the rows."""
    return (Kind.STATUS_REPORTS,) if ask.kind is Kind.WORKSPACES and "status_reports" in ask.include else ()


def _base(read: Read) -> Ask:
    shape = _SHAPES[read.kind]
    include = shape.include
    if read.kind is Kind.WORKSPACES and read.updated_after is None:
        include = (*include, "status_reports", RESOURCE_IDS)
    params: dict[str, Value] = {"per_page": PAGE, **dict(shape.fixed)}
    if include:
        params["include"] = include
    if shape.optional:
        params["optional_fields"] = shape.optional
    if shape.order:
        params["order"] = shape.order
    if read.updated_after is not None and shape.changes:
        params["updated_after"] = read.updated_after
    if read.kind is Kind.PEOPLE and not read.user_ids:
        params["only_active"] = True
    if read.kind is Kind.ALLOCATIONS_ELSEWHERE and read.window is not None:
        first, end = read.window
        params["overlaps_with_date_range"] = f"{first}:{end - timedelta(days=1)}"
    if read.kind is Kind.TIME_ENTRIES and read.window is not None:
        first, end = read.window
        params["date_performed_between"] = f"{first}:{end - timedelta(days=1)}"
    return Ask(read.kind, shape.path, params, shape.needs)


def _resources(base: Ask, ids: tuple[str, ...], known: Mapping[str, tuple[str, ...]], *, changes: bool) -> list[Ask]:
    if not ids:
        return [base]
    if changes:
        return [rows_in(one, base) for one in ids] if len(ids) <= FEW else [replace(base, keep=frozenset(ids))]
    found = rows_of([key for one in ids for key in known.get(one, ())], base)
    open_ids = tuple(one for one in ids if one not in known)
    if len(open_ids) <= FEW:
        return [*found, *(rows_in(one, base) for one in open_ids)]
    params: dict[str, Value] = {"per_page": PAGE, "include": (RESOURCE_IDS,), "include_archived": True}
    looking = Ask(Kind.RESOURCES, "/workspaces", params, ids_only=True)
    return [*found, *(_with(looking, only=part) for part in _chunks(open_ids, MOST_ONLY))]


def _with(ask: Ask, **more: Value) -> Ask:
    return replace(ask, params={**ask.params, **more})


def _chunks(ids: tuple[str, ...], most: int) -> Iterator[tuple[str, ...]]:
    return (ids[start : start + most] for start in range(0, len(ids), most))
