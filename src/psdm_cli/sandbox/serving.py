"""What both sandboxes do alike: live on a port, keep an account, note what arrives, go wrong on purpose."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Generic, Literal, Protocol, Self, TypedDict, TypeVar
from zoneinfo import ZoneInfo

from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.faults import HTML, Cut, Fault, Script, Weather
from psdm_cli.sandbox.keeping import Keeper, day_of
from psdm_cli.sandbox.service import Answer, Request, Violation
from psdm_cli.sandbox.web import Delivery, Web

ZONE = ZoneInfo("America/New_York")


class Answering(Protocol):
    """A system's behaviour, without any network."""

    def answer(self, request: Request) -> Answer:
        """Answers one request."""


Behaviour = TypeVar("Behaviour", bound=Answering)


class Wrong(TypedDict, total=False):
    """What may go wrong in either system; see `Fault`."""

    status: int | None
    body: str | bytes | None
    headers: Mapping[str, str]
    cut: Cut | None
    applied: bool
    html: bool
    truncated: bool
    delay: float
    effect: Callable[[Account], object] | None
    times: int | None
    skip: int
    query: str
    each: bool


class Sandbox(ABC, Generic[Behaviour]):
    """A system on a loopback port; what it says and how its paths and errors look is its heir's.

    `file_name` is the state file's in `state_dir`; without a folder, or with a ready-made `account`, all is in memory.
    """

    #: The content type of errors in JSON.
    json_type = "application/json"

    def __init__(
        self,
        state_dir: Path | None,
        as_of: date | None,
        seed: int,
        *,
        file_name: str,
        weather: Literal["calm", "showers"],
        port: int,
        latency_ms: float,
        account: Account | None,
        now: Callable[[], datetime] | None,
    ) -> None:
        self.as_of = as_of or datetime.now(ZONE).date()
        self.seed = seed
        self.latency_ms = latency_ms
        self.requests: list[Request] = []
        self.violations: list[Violation] = []
        self.script = Script()
        self.weather = Weather(weather, seed)
        self._port = port
        self._state_dir = state_dir
        self._now = now or self._clock
        if account is None:
            self._keeper = Keeper(state_dir, lambda: self._seeded(day_of(state_dir, self.as_of)), file_name)
        else:
            self._keeper = Keeper(None, lambda: account)
        self._service: Behaviour | None = None
        self._web: Web | None = None

    # -- what each system decides --------------------------------------------------------------------------------

    @abstractmethod
    def _seeded(self, day: date) -> Account:
        """A new account around the day."""

    @abstractmethod
    def _behaviour(self) -> Behaviour:
        """The service for the account."""

    @abstractmethod
    def _is_write(self, request: Request) -> bool:
        """Whether the request changes rows."""

    @abstractmethod
    def _fault_for(self, request: Request) -> Fault | None:
        """What the script, or else the weather, does to this request."""

    @abstractmethod
    def _said(self, fault: Fault) -> str:
        """The body of an error that brings none."""

    def _affect(self, fault: Fault, request: Request) -> None:  # noqa: ARG002 - Kantata looks at it
        """What a fault does to the account just before the answer."""
        if fault.effect is not None:
            fault.effect(self.account)

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self) -> Self:
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

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _address(self, path: str) -> str:
        if self._web is None:
            raise RuntimeError("the sandbox is not started")
        return f"http://127.0.0.1:{self._web.port}{path}"

    @property
    def account(self) -> Account:
        """The rows behind the answers, for tests to change and look at."""
        return self._keeper.account

    @property
    def service(self) -> Behaviour:
        """The behaviour behind the port, for asking without a network."""
        if self._service is None:
            self._service = self._behaviour()
        return self._service

    @property
    def writes(self) -> list[Request]:
        """Writes that were done, whether their answer arrived or not; of GraphQL the mutations."""
        return [r for r in self.requests if self._is_write(r) and r.status is not None and r.status < 300]

    def now(self) -> datetime:
        """The sandbox's clock: the as-of date at the present time of day, US Eastern."""
        return self._now()

    def _clock(self) -> datetime:
        return datetime.combine(self.as_of, datetime.now(ZONE).time(), ZONE)

    def clear(self) -> None:
        """Forgets what arrived, and all queued faults."""
        self.requests.clear()
        self.violations.clear()
        self.script.clear()

    # -- answering ----------------------------------------------------------------------------------------------

    def respond(self, request: Request) -> Delivery:
        """Answers a request as the port would: with what arrived noted, faults and weather applied."""
        self.requests.append(request)
        fault = self._fault_for(request)
        delay = self.latency_ms / 1000
        if fault is None:
            return Delivery(self._work(request), delay)
        delay += fault.delay
        if fault.cut == "before":
            return Delivery(None, delay)
        replaced = fault.status is not None and not fault.html and not fault.truncated
        if replaced and not fault.applied:
            request.status = fault.status
            return Delivery(self._spoiled(fault), delay)
        self._affect(fault, request)
        answer = self._work(request)
        if fault.cut == "after":
            return Delivery(None, delay)
        if replaced:
            answer = self._spoiled(fault)
        elif fault.html:
            answer = Answer(fault.status or answer.status, HTML.encode(), {"Content-Type": "text/html; charset=utf-8"})
        elif fault.truncated:
            half = answer.body[: len(answer.body) // 2]
            answer = Answer(fault.status or answer.status, half, answer.headers)
        return Delivery(answer, delay, cut=fault.cut == "middle")

    def _work(self, request: Request) -> Answer:
        with self._keeper.turn(writing=self._is_write(request)):
            answer = self.service.answer(request)
        request.status = answer.status
        return answer

    def _spoiled(self, fault: Fault) -> Answer:
        body = self._said(fault) if fault.body is None else fault.body
        raw = body.encode() if isinstance(body, str) else body
        kind = self.json_type
        if not raw.lstrip().startswith((b"{", b"[")):
            kind = "text/html; charset=utf-8" if raw.lstrip().startswith(b"<") else "text/plain; charset=utf-8"
        return Answer(fault.status or 500, raw, {"Content-Type": kind} | dict(fault.headers))
