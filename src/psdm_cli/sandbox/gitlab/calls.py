"""One request on its way: who asks, what is asked, what they may, and how pages and errors are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.gitlab import levels, tables
from psdm_cli.sandbox.gitlab.readings import FEATURES, GitLabReadings
from psdm_cli.sandbox.gitlab.refusals import Refusal, forbidden, not_found, unauthorized

if TYPE_CHECKING:
    from psdm_cli.sandbox.service import Request

API = "/api/v4"


class Reply(NamedTuple):
    """An answer: status, a JSON body (bytes go out as they are, None is empty), further headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


@dataclass(slots=True)
class Call:
    """A request that was understood.

    `args` are the path's variables, decoded; `params` the checked parameters with the contract's defaults; `given` the
    names that were really sent. `user` and `token` are None for a request without a credential. `root` is the
    instance's address without a slash at its end, as the client wrote it.
    """

    request: Request
    account: Account
    readings: GitLabReadings
    plan: str
    user: Row | None
    token: Row | None
    now: datetime
    root: str
    note: Callable[[str], None]
    args: dict[str, str] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    file: tuple[str, bytes] | None = None

    # -- time, plan, addresses ----------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The sandbox's day."""
        return self.now.date()

    @property
    def stamp(self) -> str:
        """Now, as GitLab writes it."""
        return tables.stamp(self.now)

    def has(self, feature: str) -> bool:
        """Whether the plan has a feature; see `readings.FEATURES`."""
        return feature in FEATURES[self.plan]

    @property
    def web(self) -> str:
        """What `web_url` begins with."""
        return self.readings.instance or self.root

    def url(self, place: Row) -> str:
        """The page of a group or project."""
        path = tables.path_of(place)
        return f"{self.web}/{path}" if tables.is_project(place) else f"{self.web}/groups/{path}"

    # -- rights -------------------------------------------------------------------------------------------------

    @property
    def me(self) -> Row:
        """The user; 401 when nobody is logged in."""
        if self.user is None:
            raise unauthorized()
        return self.user

    def level(self, place: Row) -> int:
        """The user's access level in a group or project, inherited ones included; 0 for none."""
        return level_of(self.account, self.user, place, self.today)

    def may(self, level: int, place: Row) -> bool:
        """Whether the user has at least this level there."""
        return self.level(place) >= level

    def need(self, level: int, place: Row, reason: str | None = None) -> None:
        """403 unless the user has at least this level there, and for any write into an archived project."""
        closed = self.request.method != "GET" and place.get("archived", False)
        if closed or not self.may(level, place):
            raise forbidden(reason)

    def reads(self, place: Row) -> bool:
        """Whether the user sees what is in a place: a member, or the place is open to them."""
        if place["visibility"] == "public" or (place["visibility"] == "internal" and self.user is not None):
            return True
        return self.may(levels.GUEST, place)

    def visible(self, place: Row) -> bool:
        """Whether the place itself answers; a group does to members of anything in it."""
        if self.reads(place):
            return True
        if tables.is_project(place) or self.user is None:
            return False
        inside = [*tables.descendants(self.account, place), *tables.projects_in(self.account, place, deep=True)]
        below = {("project" if tables.is_project(row) else "group", row["id"]) for row in inside}
        mine = self.account.find("members", "user_id", self.user["id"])
        return any((row["source"], row["source_id"]) in below and not _ended(row, self.today) for row in mine)

    # -- places -------------------------------------------------------------------------------------------------

    def visible_or_404(self, kind: str, id_or_path: str | int) -> Row:
        """The group (`groups`) or project (`projects`) by id or full path; 404 absent or hidden, 301 moved."""
        text = str(id_or_path)
        row = self.account.get(kind, int(text)) if text.isdigit() else tables.place_at(self.account, kind, text)
        if row is None and not text.isdigit():
            self._redirect(kind, text)
        if row is None or not self.visible(row):
            raise not_found("Group" if kind == "groups" else "Project")
        return row

    def _redirect(self, kind: str, path: str) -> None:
        moved = [row for row in self.account.rows("redirects") if row["path"].lower() == path.lower()]
        for row in reversed(moved):
            target = self.account.get(kind, row["target_id"]) if row["kind"] == kind else None
            if target is not None and self.visible(target):
                asked = self.request.raw_path or self.request.path
                new = asked.replace(quote(path, safe=""), str(target["id"]), 1)
                new = new[new.index(API) :] if API in new else new
                query = f"?{self.request.query}" if self.request.query else ""
                address = f"{self.root}{new}{query}"
                raise Refusal(
                    301, {"message": f"This resource has been moved permanently to {address}"}, {"Location": address}
                )

    def group(self) -> Row:
        """The group that the path names."""
        return self.visible_or_404("groups", self.args["group_id"])

    def project(self) -> Row:
        """The project that the path names."""
        return self.visible_or_404("projects", self.args["project_id"])

    def place(self) -> Row:
        """The group or project that the path names."""
        return self.project() if "project_id" in self.args else self.group()

    # -- pages --------------------------------------------------------------------------------------------------

    def paged(self, rows: Sequence[Row], show: Callable[[Row], Any]) -> Reply:
        """The asked page of these rows, with the documented headers."""
        from psdm_cli.sandbox.gitlab.paging import page

        return page(self, rows, show)

    def ordered(self, rows: Sequence[Row], default: str, direction: str = "desc") -> list[Row]:
        """Rows in the order of `order_by` and `sort`; equal ones by id. Orders that no row has are by id."""
        key = self.params.get("order_by") or default
        down = (self.params.get("sort") or direction) == "desc"

        def value(row: Row) -> tuple[bool, Any, int]:
            found = row.get(key)
            return (found is not None, found.lower() if isinstance(found, str) else found or 0, row["id"])

        return sorted(rows, key=value, reverse=down)


def _ended(member: Row, today: date) -> bool:
    return member["expires_at"] is not None and member["expires_at"] <= today.isoformat()


def level_of(account: Account, user: Row | None, place: Row, today: date) -> int:
    """A user's access level in a place: the highest of its own and inherited memberships; 0 for none."""
    if user is None:
        return levels.NOBODY
    above = {
        ("project" if tables.is_project(row) else "group", row["id"]) for row in tables.with_ancestors(account, place)
    }
    mine = account.find("members", "user_id", user["id"])
    found = [
        row["access_level"] for row in mine if (row["source"], row["source_id"]) in above and not _ended(row, today)
    ]
    return max(found, default=levels.NOBODY)
