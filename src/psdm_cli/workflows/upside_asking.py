"""Asking for what an upside entry still needs, one question at a time, with what Kantata says as the default."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from psdm_cli.domain import upside_words as words
from psdm_cli.domain.money import money_text
from psdm_cli.domain.upside import Scenario, percent, probability, upside_reason
from psdm_cli.domain.upside_sources import IssueAddress, NotUpsideError, Origin, issue_address, no_soft_booking
from psdm_cli.errors import RefusedByRule
from psdm_cli.prompting import Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from psdm_cli.prompting import Prompter
    from psdm_cli.workflows.upside_adding import Adding
    from psdm_cli.workflows.upside_told import Told

SCENARIOS = (
    Choice(Scenario.SOFT_BOOKING.value, "soft booking"),
    Choice(Scenario.PENDING_CO.value, "pending change order"),
    Choice(Scenario.MILESTONE.value, "milestone to be confirmed"),
    Choice(Scenario.OTHER.value, "other"),
)


def ask_missing(adding: Adding, told: Told, person: Prompter, instance: str) -> Told:
    """What was told, completed by a person. Raises `RefusedByRule` where a scenario's rule cannot be met."""
    scenario = told.meant
    if scenario is None:
        scenario = Scenario(person.choose("Why is it upside", SCENARIOS))
    told = replace(told, scenario=scenario)
    try:
        quarter = adding.quarter_told(told)
        adding.must_see(scenario)
        told, origin = _ask_origin(adding, told, person, instance)
    except NotUpsideError as error:
        raise RefusedByRule(str(error), hint=error.hint) from None
    if origin is not None:
        person.say(f"  {origin.label}")
    told = _ask_worth(adding, told, origin, person)
    usual = adding.probability(told, scenario)
    if told.probability is None:
        shown = "" if usual is None else percent(usual)
        told = replace(told, probability=probability(person.text("How likely, in %", default=shown, check=_chance)))
    if told.quarter is None and told.month is None:
        default = adding.period_told(told, origin).month
        month = person.text(f"Expected in which month ({quarter.name})", default=default, check=words.month)
        told = replace(told, month=month)
    if told.reason is None:
        asked = "What keeps it soft: can only soft-forecast … because of"
        told = replace(told, reason=person.text(asked, check=upside_reason))
    return told


def _ask_origin(adding: Adding, told: Told, person: Prompter, instance: str) -> tuple[Told, Origin | None]:
    """What it stands for."""
    scenario, quarter = told.meant, adding.quarter_told(told)
    if scenario is Scenario.SOFT_BOOKING and told.allocation is None:
        found = adding.choices(scenario, quarter)
        if not found:
            raise no_soft_booking(adding.engagement, quarter)
        chosen = _choose("Which soft booking", found, person)
        return replace(told, allocation=chosen.links["allocation"]), chosen
    if scenario is Scenario.MILESTONE and told.milestone is None:
        found = adding.choices(scenario, quarter)
        if not found:
            raise NotUpsideError(f"{adding.engagement.name} has no open milestone that could land in {quarter.name}.")
        chosen = _choose("Which milestone", found, person)
        return replace(told, milestone=chosen.source.partition(":")[2]), chosen
    if scenario is Scenario.PENDING_CO:
        if told.change_order is None:
            typed = person.text("Address of the change order's issue", check=lambda text: _address(text, instance).url)
            told = replace(told, change_order=issue_address(typed, instance))
        if told.work_ends is None:
            ends = person.date("Last day of its work", default=quarter.last_day)
            told = replace(told, work_ends=ends)
    every = adding.choices(scenario, quarter) if scenario is not None else ()
    named = {told.allocation, told.milestone} - {None}
    return told, next((each for each in every if named & set(each.links.values())), None)


def _address(text: str, instance: str) -> IssueAddress:
    return issue_address(text, instance)


def _choose(question: str, found: tuple[Origin, ...], person: Prompter) -> Origin:
    if len(found) == 1:
        return found[0]
    by_id = {each.source.rpartition(":")[2]: each for each in found}
    return by_id[person.choose(question, [Choice(ident, f"{each.label} ({ident})") for ident, each in by_id.items()])]


def _ask_worth(adding: Adding, told: Told, origin: Origin | None, person: Prompter) -> Told:
    """The amount and its currency; Kantata's own is the default."""
    if told.amount is not None or (told.hours is not None and told.rate is not None):
        return told
    known = origin.amount if origin is not None else None
    if known is not None:
        said = money_text(known, origin.currency if origin is not None else None)
        if person.confirm(f"Kantata says {said}; take that?", default=True):
            return told
    amount = words.amount(_asked(person, "Amount", words.amount))
    own = adding.engagement.currency
    currency = told.currency or words.currency(
        person.text("Currency", default=own.code if own is not None else "", check=words.currency)
    )
    return replace(told, amount=amount, currency=currency)


def _asked(person: Prompter, question: str, check: Callable[[str], object]) -> str:
    def kept(text: str) -> str:
        check(text)
        return text

    return person.text(question, check=kept)


def _chance(text: str) -> str:
    probability(text)
    return text
