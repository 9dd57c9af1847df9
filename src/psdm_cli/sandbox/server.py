"""The Kantata sandbox as others use it: start, stop, look at what arrived, make things go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Unpack

from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.faults import Fault
from psdm_cli.sandbox.keeping import STATE_FILE
from psdm_cli.sandbox.people import Persona, Readings, personas, token_of
from psdm_cli.sandbox.service import BASE, WRITES, Request, Service
from psdm_cli.sandbox.serving import Sandbox, Wrong


class KantataWrong(Wrong, total=False):
    """What may go wrong in Kantata besides."""

    shrink: bool


class KantataSandbox(Sandbox[Service]):
    """A Kantata on a loopback port with a seeded portfolio placed around `as_of`.

    `state_dir` keeps the account between runs: created on first use, around the day of a GitLab that is kept there; a
    later start with another `as_of` moves only the clock. Without it the account lives in memory. `seed` decides
    names, numbers and weather. `latency_ms` is added to every answer. `account` serves a ready-made account instead
    of the portfolio.
    """

    json_type = "application/json; charset=utf-8"

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
        self.readings = readings or Readings()
        self.personas: dict[str, Persona] = personas()
        self.tokens: dict[str, str] = {name: token_of(name) for name in self.personas}
        super().__init__(
            state_dir,
            as_of,
            seed,
            file_name=STATE_FILE,
            weather=weather,
            port=port,
            latency_ms=latency_ms,
            account=account,
            now=now,
        )

    @property
    def kantata_url(self) -> str:
        """Base URL for clients, without a slash at the end."""
        return self._address(BASE)

    def fault(self, method: str = "GET", path: str = "/", **wrong: Unpack[KantataWrong]) -> Fault:
        """Queues a fault for requests whose method (or `*`) and path below `/api/v1` begin as given; see `Fault`.

        `times=None` means for ever, `skip` lets that many matching requests through first, `query` must be part of the
        query string.
        """
        return self.script.add(Fault(method=method, path=path, **wrong))

    def refuse(self, collection: str, persona: str = "*") -> None:
        """Answers 403 on a collection from now on, for one persona or for everybody."""
        self.service.refused.add((persona, collection))

    def _seeded(self, day: date) -> Account:
        from psdm_cli.sandbox.portfolio import seeded

        return seeded(self.seed, day)

    def _clock(self) -> datetime:
        return super()._clock().replace(microsecond=0)

    def _behaviour(self) -> Service:
        return Service(self.account, self._persona_of, self.readings, self.now, self.violations.append)

    def _persona_of(self, token: str) -> Persona | None:
        name = next((name for name, known in self.tokens.items() if known == token), None)
        return self.personas.get(name) if name is not None else None

    def _is_write(self, request: Request) -> bool:
        return request.method in WRITES

    def _fault_for(self, request: Request) -> Fault | None:
        asked = request.method, request.path.removeprefix(BASE), request.query
        return self.script.next(*asked, body=request.body) or self.weather.next(*asked)

    def _said(self, fault: Fault) -> str:
        if fault.status == 429 and self.readings.limit_body == "text":
            return "Too Many Requests"
        return f'{{"errors":[{{"type":"system","message":"Answered {fault.status} on purpose"}}]}}'

    def _affect(self, fault: Fault, request: Request) -> None:
        super()._affect(fault, request)
        if fault.shrink:
            self._shrink(request)

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
