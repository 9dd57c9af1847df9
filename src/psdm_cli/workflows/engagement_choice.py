"""Which engagement a word on the command line means: SOW-1234, 1234, a part of a title, or Kantata's project id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.engagements import Engagement, sow_number
from psdm_cli.errors import NotFound, WrongUsage

#: Given the question and the labels, the number of the one that a person chose.
Ask = Callable[[str, Sequence[str]], int]
MOST_NAMED = 8


def choose(assessment: Assessment, word: str, ask: Ask | None = None) -> Engagement:
    """The engagement in scope that `word` means.

    A number or id beats a whole title, a whole title beats a part of one. When several match equally, `ask` lets a
    person choose; without it `WrongUsage` (exit 2) lists them. Raises `NotFound` (exit 5) with the nearest ones, or
    saying that it is there but out of scope.
    """
    wanted = " ".join(word.split())
    if not wanted:
        raise WrongUsage("SOW needs a number, a project id or a part of a title; it was empty.")
    found = matching(assessment.engagements, wanted)
    if len(found) == 1:
        return found[0]
    if not found:
        raise _nothing(assessment, wanted)
    labels = [label(engagement) for engagement in found]
    if ask is None:
        named = "; ".join(labels[:MOST_NAMED])
        more = f"; and {len(labels) - MOST_NAMED} more" if len(labels) > MOST_NAMED else ""
        raise WrongUsage(f"{wanted!r} means several engagements: {named}{more}.", hint="Give the SOW number or the id.")
    return found[ask(f"{wanted} means several engagements; which one", labels)]


def matching(engagements: Iterable[Engagement], word: str) -> tuple[Engagement, ...]:
    """Those that a word means, of the strongest kind of match alone."""
    asked = word.casefold()
    every = tuple(engagements)
    number = asked if asked.startswith("sow-") else f"sow-{asked}"
    by_number = tuple(e for e in every if (e.sow or "").casefold() == number)
    by_id = tuple(e for e in every if e.id == word)
    if by_number or by_id:
        return (*by_number, *(e for e in by_id if e not in by_number))
    whole = tuple(e for e in every if e.title.casefold() == asked)
    return whole or tuple(e for e in every if asked in e.title.casefold())


def label(engagement: Engagement) -> str:
    """An engagement among several: number, title and id."""
    title = engagement.title
    named = title if engagement.sow is None or engagement.sow in title.upper() else f"{engagement.sow} {title}"
    return f"{named} (project {engagement.id})"


def _nothing(assessment: Assessment, word: str) -> NotFound:
    inside = {engagement.id for engagement in assessment.engagements}
    asked = word.casefold()
    for workspace in assessment.portfolio.workspaces:
        number = sow_number(workspace, assessment.rules.fields)
        names = {workspace.id, (number or "").casefold(), (number or "").casefold().removeprefix("sow-")}
        if workspace.id not in inside and (asked in names or asked in (workspace.title or "").casefold()):
            status = workspace.status or "an unknown status"
            return NotFound(
                f"{number or workspace.title or workspace.id} is not among the engagements looked at: its status is "
                f"{status}.",
                hint="Reopen it in Kantata first.",
            )
    known = {engagement.name: engagement.name for engagement in assessment.engagements}
    known.update({engagement.title: engagement.name for engagement in assessment.engagements})
    lowered = {name.casefold(): shown for name, shown in known.items()}
    number = f"sow-{asked}" if asked.isdecimal() else asked
    near = [lowered[name] for name in get_close_matches(number, lowered, n=3, cutoff=0.5)]
    nearest = ", ".join(dict.fromkeys(near)) or ", ".join(sorted(known.values())[:3])
    return NotFound(
        f"There is no engagement {word!r} among those of {_whose(assessment)}; the nearest: {nearest}.",
        hint="Other leads' engagements: --lead all, or --lead NAME.",
    )


def _whose(assessment: Assessment) -> str:
    return " and ".join(assessment.scope.leads) or "all leads"
