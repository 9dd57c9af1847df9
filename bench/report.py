"""The figures as Markdown tables, and their place in docs/performance.md between two markers."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from bench.account import BIG, LATENCY
from bench.mirror import PARALLEL, Figures
from bench.startup import Line

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
COLD_AIM, WARM_AIM, PEAK_AIM, SHARE_AIM = 1.25, 1.5, 250, 0.05


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def report(lines: Sequence[Line], accounts: Sequence[Figures], load: float) -> str:
    """All tables, with the machine and the date."""
    return "\n\n".join([*_machine(load), *_startup(lines), *_accounts(accounts)])


def publish(text: str) -> None:
    """Put the tables between the markers of the page, and leave its prose alone."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    new = PAGE.with_suffix(".md.new")
    new.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    new.replace(PAGE)


def _machine(load: float) -> Iterator[str]:
    found = re.search(r"model name\s*:\s*(.+)", _text("/proc/cpuinfo"))
    processor = found[1].strip() if found else platform.processor() or platform.machine()
    memory = re.search(r"MemTotal:\s*(\d+)", _text("/proc/meminfo"))
    size = f", {int(memory[1]) / 1e6:.0f} GB" if memory else ""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("typer", "requests", "SQLAlchemy"))
    yield (
        f"Measured on {date.today()}: {processor}, {os.cpu_count()} cores{size}, {platform.system()} "  # noqa: DTZ011
        f"{platform.release().split('-')[0]}, Python {platform.python_version()}, {libraries}. "
        f"Load of other work on the machine when the benchmark began: {load:.1f}."
    )


def _text(file: str) -> str:
    path = Path(file)
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _startup(lines: Sequence[Line]) -> Iterator[str]:
    if not lines:
        return
    yield f"### Start-up\n\nMedians of {len(lines[0].runs.runs)} runs, all commands in turn; in brackets the fastest."
    yield table(
        ("command", "ms", "ratio of medians", "of the fastest", "aim", "met"),
        [
            (
                line.case.name,
                f"{line.runs.median * 1000:.0f} ({line.runs.fastest * 1000:.0f})",
                *(("", "", "", "") if line.times is None or line.floor is None else _ratios(line)),
            )
            for line in lines
        ],
    )


def _ratios(line: Line) -> tuple[str, str, str, str]:
    assert line.times is not None
    assert line.floor is not None
    return (f"{line.times:.2f}", f"{line.floor:.2f}", f"≤ {line.case.aim}", _met(line.times <= line.case.aim))


def _accounts(accounts: Sequence[Figures]) -> Iterator[str]:
    if not accounts:
        return
    runs = " / ".join(str(len(one.cold.runs)) for one in accounts)
    yield (
        f"### Cold sync\n\n`psdm sync --all-projects` into an empty home; each answer comes "
        f"{LATENCY * 1000:.0f} ms after its request; {PARALLEL} requests in flight at most. Medians of {runs} runs, "
        "in brackets the fastest."
    )
    yield table(
        (
            "projects",
            "rows",
            "requests",
            "seconds",
            "lower bound",
            "× bound",
            "aim",
            "met",
            "one at a time",
            "psdm's CPU s",
            "peak MB",
            "mirror MB",
            "server's CPU ms a request",
        ),
        [
            (
                f"{one.size.projects}",
                f"{one.rows}",
                f"{one.arrived.requests}",
                f"{one.cold.median:.2f} ({one.cold.fastest:.2f})",
                f"{one.bound:.2f}",
                f"{one.cold.median / one.bound:.2f} ({one.cold.fastest / one.bound:.2f})",
                f"≤ {COLD_AIM}",
                _met(one.cold.median <= COLD_AIM * one.bound),
                "" if one.loop is None else f"{one.loop.seconds:.1f}",
                f"{one.cold.cpu:.1f}",
                f"{one.cold.peak:.0f}",
                f"{one.mirror_mb:.0f}",
                f"{one.arrived.cpu_a_page * 1000:.1f}",
            )
            for one in accounts
        ],
    )
    yield "### Sync after 1 % of the rows changed"
    yield table(
        ("projects", "rows changed", "requests", "share of the cold run's", "aim", "met", "seconds"),
        [
            (
                f"{one.size.projects}",
                f"{one.changed}",
                f"{one.incremental_requests}",
                f"{one.share_of_requests:.1%}",
                f"≤ {SHARE_AIM:.0%}",
                _met(one.share_of_requests <= SHARE_AIM),
                f"{one.incremental.seconds:.2f}",
            )
            for one in accounts
        ],
    )
    runs = " / ".join(str(len(one.warm.runs)) for one in accounts)
    yield (
        "### Warm forecast preparation\n\n`psdm forecast-prep --no-input --json` on a mirror that was read before, "
        f"the same {LATENCY * 1000:.0f} ms away; and the same with `--offline`. Medians of {runs} runs, in brackets "
        "the fastest."
    )
    yield table(
        (
            "projects",
            "mine",
            "requests",
            "seconds",
            "aim",
            "met",
            "peak MB",
            "aim",
            "met",
            "CPU s",
            "offline, seconds",
            "offline, peak MB",
        ),
        [_warm(one) for one in accounts],
    )


def _warm(one: Figures) -> tuple[str, ...]:
    aimed = one.size == BIG
    return (
        f"{one.size.projects}",
        f"{one.size.mine}",
        f"{one.warm_requests}",
        f"{one.warm.median:.2f} ({one.warm.fastest:.2f})",
        f"< {WARM_AIM}" if aimed else "",
        _met(one.warm.median < WARM_AIM) if aimed else "",
        f"{one.warm.peak:.0f}",
        f"< {PEAK_AIM}" if aimed else "",
        _met(one.warm.peak < PEAK_AIM) if aimed else "",
        f"{one.warm.cpu:.2f}",
        f"{one.offline.median:.2f} ({one.offline.fastest:.2f})",
        f"{one.offline.peak:.0f}",
    )


def _met(yes: bool) -> str:
    return "yes" if yes else "no"
