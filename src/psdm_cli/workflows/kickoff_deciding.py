"""What a person must decide about a space: customer, staffing, activities, kickoff; asked once, then remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from psdm_cli.domain.engagements import EngagementType
from psdm_cli.domain.space import observed
from psdm_cli.domain.space.names import clean_name
from psdm_cli.domain.space.observed import STAFFINGS, Space
from psdm_cli.domain.space.parts import Seen, value_of
from psdm_cli.domain.space.wanted import Activity, LabelWanted, Wanted, activity, as_text, from_text, labels_of, once
from psdm_cli.errors import WrongUsage
from psdm_cli.prompting import Choice, Prompter
from psdm_cli.workflows.kickoff_finding import Found

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings

LATER = "later"
DEFAULT_STAFFING = "internal"
#: observes anew with more facts
Again = Callable[[Found, Mapping[str, str]], Found]


@dataclass
class Deciding:
    """Brings a space to where it can be planned. `prompter` None: nobody can be asked, proposals are taken and said.

    `facts` are the answers to be remembered, `assumed` what was taken without an answer, in sentences.
    """

    settings: Settings
    again: Again
    prompter: Prompter | None = None
    facts: dict[str, str] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)

    def decide(self, found: Found) -> tuple[Found, Wanted]:
        """The space, looked at with every answer, and what is wanted of it.

        Raises `WrongUsage` (exit 2) for what a person must decide where nobody can be asked, naming the option.
        """
        found = self._epic(found)
        found = self._customer(found)
        found = self._staffing(found)
        found = self._collision(found)
        activities = self._activities(found.space)
        kickoff = self._kickoff(found.space)
        customer = found.space.customer or ""
        kind = _kind(found.space)
        staffing = found.space.staffing or self.facts.get(observed.FACT_STAFFING) or DEFAULT_STAFFING
        labels = self._labels(found.space)
        return found, Wanted(found.space.contract, customer, staffing, activities, labels, kind, kickoff)

    def _told(self, found: Found, name: str, value: str) -> Found:
        """Remember an answer and look again with it."""
        self.facts[name] = value
        return self.again(found, {name: value})

    # the Customer Epic

    def _epic(self, found: Found) -> Found:
        several = found.space.several_epics
        if not several:
            return found
        labels = [f"{each.title} ({each.url or each.id}, {each.state})" for each in several]
        if self.prompter is None:
            raise WrongUsage(
                f"Several epics might be the Customer Epic of {found.space.name}: {'; '.join(labels)}.",
                hint="Ask PS Ops to leave the number in one of them, or run it at a terminal to choose.",
            )
        for number, label in enumerate(labels, 1):
            self.prompter.say(f"  {number}  {label}")
        chosen = int(self.prompter.text("Which one is the Customer Epic (number)", check=_number_up_to(len(several))))
        return self._told(found, observed.FACT_EPIC, several[chosen - 1].id)

    # the customer

    def _customer(self, found: Found) -> Found:
        space = found.space
        if observed.FACT_CUSTOMER in space.told or isinstance(space.group, Seen):
            if space.customer is None:
                group = value_of(space.group)
                return self._told(found, observed.FACT_CUSTOMER, clean_name(group.name) if group is not None else "")
            return found
        if self.prompter is not None:
            name = self.prompter.text("Customer's name", default=space.customer or "", check=_name)
            return self._told(found, observed.FACT_CUSTOMER, name)
        if space.customer is None:
            raise WrongUsage(
                f"Nobody knows the customer of {space.name}: there is no Customer Epic, and Kantata names none.",
                hint="Say it: --customer NAME.",
            )
        return found

    # staffing

    def _staffing(self, found: Found) -> Found:
        space = found.space
        if space.staffing is not None:
            return found
        hint = staffing_hint(space)
        if self.prompter is not None:
            choices = [Choice("internal", "internal"), Choice("partner", "partner"), Choice("mixed", "mixed")]
            answer = self.prompter.choose("Staffed by", choices, default=hint or DEFAULT_STAFFING)
            return self._told(found, observed.FACT_STAFFING, answer)
        chosen = hint or DEFAULT_STAFFING
        why = "the intake issue says so" if hint else "nobody said otherwise"
        self.assumed.append(f"Staffing {chosen} is assumed, since {why}; --staffing {'|'.join(STAFFINGS)} says it.")
        return self.again(found, {observed.FACT_STAFFING: chosen})

    # a group in the way

    def _collision(self, found: Found) -> Found:
        space = found.space
        while space.rivals and not isinstance(space.group, Seen):
            rival, customer = space.rivals[0], space.customer or ""
            said = f"{customer!r} would get the path of another group: {rival.name!r} ({rival.url or rival.full_path})"
            if self.prompter is None:
                raise WrongUsage(
                    f"{said}.", hint="Give the customer a name of its own: --customer NAME, such as 'Acme (Ohio)'."
                )
            self.prompter.say(f"  {said}.")
            choices = [Choice("same", f"same customer, use {rival.name}"), Choice("other", "another customer")]
            if self.prompter.choose("Which is it?", choices) == "same":
                found = self._told(found, observed.FACT_GROUP, rival.id)
            else:
                name = self.prompter.text("A name that tells them apart", check=_name)
                found = self._told(found, observed.FACT_CUSTOMER, name)
            space = found.space
        return found

    # activities

    def _activities(self, space: Space) -> tuple[Activity, ...]:
        told = from_text(space.told.get(observed.FACT_ACTIVITIES))
        if told:
            return once(told)
        seen = value_of(space.activities)
        if seen:
            return ()  # what stands is brought in order
        scoped = value_of(space.scoping)
        proposal = once([activity(title) for title in scoped.activities]) if scoped is not None else ()
        if self.prompter is not None:
            return self._asked_activities(proposal)
        if proposal:
            names = ", ".join(each.title for each in proposal)
            self.assumed.append(f"Activities as in the scoping issue: {names}; --activity NAME says others.")
        else:
            self.assumed.append("No activity of the SOW is known, so no epic is made: --activity NAME, repeatable.")
        return proposal

    def _asked_activities(self, proposal: tuple[Activity, ...]) -> tuple[Activity, ...]:
        person = self.prompter
        if person is None:
            return proposal
        if proposal:
            person.say("  The scoping issue breaks the work down into:")
            for each in proposal:
                person.say(f"    · {each.title}")
            if person.confirm("Make an epic of each?", default=True):
                self.facts[observed.FACT_ACTIVITIES] = as_text(proposal)
                return proposal
        text = person.text("Activities of the SOW, parted by ; (Enter for later)", default="", check=_titles)
        chosen = once([activity(each) for each in text.split(";") if each.strip()])
        if chosen:
            self.facts[observed.FACT_ACTIVITIES] = as_text(chosen)
        return chosen

    # kickoff

    def _kickoff(self, space: Space) -> date | None:
        told = space.told.get(observed.FACT_KICKOFF)
        if told is not None:
            return date.fromisoformat(told)
        kantata = value_of(space.kantata)
        known = kantata.engagement.kickoff if kantata is not None else None
        if self.prompter is None:
            return known
        shown = known.isoformat() if known is not None else LATER
        answer = self.prompter.text("Kickoff (YYYY-MM-DD, or later)", default=shown, check=_day_or_later)
        if answer == LATER:
            return known
        self.facts[observed.FACT_KICKOFF] = answer
        return date.fromisoformat(answer)

    def _labels(self, space: Space) -> dict[str, LabelWanted]:
        from psdm_cli.settings.handbook import LABELS

        me = space.me
        if self.settings.pm.label is None and (me is None or me.bot):
            raise WrongUsage(
                f"The token is a bot's ({me.username if me is not None else 'unknown'}): no PM to name in PM::name.",
                hint="Set pm.label in the configuration to the PM's GitLab username.",
            )
        handle = self.settings.pm.label or (me.username if me is not None else "")
        texts = {key: (label.name, label.color) for key, label in self.settings.labels.items()}
        about = {key: use.partition(";")[0] for key, (_, _, use) in LABELS.items()}
        return labels_of(texts, about, pm=handle, contract=space.contract)


def staffing_hint(space: Space) -> str | None:
    """What the intake issue says about staffing, as a proposal; None where it says nothing."""
    intake = value_of(space.intake)
    text = (intake.issue.description or "") if intake is not None else ""
    for line in text.casefold().splitlines():
        name, sign, value = line.replace("*", "").replace("|", ":").strip(" -:").partition(":")
        if not sign or "staffing" not in name:
            continue
        for word in ("mixed", "partner", "internal"):
            if word in value:
                return word
        if value.strip() in ("yes", "full", "fully", "partly"):
            return "partner" if "partner" in name else None
    return None


def _kind(space: Space) -> EngagementType | None:
    told = space.told.get(observed.FACT_TYPE)
    if told is not None:
        return EngagementType(told)
    kantata, scoped = value_of(space.kantata), value_of(space.scoping)
    if kantata is not None:
        return kantata.engagement.type
    return scoped.type if scoped is not None else None


def _name(text: str) -> str:
    found = clean_name(text)
    if not found:
        raise ValueError("expected a name")
    return found


def _titles(text: str) -> str:
    for each in text.split(";"):
        if each.strip():
            activity(each)
    return text.strip()


def _day_or_later(text: str) -> str:
    from psdm_cli.prompting import iso_day

    word = text.strip().casefold()
    return LATER if word in (LATER, "l", "") else iso_day(text).isoformat()


def _number_up_to(most: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not text.strip().isdecimal() or not 1 <= int(text) <= most:
            raise ValueError(f"expected a number of 1 to {most}")
        return text.strip()

    return check
