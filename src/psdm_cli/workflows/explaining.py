"""Finding what `psdm why` is asked about, a figure, a finding or a step, and having the domain explain it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.explanation import Explanation
from psdm_cli.domain.explanation_findings import explain_finding, explain_step
from psdm_cli.domain.explanation_hours import HOURS
from psdm_cli.domain.explanation_money import FIGURES as AMOUNTS
from psdm_cli.domain.explanation_months import AHEAD, MONTHLY
from psdm_cli.domain.explanation_rows import Case
from psdm_cli.domain.explanation_standing import STANDING, coverage
from psdm_cli.domain.explanation_sums import person, total
from psdm_cli.domain.findings import Step
from psdm_cli.domain.funds import EngagementForecast
from psdm_cli.domain.people import PersonLoad
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps.catalog import CHECKS
from psdm_cli.errors import Forbidden, NotFound, WrongUsage
from psdm_cli.workflows.forecasting import Prepared

PLAIN = {**AMOUNTS, **HOURS, **AHEAD, **STANDING}
TOTALS = ("totals", "worked_totals")
COVERAGE, PEOPLE = "coverage", "people"
NAMES = (*PLAIN, *MONTHLY, COVERAGE, *TOTALS, PEOPLE)

_MONTH = re.compile(r"\d{4}-\d{2}")
_STEP = re.compile(r"FP-?(\d{1,2})", re.IGNORECASE)
_FINDING = re.compile(r"FP-\d{2}:", re.IGNORECASE)
_MOST_NAMES = 8


@dataclass(slots=True)
class _Words:
    """What was typed, word by word; `take` takes the next one that fits out."""

    rest: list[str]

    def take(self, fits: re.Pattern[str] | Iterable[str]) -> str | None:
        """The first word that fits, taken out; names fit in any case and are given as they are spelt."""
        names = None if isinstance(fits, re.Pattern) else {name.casefold(): name for name in fits}
        for number, word in enumerate(self.rest):
            if isinstance(fits, re.Pattern):
                found = word if fits.fullmatch(word) else None
            else:
                found = (names or {}).get(word.casefold())
            if found is not None:
                del self.rest[number]
                return found
        return None

    @property
    def text(self) -> str:
        """What is left."""
        return " ".join(self.rest)


def explain(prepared: Prepared, words: Sequence[str]) -> Explanation:
    """The answer to `psdm why WORDS`: a finding's key, a step, or a figure with what it is about.

    Raises `WrongUsage` with the nearest name for what is not known, `NotFound` for an engagement or a person that is
    not there, `Forbidden` where people cannot be seen at all.
    """
    typed = " ".join(" ".join(words).split())
    if not typed:
        raise WrongUsage("psdm why needs a finding, a step or a figure.", hint="For example: psdm why FP-01")
    if _FINDING.match(typed):
        return _finding(prepared, typed)
    first, *rest = typed.split()
    if found := _STEP.fullmatch(first):
        return _step(prepared, first, int(found[1]), rest)
    name = _figure_name(first, typed)
    return _figure(prepared.assessment, name, _Words(rest))


# findings and steps


def _finding(prepared: Prepared, typed: str) -> Explanation:
    steps = prepared.steps()
    found = {finding.key: finding for step in steps for finding in step.findings}
    known = {key.casefold(): key for key in found}
    key = known.get(typed.casefold()) or known.get(typed.split(maxsplit=1)[0].casefold())
    if key is not None:
        return explain_finding(prepared.assessment, found[key])
    near = get_close_matches(typed.casefold(), known, n=1, cutoff=0.6)
    of_step = [key for key in found if key.casefold().startswith(typed.casefold()[:6])]
    if near:
        hint = f"Did you mean {known[near[0]]}?"
    elif of_step:
        hint = f"Findings of that step are, for example: {', '.join(of_step[:3])}."
    else:
        hint = "That step has no findings now: what was one may be repaired."
    raise WrongUsage(f"There is no finding {typed!r}.", hint=hint)


def _step(prepared: Prepared, typed: str, number: int, rest: Sequence[str]) -> Explanation:
    name = f"FP-{number:02d}"
    if name not in CHECKS:
        raise WrongUsage(f"There is no step {typed!r}.", hint=f"Steps are: {', '.join(CHECKS)}.")
    steps = {step.id: step for step in prepared.steps()}
    if not rest:
        return explain_step(steps[name])
    only = _engagement(prepared.assessment, " ".join(rest))
    return explain_step(_narrowed(steps[name], only))


def _narrowed(step: Step, only: EngagementForecast) -> Step:
    """The step with the findings of one engagement alone."""
    return replace(step, findings=tuple(f for f in step.findings if f.project == only.engagement.id))


# figures


def _figure_name(word: str, typed: str) -> str:
    name = word.replace("-", "_").casefold()
    if name in NAMES:
        return name
    near = get_close_matches(name, [*NAMES, *(step.casefold().replace("-", "_") for step in CHECKS)], n=1, cutoff=0.5)
    if near:
        meant = near[0].upper().replace("_", "-") if near[0].startswith("fp_") else near[0]
        hint = f"Did you mean {meant}?"
    else:
        hint = f"Figures are: {', '.join(NAMES)}. Also a step such as FP-01, or a finding's key."
    raise WrongUsage(f"There is no figure, step or finding {typed!r}.", hint=hint)


def _figure(assessment: Assessment, name: str, words: _Words) -> Explanation:
    if name == PEOPLE:
        return person(assessment, _person(assessment, words.text))
    if name in TOTALS:
        return _total(assessment, name, words)
    if name in MONTHLY:
        month = _month(assessment, name, words)
        return MONTHLY[name](Case(assessment, _engagement(assessment, words.text)), month)
    if name == COVERAGE:
        role = words.take(assessment.policy.delivery_roles)
        forecast = _engagement(assessment, words.text)
        return coverage(Case(assessment, forecast), _role(assessment, forecast, role))
    return PLAIN[name](Case(assessment, _engagement(assessment, words.text)))


def _month(assessment: Assessment, name: str, words: _Words) -> str:
    """The month that was typed, else as-of's. Raises `WrongUsage` for one that is not shown."""
    month = words.take(_MONTH)
    if month is None:
        return assessment.months[0]
    if month not in assessment.months:
        raise WrongUsage(
            f"{name}: the forecast does not show {month}.",
            hint=f"Its months are {', '.join(assessment.months)}; what lies after is the figure beyond.",
        )
    return month


def _total(assessment: Assessment, name: str, words: _Words) -> Explanation:
    month = _month(assessment, name, words)
    currencies = sorted({f.currency.code for f in assessment.forecasts if f.currency is not None})
    if not currencies:
        raise Forbidden(
            "No engagement's money can be seen, so there are no totals.",
            call="GET /workspaces",
            permission="financial access to the project (Kantata: View Financials)",
            hint="Ask for hours instead, such as: psdm why hard_hours SOW",
        )
    code = words.take(currencies)
    if code is None and (words.rest or len(currencies) > 1):
        what = f"there is no currency {words.text!r}" if words.rest else "which currency?"
        raise WrongUsage(f"{name}: {what}", hint=f"There are: {', '.join(currencies)}.")
    return total(assessment, name, code or currencies[0], month)


def _role(assessment: Assessment, forecast: EngagementForecast, role: str | None) -> str:
    """The role that was typed; else the one with a gap, else the first that must be booked."""
    gaps = assessment.coverage[forecast.engagement.id]
    if gaps is None:
        return role or assessment.policy.delivery_roles[0]
    if role is None:
        return next((name for name, gap in gaps.items() if gap.gap_from), next(iter(gaps)))
    if role not in gaps:
        roles = ", ".join(gaps)
        raise WrongUsage(
            f"{forecast.engagement.name} has no {role} among its resources, so none must be booked.",
            hint=f"Roles that must be booked there: {roles}.",
        )
    return role


def _person(assessment: Assessment, typed: str) -> PersonLoad:
    if not typed:
        raise WrongUsage("people needs a name.", hint='For example: psdm why people "Kim Ito"')
    portfolio = assessment.portfolio
    needs = (Kind.PEOPLE, Kind.ALLOCATIONS, Kind.RESOURCES)
    if not portfolio.can_see(*needs):
        refusal = next(portfolio.refusals[kind] for kind in needs if kind in portfolio.refusals)
        raise Forbidden(
            f"What people are booked to cannot be seen: {refusal.lacking}.",
            call=refusal.call,
            permission=refusal.permission,
        )
    wanted = typed.casefold()
    loads = assessment.people
    exact = [load for load in loads if wanted in (load.name.casefold(), load.user_id)]
    found = exact or [load for load in loads if wanted in load.name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongUsage(
            f"{typed!r} means several people: {_listed(load.name for load in found)}.",
            hint="Give the whole name or id.",
        )
    near = get_close_matches(typed, [load.name for load in loads], n=1, cutoff=0.5)
    known = near or [load.name for load in loads]
    raise NotFound(
        f"Nobody called {typed!r} with a delivery role works on these engagements.",
        hint=f"Did you mean {near[0]}?" if near else f"There are: {_listed(known)}.",
    )


def _engagement(assessment: Assessment, typed: str) -> EngagementForecast:
    """The engagement that a SOW number, a part of the title, or an id means; without a word the only one."""
    forecasts = assessment.forecasts
    if not typed:
        if len(forecasts) == 1:
            return forecasts[0]
        raise WrongUsage(
            "Of which engagement? Give its SOW number, a part of its title, or its id.",
            hint=f"There are: {_listed(f.engagement.name for f in forecasts)}.",
        )
    wanted = typed.casefold()
    number = f"sow-{wanted}" if wanted.isdecimal() else wanted
    exact = [
        f
        for f in forecasts
        if wanted in (f.engagement.id, f.engagement.title.casefold()) or number == (f.engagement.sow or "").casefold()
    ]
    found = exact or [f for f in forecasts if wanted in f.engagement.title.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        several = _listed(f"{f.engagement.name} (id {f.engagement.id})" for f in found)
        raise WrongUsage(f"{typed!r} means several engagements: {several}.", hint="Give the SOW number or the id.")
    names = {f.engagement.name.casefold(): f.engagement.name for f in forecasts}
    near = get_close_matches(wanted, names, n=1, cutoff=0.6)
    raise NotFound(
        f"No engagement here is called {typed!r}.",
        hint=f"Did you mean {names[near[0]]}?" if near else f"There are: {_listed(names.values())}.",
    )


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    shown = ", ".join(every[:_MOST_NAMES])
    return shown if len(every) <= _MOST_NAMES else f"{shown} and {len(every) - _MOST_NAMES} more"
