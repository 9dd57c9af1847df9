"""The GitLab sandbox as others use it: start, stop, look at what arrived, make things go wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Unpack

from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.faults import HTML, Fault
from psdm_cli.sandbox.gitlab.calls import API
from psdm_cli.sandbox.gitlab.people import PERSONAS
from psdm_cli.sandbox.gitlab.readings import GitLabReadings, Plan
from psdm_cli.sandbox.gitlab.service import TOKEN_PREFIX, GitLabService
from psdm_cli.sandbox.service import WRITES, Request
from psdm_cli.sandbox.serving import Sandbox, Wrong

GRAPHQL = "/api/graphql"


def state_file(plan: str) -> str:
    """The name of the state file; each plan has its own, as the seeded spaces differ."""
    return "gitlab.sqlite3" if plan == "ultimate" else f"gitlab-{plan}.sqlite3"


class GitLabWrong(Wrong, total=False):
    """What may go wrong in GitLab, by the name of a GraphQL operation too."""

    operation: str


class GitLabSandbox(Sandbox[GitLabService]):
    """A GitLab on a loopback port whose groups belong to the Kantata sandbox's portfolio.

    `state_dir` keeps the account between runs; without it the account lives in memory. `seed` and `as_of` decide the
    rows, as in the Kantata sandbox; where one is kept in the same folder, its day beats `as_of`. `plan` is the whole
    instance's. `url_path` puts the instance below a path, as in http://127.0.0.1:8080/gitlab. `latency_ms` is added to
    every answer. `account` serves a ready-made account.
    """

    def __init__(
        self,
        state_dir: Path | None = None,
        as_of: date | None = None,
        seed: int = 1,
        *,
        plan: Plan = "ultimate",
        weather: Literal["calm", "showers"] = "calm",
        port: int = 0,
        latency_ms: float = 0,
        account: Account | None = None,
        readings: GitLabReadings | None = None,
        url_path: str = "",
        now: Callable[[], datetime] | None = None,
    ) -> None:
        if plan not in ("free", "premium", "ultimate"):
            raise ValueError(f"plan is free, premium or ultimate, not {plan}")
        self.plan: Plan = plan
        self.readings = readings or GitLabReadings()
        self.url_path = url_path.rstrip("/")
        self.tokens: dict[str, str] = {name: TOKEN_PREFIX + name for name in PERSONAS}
        super().__init__(
            state_dir,
            as_of,
            seed,
            file_name=state_file(plan),
            weather=weather,
            port=port,
            latency_ms=latency_ms,
            account=account,
            now=now,
        )

    @property
    def url(self) -> str:
        """Root of the instance, without a slash at the end."""
        return self._address(self.url_path)

    def fault(self, method: str = "GET", path: str = "/", **wrong: Unpack[GitLabWrong]) -> Fault:
        """Queues a fault for requests whose method (or `*`) and path begin as given; see `Fault`.

        Paths are those below `/api/v4`, unescaped (`/groups/acme/ps/labels`), and `/api/graphql`. `operation` is the
        name of a GraphQL operation. `times=None` means for ever, `skip` lets that many matching requests through first,
        `query` must be part of the query string.
        """
        return self.script.add(Fault(method=method, path=path, **wrong))

    def refuse(self, method: str, path: str, persona: str = "*") -> None:
        """Answers 403 from now on where method (or `*`) and path (unescaped, below `/api/v4`) begin as given."""
        self.service.refused.append((persona, method, path))

    def _seeded(self, day: date) -> Account:
        from psdm_cli.sandbox.gitlab.seed import seeded

        return seeded(self.seed, day, self.plan)

    def _behaviour(self) -> GitLabService:
        log = self.violations.append
        return GitLabService(self.account, self.readings, self.plan, now=self.now, log=log, url_path=self.url_path)

    def _is_write(self, request: Request) -> bool:
        if request.path.endswith(GRAPHQL):
            return request.method == "POST" and re.search(rb"\bmutation\b", request.body) is not None
        return request.method in WRITES

    def _fault_for(self, request: Request) -> Fault | None:
        asked = request.method, request.path.removeprefix(self.url_path).removeprefix(API), request.query
        fault = self.script.next(*asked, operation_of(request), request.body)
        if fault is None:
            fault = self.weather.next(*asked)
            if fault is not None and fault.status == 503:
                fault.body = HTML
        return fault

    def _said(self, fault: Fault) -> str:
        return "Retry later" if fault.status == 429 else f'{{"message":"Answered {fault.status} on purpose"}}'


def operation_of(request: Request) -> str:
    """The name of the GraphQL operation a request asks for; empty elsewhere and where it has none."""
    if not request.path.endswith(GRAPHQL) or not request.body:
        return ""
    try:
        body = json.loads(request.body)
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    named = re.search(r"\b(?:query|mutation)\s+(\w+)", str(body.get("query", "")))
    return str(body.get("operationName") or (named[1] if named else ""))
