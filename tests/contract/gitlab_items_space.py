"""A small practice GitLab for tests of work items, asked in-process; REST answers are held against the document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from gitlab_sandbox_client import problems

from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.gitlab import GitLabReadings, GitLabSandbox, tables
from psdm_cli.sandbox.gitlab.people import settle
from psdm_cli.sandbox.service import Request

START = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("UTC"))
AT = "2026-11-02T09:00:00.000Z"
PLAN = "ps/plan"
SOW = "ps/lark/SOW-1"
TYPES = {"Issue": 1, "Task": 5, "Epic": 8}


@dataclass(slots=True)
class Answered:
    """An answer with what the checks need of a response."""

    status_code: int
    content: bytes
    headers: dict[str, str]

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        """The body."""
        return json.loads(self.content)


class Space:
    """Group `ps` with subgroup `ps/lark`, private projects `ps/plan` and `ps/lark/SOW-1`, public `open/lib`.

    full owns `ps`, planner plans and guest visits there; customer develops in SOW-1 only; stranger is nowhere. The
    clock moves a second with every request.
    """

    def __init__(self, plan: str = "ultimate", **readings: Any) -> None:
        self.account = Account({"seed": 1})
        self.users = settle(self.account)
        self.account.facts["me"] = self.users["full"]["id"]
        self.ps = tables.make_group(self.account, "PS", "ps", None, at=AT)
        self.lark = tables.make_group(self.account, "Larkspur", "lark", self.ps, at=AT)
        self.open = tables.make_group(self.account, "Open", "open", None, at=AT, visibility="public")
        self.plan = tables.make_project(self.account, "plan", "plan", self.ps, at=AT)
        self.sow = tables.make_project(self.account, "SOW-1", "SOW-1", self.lark, at=AT)
        self.lib = tables.make_project(self.account, "lib", "lib", self.open, at=AT, visibility="public")
        for persona, place, level in (
            ("full", self.ps, 50), ("planner", self.ps, 15), ("guest", self.ps, 10), ("customer", self.sow, 30),
        ):  # fmt: skip
            tables.make_member(self.account, place, self.users[persona], level, AT)
        self.ticks = 0
        self.sandbox = GitLabSandbox(
            as_of=date(2026, 11, 23),
            plan=plan,  # type: ignore[arg-type]
            account=self.account,
            readings=GitLabReadings(instance=None, **readings),
            now=self.now,
        )

    def now(self) -> datetime:
        """The clock."""
        self.ticks += 1
        return START + timedelta(seconds=self.ticks)

    # -- asking -------------------------------------------------------------------------------------------------

    def send(self, method: str, path: str, body: Any = None, who: str = "full") -> Answered:
        """One REST request; `path` is encoded and may have a query."""
        bare, _, query = path.partition("?")
        headers = {"host": "gitlab.test", "content-type": "application/json"}
        if who:
            headers["job-token" if who == "job" else "private-token"] = self.sandbox.tokens[who]
        raw = f"/api/v4{bare}"
        request = Request(method, unquote(raw), query, headers, _body(body), raw_path=raw)
        found = self.sandbox.service.answer(request)
        return Answered(found.status, found.body, found.headers)

    def ask(self, method: str, path: str, body: Any = None, *, who: str = "full", expect: int | None = None) -> Any:
        """A REST request with the status it is to have; the body, held against the contract."""
        answered = self.send(method, path, body, who)
        wanted = expect or {"POST": 201, "DELETE": 200}.get(method, 200)
        assert answered.status_code == wanted, answered.text
        plain = path.partition("?")[0].replace("/-/epics", "/epics")
        assert problems(method, plain, answered) == []  # type: ignore[arg-type]
        return answered.json() if answered.content else None

    def graphql(self, query: str, *, who: str = "full", **variables: Any) -> dict[str, Any]:
        """A GraphQL request's body; the status is 200 unless the credential is refused."""
        headers = {"host": "gitlab.test", "content-type": "application/json"}
        if who:
            headers["authorization"] = f"Bearer {self.sandbox.tokens[who]}"
        body = _body({"query": query, "variables": variables})
        found = self.sandbox.service.answer(Request("POST", "/api/graphql", "", headers, body))
        return dict(json.loads(found.body)) | ({"status": found.status} if found.status != 200 else {})

    def data(self, query: str, *, who: str = "full", **variables: Any) -> Any:
        """The data of a GraphQL request without errors."""
        body = self.graphql(query, who=who, **variables)
        assert "errors" not in body, body
        return body["data"]

    @property
    def violations(self) -> list[str]:
        """What the sandbox found outside the contract."""
        return [violation.problem for violation in self.sandbox.violations]

    # -- making -------------------------------------------------------------------------------------------------

    def issue(self, title: str = "An issue", *, project: str = PLAN, who: str = "full", **more: Any) -> dict[str, Any]:
        """A new issue over REST."""
        return dict(self.ask("POST", f"/projects/{seg(project)}/issues", {"title": title} | more, who=who))

    def epic(self, title: str = "An epic", *, group: str = "ps", **more: Any) -> dict[str, Any]:
        """A new epic over REST."""
        return dict(self.ask("POST", f"/groups/{seg(group)}/epics", {"title": title} | more))

    def label(self, name: str, group: bool = True) -> int:
        """A label of the group, or of the project `ps/plan`."""
        return int(tables.make_label(self.account, self.ps if group else self.plan, name, "#123456")["id"])

    def read(self, issue: dict[str, Any], who: str = "full") -> dict[str, Any]:
        """An issue as it is now."""
        return dict(self.ask("GET", f"/projects/{issue['project_id']}/issues/{issue['iid']}", who=who))


def seg(path: str) -> str:
    """A path as one encoded segment."""
    return quote(path, safe="")


def gid(row: dict[str, Any]) -> str:
    """The work item behind an issue or epic."""
    return f"gid://gitlab/WorkItem/{row.get('work_item_id', row['id'])}"


def kind(name: str) -> str:
    """A type's global id."""
    return f"gid://gitlab/WorkItems::Type/{TYPES[name]}"


def _body(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()
