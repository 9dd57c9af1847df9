"""The GitLab sandbox as others use it: start, stop, look at what arrived, make things go wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal
from zoneinfo import ZoneInfo

from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.faults import HTML, Cut, Fault, Script, Weather
from psdm_cli.sandbox.gitlab.calls import API
from psdm_cli.sandbox.gitlab.people import PERSONAS
from psdm_cli.sandbox.gitlab.readings import GitLabReadings, Plan
from psdm_cli.sandbox.gitlab.service import TOKEN_PREFIX, GitLabService
from psdm_cli.sandbox.keeping import Keeper, day_of
from psdm_cli.sandbox.service import WRITES, Answer, Request, Violation
from psdm_cli.sandbox.web import Delivery, Web

ZONE = ZoneInfo("America/New_York")
GRAPHQL = "/api/graphql"


def state_file(plan: str) -> str:
    """The name of the state file; each plan has its own, as the seeded spaces differ."""
    return "gitlab.sqlite3" if plan == "ultimate" else f"gitlab-{plan}.sqlite3"


class GitLabSandbox:
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
        self.as_of = as_of or datetime.now(ZONE).date()
        self.seed = seed
        self.plan: Plan = plan
        self.latency_ms = latency_ms
        self.readings = readings or GitLabReadings()
        self.url_path = url_path.rstrip("/")
        self.tokens: dict[str, str] = {name: TOKEN_PREFIX + name for name in PERSONAS}
        self.requests: list[Request] = []
        self.violations: list[Violation] = []
        self.script = Script()
        self.weather = Weather(weather, seed)
        self._port = port
        self._state_dir = state_dir
        self._now = now or self._clock
        if account is None:
            self._keeper = Keeper(state_dir, self._generate, state_file(plan))
        else:
            self._keeper = Keeper(None, lambda: account)
        self._service: GitLabService | None = None
        self._web: Web | None = None

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self) -> GitLabSandbox:
        """Binds the port and serves in a background thread."""
        if self._web is None:
            if self._keeper.reopen():
                self._service = None
            self._web = Web(self.respond, self._port)
            self._web.start()
        return self

    def stop(self) -> None:
        """Stops serving and closes the state file; safe to call twice."""
        web, self._web = self._web, None
        if web is not None:
            web.stop()
        self._keeper.close()

    def __enter__(self) -> GitLabSandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Root of the instance, without a slash at the end."""
        if self._web is None:
            raise RuntimeError("the sandbox is not started")
        return f"http://127.0.0.1:{self._web.port}{self.url_path}"

    @property
    def account(self) -> Account:
        """The rows behind the answers, for tests to change and look at; see `tables` for how they are made."""
        return self._keeper.account

    @property
    def writes(self) -> list[Request]:
        """Writes that were done, whether their answer arrived or not; of GraphQL the mutations."""
        return [r for r in self.requests if _writes(r) and r.status is not None and r.status < 300]

    def now(self) -> datetime:
        """The sandbox's clock: the as-of date at the present time of day, US Eastern."""
        return self._now()

    def _generate(self) -> Account:
        from psdm_cli.sandbox.gitlab.seed import seeded

        return seeded(self.seed, day_of(self._state_dir, self.as_of), self.plan)

    def _clock(self) -> datetime:
        return datetime.combine(self.as_of, datetime.now(ZONE).time(), ZONE)

    # -- what goes wrong ----------------------------------------------------------------------------------------

    def fault(
        self,
        method: str = "GET",
        path: str = "/",
        *,
        status: int | None = None,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        cut: Cut | None = None,
        applied: bool = False,
        html: bool = False,
        truncated: bool = False,
        delay: float = 0.0,
        effect: Callable[[Account], object] | None = None,
        times: int | None = 1,
        skip: int = 0,
        query: str = "",
        operation: str = "",
    ) -> Fault:
        """Queues a fault for requests whose method (or `*`) and path begin as given; see `Fault`.

        Paths are those below `/api/v4`, unescaped (`/groups/acme/ps/labels`), and `/api/graphql`. `operation` is the
        name of a GraphQL operation. `times=None` means for ever, `skip` lets that many matching requests through first,
        `query` must be part of the query string.
        """
        fault = Fault(
            method=method,
            path=path,
            status=status,
            body=body,
            headers=dict(headers or {}),
            cut=cut,
            applied=applied,
            html=html,
            truncated=truncated,
            delay=delay,
            effect=effect,
            times=times,
            skip=skip,
            query=query,
            operation=operation,
        )
        return self.script.add(fault)

    def refuse(self, method: str, path: str, persona: str = "*") -> None:
        """Answers 403 from now on where method (or `*`) and path (unescaped, below `/api/v4`) begin as given."""
        self.service.refused.append((persona, method, path))

    def clear(self) -> None:
        """Forgets what arrived, and all queued faults."""
        self.requests.clear()
        self.violations.clear()
        self.script.clear()

    # -- answering ----------------------------------------------------------------------------------------------

    @property
    def service(self) -> GitLabService:
        """The behaviour behind the port, for asking without a network."""
        if self._service is None:
            log = self.violations.append
            self._service = GitLabService(
                self.account, self.readings, self.plan, now=self.now, log=log, url_path=self.url_path
            )
        return self._service

    def respond(self, request: Request) -> Delivery:
        """Answers a request as the port would: with what arrived noted, faults and weather applied."""
        self.requests.append(request)
        path = request.path.removeprefix(self.url_path).removeprefix(API)
        fault = self.script.next(request.method, path, request.query, operation_of(request))
        if fault is None:
            fault = self.weather.next(request.method, path, request.query)
            if fault is not None and fault.status == 503:
                fault.body = HTML
        delay = self.latency_ms / 1000
        if fault is None:
            return Delivery(self._work(request), delay)
        delay += fault.delay
        if fault.cut == "before":
            return Delivery(None, delay)
        replaced = fault.status is not None and not fault.html and not fault.truncated
        if replaced and not fault.applied:
            request.status = fault.status
            return Delivery(_spoiled(fault), delay)
        if fault.effect is not None:
            fault.effect(self.account)
        answer = self._work(request)
        if fault.cut == "after":
            return Delivery(None, delay)
        if replaced:
            answer = _spoiled(fault)
        elif fault.html:
            answer = Answer(fault.status or answer.status, HTML.encode(), {"Content-Type": "text/html; charset=utf-8"})
        elif fault.truncated:
            half = answer.body[: len(answer.body) // 2]
            answer = Answer(fault.status or answer.status, half, answer.headers)
        return Delivery(answer, delay, cut=fault.cut == "middle")

    def _work(self, request: Request) -> Answer:
        with self._keeper.turn(writing=_writes(request)):
            answer = self.service.answer(request)
        request.status = answer.status
        return answer


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


def _writes(request: Request) -> bool:
    if request.path.endswith(GRAPHQL):
        return request.method == "POST" and re.search(rb"\bmutation\b", request.body) is not None
    return request.method in WRITES


def _spoiled(fault: Fault) -> Answer:
    body = fault.body
    if body is None:
        body = "Retry later" if fault.status == 429 else f'{{"message":"Answered {fault.status} on purpose"}}'
    raw = body.encode() if isinstance(body, str) else body
    kind = "application/json"
    if not raw.lstrip().startswith((b"{", b"[")):
        kind = "text/html; charset=utf-8" if raw.lstrip().startswith(b"<") else "text/plain; charset=utf-8"
    return Answer(fault.status or 500, raw, {"Content-Type": kind} | dict(fault.headers))
