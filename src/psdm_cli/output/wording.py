"""How states, types, amounts and ages are said to people: one vocabulary for console and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from psdm_cli.domain.comparison import ChangeKind
from psdm_cli.domain.findings import Finding, FindingState, State, Step
from psdm_cli.domain.money import money_text
from psdm_cli.domain.report import ChangeLine
from psdm_cli.output.layout import NO_BREAK

UNKNOWN = "unknown"
SYMBOLS: Mapping[State, str] = {
    State.PASS: "✓",
    State.ATTENTION: "!",
    State.MANUAL: "?",
    State.UNVERIFIED: "–",
    State.DONE: "✓",
    State.SKIPPED: "·",
}
STYLES: Mapping[State, str] = {
    State.PASS: "green",
    State.ATTENTION: "yellow",
    State.MANUAL: "cyan",
    State.UNVERIFIED: "magenta",
    State.DONE: "green",
    State.SKIPPED: "dim",
}
WORDS: Mapping[State, str] = {
    State.PASS: "pass",
    State.ATTENTION: "need attention",
    State.MANUAL: "for you to judge",
    State.UNVERIFIED: "could not be checked",
    State.DONE: "done",
    State.SKIPPED: "skipped",
}
TYPES: Mapping[str, tuple[str, str]] = {
    "time_and_materials": ("T&M", "time and materials"),
    "fixed_fee": ("FF", "fixed fee"),
    "consulting_block": ("CB", "consulting block"),
    "dedicated_engineer": ("DE", "dedicated engineer"),
    "training": ("TR", "training"),
}
CHANGES: Mapping[ChangeKind, str] = {
    ChangeKind.PUSH: "pushed",
    ChangeKind.PULL: "pulled in",
    ChangeKind.UP: "more",
    ChangeKind.DOWN: "less",
    ChangeKind.NEW: "new",
    ChangeKind.GONE: "gone",
}
CENTS_MATTER = "whole {} (to the cent: a wider terminal, --csv or --json)"
MINUTE, HOUR, DAY = 60, 3600, 86_400
# both roles of an uncovered engagement name its whole open money: count it once
SAME_MONEY_PER_PROJECT = frozenset({"FP-08"})


def short_type(kind: str) -> str:
    """T&M, FF, CB, DE, TR; another type as it is."""
    return TYPES[kind][0] if kind in TYPES else kind.replace("_", " ")


def long_type(kind: str) -> str:
    """The type in words."""
    return TYPES[kind][1] if kind in TYPES else kind.replace("_", " ")


def amount(value: Decimal | None, *, cents: bool = True) -> str:
    """An amount without its currency: thousands apart; unknown is said so, never 0."""
    if value is None:
        return UNKNOWN
    if cents:
        return f"{value:,.2f}"
    return f"{value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN) + 0:,}"


def sum_text(sums: Mapping[str, Decimal]) -> str:
    """Sums per currency, never added together; an amount and its currency stay on one line."""
    return ", ".join(money_text(value, code).replace(" ", NO_BREAK) for code, value in sums.items())


def at_stake(step_id: str, findings: Iterable[Finding]) -> dict[str, Decimal]:
    """The money behind findings per currency, without signs: too much planned weighs like too little."""
    sums: dict[str, Decimal] = {}
    seen: set[str | None] = set()
    for finding in findings:
        if finding.amount is None or finding.currency is None:
            continue
        if step_id in SAME_MONEY_PER_PROJECT:
            if finding.project in seen:
                continue
            seen.add(finding.project)
        sums[finding.currency] = sums.get(finding.currency, Decimal(0)) + abs(finding.amount)
    return {code: value for code, value in sums.items() if value}


def hours(value: Decimal | None) -> str:
    """Hours without needless zeros: 12 or 7.5; unknown is said so."""
    if value is None:
        return UNKNOWN
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def percent(ratio: Decimal | None) -> str:
    """A share of one in whole percent."""
    return UNKNOWN if ratio is None else f"{(ratio * 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) + 0:,} %"


def day(value: date | None, missing: str = "") -> str:
    """A day as ISO."""
    return missing if value is None else value.isoformat()


def age(then: datetime | None, now: datetime) -> str:
    """How old the data is, in one unit."""
    if then is None:
        return "of unknown age"
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < MINUTE:
        return "just read"
    for unit, length in (("day", DAY), ("hour", HOUR), ("minute", MINUTE)):
        if seconds >= length * (2 if length == DAY else 1):
            count = seconds // length
            return f"{count} {unit}{'' if count == 1 else 's'} old"
    return "just read"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 finding`, `3 findings`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def months_moved(change: ChangeLine) -> str:
    """From which month to which."""
    if change.month_from and change.month_to:
        return f"{change.month_from} → {change.month_to}"
    return change.month_to or change.month_from or ""


def standing(steps: Iterable[Step]) -> str:
    """How many steps are in which state: "7 need attention, 3 pass, 1 could not be checked"."""
    states = [step.state for step in steps]
    return ", ".join(f"{states.count(s)} {WORDS[s]}" for s in dict.fromkeys((State.ATTENTION, *State)) if s in states)


def mark(finding: Finding) -> str:
    """What stands behind a finding that no longer counts."""
    return "" if finding.state is FindingState.OPEN else f" ({finding.state.value})"


def message_of(finding: Finding) -> str:
    """The finding's sentence without its subject in front, which stands beside it."""
    text = finding.message.removeprefix(finding.subject).lstrip(" :,")
    return f"{text or finding.message}{mark(finding)}"
