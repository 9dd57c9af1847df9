"""Start-up: psdm's fastest answers beside a bare interpreter and a Typer hello, all run in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.account import BIG, SMALL, Account, Size
from bench.processes import PSDM, PYTHON, Measured, Runs, environment, measure

HELLO = str(Path(__file__).with_name("hello.py"))
BARE, GREETING = "bare interpreter (`python -c pass`)", "Typer hello of two commands, `--help`"


@dataclass(frozen=True, slots=True)
class Case:
    """A command to start, and what it may take: so many times as long as another case."""

    name: str
    argv: tuple[str, ...]
    environ: dict[str, str]
    beside: str | None = None
    aim: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A measured case; `times` is the ratio of the medians, `floor` that of the fastest runs."""

    case: Case
    runs: Runs
    times: float | None
    floor: float | None


def startup(home: Path, rounds: int, *, big: bool) -> list[Line]:
    """Measure all cases."""
    cases = [*_bare(home), *_portfolio(home / "small", SMALL)]
    if big:
        cases += _portfolio(home / "big", BIG)
    for case in cases:  # compile the modules and warm the disk cache
        measure(case.argv, case.environ)
    seen: dict[str, list[Measured]] = {case.name: [] for case in cases}
    for _ in range(rounds):
        for case in cases:
            seen[case.name].append(measure(case.argv, case.environ))
    found = {name: Runs(tuple(runs)) for name, runs in seen.items()}
    lines = []
    for case in cases:
        runs, base = found[case.name], found.get(case.beside or "")
        times = None if base is None else runs.median / base.median
        floor = None if base is None else runs.fastest / base.fastest
        lines.append(Line(case, runs, times, floor))
    return lines


def _bare(home: Path) -> Iterator[Case]:
    plain = environment(home)
    typed = {"_PSDM_COMPLETE": "complete_bash", "COMP_WORDS": "psdm fore", "COMP_CWORD": "1"}
    option = {"_PSDM_COMPLETE": "complete_bash", "COMP_WORDS": "psdm portfolio --le", "COMP_CWORD": "2"}
    yield Case(BARE, (PYTHON, "-c", "pass"), plain)
    yield Case("`psdm --version`", (PSDM, "--version"), plain, BARE, 2.0)
    yield Case(GREETING, (PYTHON, HELLO, "--help"), plain)
    yield Case("`psdm --help`", (PSDM, "--help"), plain, GREETING, 1.2)
    yield Case("completion of a command", (PSDM,), plain | typed, GREETING, 1.2)
    yield Case("completion of an option", (PSDM,), plain | option, GREETING, 1.2)


def _portfolio(home: Path, size: Size) -> Iterator[Case]:
    """The offline portfolio from a mirror that was read before; the server is gone when it is measured."""
    home.mkdir(parents=True)
    with Account(size, latency=0) as account:
        environ = account.environment(home)
        measure((PSDM, "portfolio"), environ)
    name = f"`psdm --offline portfolio`, {size.mine} engagements"
    yield Case(name, (PSDM, "--offline", "portfolio"), environ, GREETING, 2.5)
