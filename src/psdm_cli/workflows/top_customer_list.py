"""The list of the week of the Top Customer report: which engagements it names, and whose notes are whose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psdm_cli.errors import NotFound, WrongUsage
from psdm_cli.workflows.engagement_status import Seen, look
from psdm_cli.workflows.top_customer_files import Listed
from psdm_cli.workflows.top_customer_notes import GivenNotes

if TYPE_CHECKING:
    from psdm_cli.domain.engagements import Engagement
    from psdm_cli.settings.model import Settings
    from psdm_cli.systems.gitlab_ports import GitLab
    from psdm_cli.workflows.forecasting import Prepared, Sources


@dataclass(frozen=True, slots=True)
class Desk:
    """What the report stands on. `gitlab` None: it cannot be asked, `why_not` says why."""

    sources: Sources
    prepared: Prepared
    settings: Settings
    gitlab: GitLab | None
    why_not: str = ""
    progress: Callable[[str], object] = lambda _text: None
    looked: dict[str, Seen] = field(default_factory=dict)  # by engagement, once a run

    @property
    def week(self) -> str:
        """The ISO week of the report."""
        return self.prepared.assessment.week

    @property
    def scope(self) -> str:
        """Whose list it is."""
        return self.prepared.assessment.scope.key

    def look(self, engagement: Engagement) -> Seen:
        """GitLab's side of an engagement."""
        if self.gitlab is None:
            return Seen(why_not=self.why_not)
        if engagement.id not in self.looked:
            self.progress(f"{engagement.name}: reading GitLab")
            self.looked[engagement.id] = look(self.sources, self.gitlab, self.settings, self.prepared, engagement)
        return self.looked[engagement.id]


@dataclass(frozen=True, slots=True)
class WeekList:
    """The engagements of the report, where the list is from, and what was named but is not among them."""

    engagements: tuple[Engagement, ...]
    origin: str
    left_out: tuple[str, ...] = ()
    is_new: bool = False


# the list


def list_of(desk: Desk, listed: Sequence[Listed], origin: str, *, only_mine: bool = False) -> WeekList:
    """The engagements that a list names: each SOW, each customer with all their engagements, in the list's order.

    Raises `NotFound` naming all that are unknown; with `only_mine` they are left out and said.
    """
    found: dict[str, Engagement] = {}
    unknown: list[Listed] = []
    for each in listed:
        named = meant(desk, each.word)
        found.update({engagement.id: engagement for engagement in named})
        if not named:
            unknown.append(each)
    if unknown and not only_mine:
        raise unknown_names(desk, unknown)
    if not found:
        raise NotFound(
            f"None of the {len(listed)} names of {origin} is among the engagements looked at.",
            hint="Other leads' engagements: --lead all, or --lead NAME.",
        )
    return WeekList(tuple(found.values()), origin, tuple(each.word for each in unknown), is_new=True)


def stored_list(desk: Desk, given: Sequence[GivenNotes]) -> WeekList:
    """The list of the week as it was stored, else last week's, else what the notes name. Raises `WrongUsage`."""
    stored = desk.sources.store.top_customers.latest_list(desk.scope, desk.week)
    if stored is not None:
        week, ids = stored
        known = {engagement.id: engagement for engagement in desk.prepared.assessment.engagements}
        here = tuple(known[each] for each in ids if each in known)
        gone = tuple(f"project {each}" for each in ids if each not in known)
        if here:
            return WeekList(here, "this week's list" if week == desk.week else f"the list of {week}", gone)
    if given:
        return list_of(desk, [Listed(each.word, each.where) for each in given], "the notes")
    raise WrongUsage(
        "There is no list of customers for this week, and none of an earlier one.",
        hint="Give PS Ops' list with --list FILE, or name customers or SOWs with --customer NAME.",
    )


def meant(desk: Desk, word: str) -> tuple[Engagement, ...]:
    """The engagements that a word means: by SOW or id, else all open ones of the customer of this very name.

    The customer is Kantata's, else what the title begins with; a part of a name means nobody, as a list is no search.
    """
    engagements = desk.prepared.assessment.engagements
    asked = " ".join(word.split()).casefold()
    if not asked:
        return ()
    number = asked if asked.startswith("sow-") else f"sow-{asked}"
    exact = tuple(e for e in engagements if e.id == asked or (e.sow or "").casefold() == number)
    if exact:
        return exact
    closed = desk.prepared.assessment.policy.money_only_statuses
    found = tuple(e for e in engagements if asked in _names(e)) or tuple(e for e in engagements if _begins(e, asked))
    return tuple(e for e in found if not e.has_status(closed)) or found


def _names(engagement: Engagement) -> tuple[str, ...]:
    return tuple(
        " ".join(name.casefold().split()) for name in (engagement.workspace.customer, engagement.title) if name
    )


def _begins(engagement: Engagement, asked: str) -> bool:
    """Whether the title, its number left out, begins with these whole words."""
    title = " ".join(engagement.title.casefold().split())
    bare = title.removeprefix((engagement.sow or "").casefold()).lstrip(" -:·")
    return bare.startswith(asked) and not bare[len(asked) : len(asked) + 1].isalnum()


def unknown_names(desk: Desk, unknown: Sequence[Listed]) -> NotFound:
    from difflib import get_close_matches

    names: dict[str, str] = {}
    for each in desk.prepared.assessment.engagements:
        names |= {name.casefold(): name for name in (each.sow, each.workspace.customer, each.title) if name}
    near = [get_close_matches(each.word.casefold(), names, n=1, cutoff=0.6) for each in unknown]
    said = "; ".join(
        f"{each.word} ({each.where})" + (f", did you mean {names[match[0]]}?" if match else "")
        for each, match in zip(unknown, near, strict=True)
    )
    whose = " and ".join(desk.prepared.assessment.scope.leads) or "all leads"
    return NotFound(
        f"Not among the engagements of {whose}: {said}{'' if said.endswith('?') else '.'}",
        hint="Other leads' engagements: --lead all, or --lead NAME; to leave out what is not yours: --only-mine.",
    )


# whose notes


def assigned(desk: Desk, week: WeekList, given: Sequence[GivenNotes]) -> dict[str, GivenNotes]:
    """The notes by engagement. Raises `NotFound` for an unknown name, `WrongUsage` for one that is not on the list."""
    on_list = {engagement.id for engagement in week.engagements}
    unknown = [Listed(each.word, each.where) for each in given if not meant(desk, each.word)]
    if unknown:
        raise unknown_names(desk, unknown)
    found: dict[str, GivenNotes] = {}
    for each in given:
        named = [engagement for engagement in meant(desk, each.word) if engagement.id in on_list]
        if not named:
            raise WrongUsage(
                f"{each.where}: {each.word} is not in {week.origin}.", hint="Add it to the list, or to --customer."
            )
        if len(named) > 1:
            sows = ", ".join(engagement.name for engagement in named)
            raise WrongUsage(f"{each.where}: {each.word} has several engagements: {sows}.", hint="Name the SOW.")
        if named[0].id in found:
            raise WrongUsage(f"{each.where}: {named[0].name} has notes already ({found[named[0].id].where}).")
        found[named[0].id] = each
    return found
