"""What the options of `psdm init-project` mean: the contract, facts, numbers; all of it before anything is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from psdm_cli.domain.space import observed
from psdm_cli.domain.space.names import PO_FORM, SOW_FORM, Contract, clean_name, contract
from psdm_cli.errors import WrongUsage

if TYPE_CHECKING:
    from psdm_cli.domain.engagements import Engagement
    from psdm_cli.prompting import Prompter
    from psdm_cli.workflows.forecasting import Sources

NEW = ("Prospect", "In Set Up", "Okay to Start")
MOST_SHOWN = 12
_LINK = re.compile(r"(?P<kind>[^=\s][^=]{0,40})=(?P<url>\S+)")


@dataclass(frozen=True, slots=True)
class Given:
    """Facts that options said, by name."""

    facts: Mapping[str, str] = field(default_factory=dict)


def contract_of(sow: str | None, *, po: bool, ask: Callable[[], str] | None) -> Contract:
    """The contract that is meant; asked for where it was not given. Raises `WrongUsage` (exit 2) with the form."""
    if sow is None:
        if ask is None:
            raise WrongUsage(f"psdm init-project needs a SOW: {SOW_FORM}.", hint=f"With --po: {PO_FORM}.")
        sow = ask()
    try:
        return contract(sow, po=po)
    except ValueError as error:
        raise WrongUsage(f"SOW: {error}.", hint=f"For a purchase order's number add --po ({PO_FORM}).") from None


def begun(source: Sources) -> list[Engagement]:
    """The person's engagements with a number, those at their beginning first."""
    from psdm_cli.workflows.forecasting import Selection, survey

    engagements = [e for e in survey(source, Selection()).assessment.engagements if e.sow is not None]
    return sorted(engagements, key=lambda e: (e.status not in NEW, e.sow or ""))


def picked(person: Prompter, engagements: Sequence[Engagement]) -> str:
    """The number of one of them, or any other that the person types."""
    for each in engagements[:MOST_SHOWN]:
        title = each.title.replace(each.sow or "", "").strip(" -:")
        person.say(f"  {each.sow}  {title} ({each.status})")
    return person.text("Which SOW", default=(engagements[0].sow or "") if engagements else "", check=_filled)


def which_project(person: Prompter, choices: Sequence[tuple[str, str]]) -> str:
    """The id of the Kantata project that is meant."""

    def known(text: str) -> str:
        if text.strip() not in (ident for ident, _ in choices):
            raise ValueError(f"expected one of {', '.join(ident for ident, _ in choices)}")
        return text.strip()

    for ident, title in choices:
        person.say(f"  {ident}  {title}")
    return person.text("Which Kantata project (id)", check=known)


def given_facts(
    *,
    customer: str | None,
    staffing: str | None,
    activities: Sequence[str] | None,
    file: Path | None,
    links: Sequence[str] | None,
    kind: str | None,
    stage: str | None,
    kickoff: str | None,
) -> Given:
    """The facts that options say. Raises `WrongUsage` for the first that makes no sense."""
    from psdm_cli.options import iso_date

    facts: dict[str, str] = {}
    if customer is not None:
        facts[observed.FACT_CUSTOMER] = clean_name(customer)
        if not facts[observed.FACT_CUSTOMER]:
            raise WrongUsage("--customer: expected a name, not an empty one.")
    if staffing is not None:
        facts[observed.FACT_STAFFING] = _one_of(staffing, observed.STAFFINGS, "--staffing")
    if stage is not None:
        facts[observed.FACT_STAGE] = _one_of(stage, observed.STAGES, "--stage")
    if kickoff is not None:
        facts[observed.FACT_KICKOFF] = iso_date(kickoff, "--kickoff").isoformat()
    if kind is not None:
        facts[observed.FACT_TYPE] = _type(kind)
    found = _activities(activities, file)
    if found is not None:
        facts[observed.FACT_ACTIVITIES] = found
    for link in links or ():
        facts |= _link(link)
    return Given(facts)


def numbers(text: str, known: Sequence[int]) -> str:
    """Numbers that are among the known ones, as "6,7". Raises `ValueError`."""
    found = [part for part in re.split(r"[,\s]+", text.strip()) if part]
    for part in found:
        if not part.isdecimal() or int(part) not in known:
            raise ValueError(f"expected some of {', '.join(map(str, known))}, not {part!r}")
    return ",".join(found)


def _activities(names: Sequence[str] | None, file: Path | None) -> str | None:
    """Activities of both options as a fact; None where neither was given."""
    from psdm_cli.domain.space.wanted import activity, as_text, once
    from psdm_cli.workflows.kickoff_activities import read_activities

    if not names and file is None:
        return None
    found = list(read_activities(file)) if file is not None else []
    for name in names or ():
        try:
            found.append(activity(name))
        except ValueError as error:
            raise WrongUsage(f"--activity: {error}.") from None
    return as_text(once(found))


def _one_of(text: str, words: Sequence[str], option: str) -> str:
    word = text.strip().casefold().replace("_", "-").replace(" ", "-").removeprefix("stage-")
    if word not in words:
        raise WrongUsage(f"{option}: expected {', '.join(words[:-1])} or {words[-1]}, not {text!r}.")
    return word


def _type(text: str) -> str:
    from psdm_cli.domain.engagements import EngagementType
    from psdm_cli.domain.space.scoping import type_named

    word = text.strip().casefold().replace("-", "_").replace(" ", "_")
    if word in {kind.value for kind in EngagementType}:
        return word
    found = type_named(text)
    if found is None:
        known = "T&M, FF, consulting block, dedicated engineer or training"
        raise WrongUsage(f"--type: expected {known}, not {text!r}.")
    return found.value


def _link(text: str) -> dict[str, str]:
    found = _LINK.fullmatch(text.strip())
    try:
        parts = urlsplit(found["url"]) if found is not None else None
        sound = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        sound = False
    if found is None or not sound:
        raise WrongUsage(f"--link: expected KIND=URL, such as sow=https://docs.example.com/sow.pdf, not {text!r}.")
    return {f"{observed.LINK_PREFIX}{clean_name(found['kind'])}": found["url"]}


def _filled(text: str) -> str:
    contract(text)
    return text.strip()
