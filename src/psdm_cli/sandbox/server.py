"""The Kantata sandbox as others use it: start, stop, look at what arrived, make things go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal
from zoneinfo import ZoneInfo

from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.faults import HTML, Cut, Fault, Script, Weather
from psdm_cli.sandbox.keeping import STATE_FILE, Keeper, day_of
from psdm_cli.sandbox.people import Persona, Readings, personas, token_of
from psdm_cli.sandbox.service import WRITES, Answer, Request, Service, Violation
from psdm_cli.sandbox.web import Delivery, Web

ZONE = ZoneInfo("America/New_York")


class KantataSandbox:
    """A Kantata on a loopback port with a seeded portfolio placed around `as_of`.

    `state_dir` keeps the account between runs: created on first use, around the day of a GitLab that is kept there; a
    later start with another `as_of` moves only the clock. Without it the account lives in memory. `seed` decides
    names, numbers and weather. `latency_ms` is added to every answer. `account` serves a ready-made account instead
    of the portfolio.
    """

    def __init__(
        self,
        state_dir: Path | None = None,
        as_of: date | None = None,
        seed: int = 1,
        *,
        weather: Literal["calm", "showers"] = "calm",
        port: int = 0,
        latency_ms: float = 0,
        account: Account | None = None,
        readings: Readings | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.as_of = as_of or datetime.now(ZONE).date()
        self.seed = seed
        self.latency_ms = latency_ms
        self.readings = readings or Readings()
        self.personas: dict[str, Persona] = personas()
        self.tokens: dict[str, str] = {name: token_of(name) for name in self.personas}
        self.requests: list[Request] = []
        self.violations: list[Violation] = []
        self.script = Script()
        self.weather = Weather(weather, seed)
        self._port = port
        self._state_dir = state_dir
        self._now = now or self._clock
        self._keeper = Keeper(state_dir, self._generate) if account is None else Keeper(None, lambda: account)
        self._service: Service | None = None
        self._web: Web | None = None

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self) -> KantataSandbox:
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

    def __enter__(self) -> KantataSandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def kantata_url(self) -> str:
        """Base URL for clients, without a slash at the end."""
        if self._web is None:
            raise RuntimeError("the sandbox is not started")
        return f"http://127.0.0.1:{self._web.port}/api/v1"

    @property
    def account(self) -> Account:
        """The rows behind the answers, for tests to change and look at."""
        return self._keeper.account

    @property
    def writes(self) -> list[Request]:
        """Writes that were done, whether their answer arrived or not."""
        return [r for r in self.requests if r.method in WRITES and r.status is not None and r.status < 300]

    def now(self) -> datetime:
        """The sandbox's clock: the as-of date at the present time of day, US Eastern."""
        return self._now()

    def _generate(self) -> Account:
        from psdm_cli.sandbox.portfolio import seeded

        return seeded(self.seed, day_of(self._state_dir, self.as_of))

    def _clock(self) -> datetime:
        return datetime.combine(self.as_of, datetime.now(ZONE).time().replace(microsecond=0), ZONE)

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
        shrink: bool = False,
        effect: Callable[[Account], object] | None = None,
        times: int | None = 1,
        skip: int = 0,
        query: str = "",
    ) -> Fault:
        """Queues a fault for requests whose method (or `*`) and path below `/api/v1` begin as given; see `Fault`.

        `times=None` means for ever, `skip` lets that many matching requests through first, `query` must be part of the
        query string.
        """
        return self.script.add(
            Fault(
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
                shrink=shrink,
                effect=effect,
                times=times,
                skip=skip,
                query=query,
            )
        )

    def refuse(self, collection: str, persona: str = "*") -> None:
        """Answers 403 on a collection from now on, for one persona or for everybody."""
        self.service.refused.add((persona, collection))

    def clear(self) -> None:
        """Forgets what arrived, and all queued faults."""
        self.requests.clear()
        self.violations.clear()
        self.script.clear()

    # -- answering ----------------------------------------------------------------------------------------------

    @property
    def service(self) -> Service:
        """The behaviour behind the port, for asking without a network."""
        if self._service is None:
            self._service = Service(self.account, self._persona_of, self.readings, self.now, self.violations.append)
        return self._service

    def _persona_of(self, token: str) -> Persona | None:
        name = next((name for name, known in self.tokens.items() if known == token), None)
        return self.personas.get(name) if name is not None else None

    def respond(self, request: Request) -> Delivery:
        """Answers a request as the port would: with what arrived noted, faults and weather applied."""
        self.requests.append(request)
        path = request.path.removeprefix("/api/v1")
        fault = self.script.next(request.method, path, request.query)
        if fault is None:
            fault = self.weather.next(request.method, path, request.query)
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
        if fault.effect is not None:
            fault.effect(self.account)
        if fault.shrink:
            self._shrink(request)
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
        with self._keeper.turn(writing=request.method in WRITES):
            answer = self.service.answer(request)
        request.status = answer.status
        return answer

    def _spoiled(self, fault: Fault) -> Answer:
        body = fault.body
        if body is None and fault.status == 429 and self.readings.limit_body == "text":
            body = "Too Many Requests"
        if body is None:
            body = f'{{"errors":[{{"type":"system","message":"Answered {fault.status} on purpose"}}]}}'
        raw = body.encode() if isinstance(body, str) else body
        kind = "application/json; charset=utf-8"
        if not raw.lstrip().startswith((b"{", b"[")):
            kind = "text/html; charset=utf-8" if raw.lstrip().startswith(b"<") else "text/plain; charset=utf-8"
        return Answer(fault.status or 500, raw, {"Content-Type": kind} | dict(fault.headers))

    def _shrink(self, request: Request) -> None:
        """Takes away the first row of the list that this request asks a page of."""
        first = Request(request.method, request.path, _first_page(request.query), request.headers)
        answer = self.service.answer(first)
        marker = b'"results":[{"key":"'
        at = answer.body.find(marker)
        if at >= 0:
            key, _, rest = answer.body[at + len(marker) :].decode().partition('","id":"')
            self.account.remove(key, rest.partition('"')[0])


def _first_page(query: str) -> str:
    return "&".join(part for part in query.split("&") if not part.startswith(("page=", "offset=", "limit=")))


@contextmanager
def serve(
    state_dir: Path | None = None,
    as_of: date | None = None,
    seed: int = 1,
    *,
    weather: Literal["calm", "showers"] = "calm",
    port: int = 0,
    latency_ms: float = 0,
) -> Iterator[str]:
    """Serves in the foreground's stead: yields the URL, serves until the block is left, prints nothing."""
    with KantataSandbox(state_dir, as_of, seed, weather=weather, port=port, latency_ms=latency_ms) as sandbox:
        yield sandbox.kantata_url


def reset(state_dir: Path) -> bool:
    """Forgets the kept account, so that the next start seeds a new one; says whether there was one."""
    found = False
    for suffix in ("", "-wal", "-shm"):
        path = state_dir / f"{STATE_FILE}{suffix}"
        if path.exists():
            path.unlink()
            found = True
    return found
