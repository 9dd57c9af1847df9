"""Asking the PM for a health report, dimension by dimension, the suggestion as the default."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from psdm_cli.domain.health.deciding import Verdict, Wishes, completed, verdict_of
from psdm_cli.domain.health.dimensions import CLIENT_WORDS, Dimension, Health, Judged, overall
from psdm_cli.prompting import Choice

if TYPE_CHECKING:
    from psdm_cli.domain.health.suggesting import Suggested
    from psdm_cli.prompting import Prompter

COLOURS = tuple(Choice(each.value, each.value) for each in Health)


def asked(person: Prompter, suggested: Suggested, wishes: Wishes) -> Wishes:
    """The wishes with what was not said by options asked for; Enter takes what is suggested.

    Raises what a `Prompter` raises.
    """
    given = dict(wishes.verdicts)
    for judged in suggested.dimensions:
        if judged.dimension not in given and not (wishes.as_suggested and judged.color is not None):
            given[judged.dimension] = _verdict(person, judged)
    found = completed(replace(wishes, verdicts=given), suggested)
    if found.overall is None:
        found = replace(found, overall=_overall(person, found))
    if not found.text:
        text = person.text("Two or three lines: what goes well, what does not, what blocks", check=_filled)
        found = replace(found, text=text)
    if _red(found):
        return _remedy(person, found)
    if found.overall is Health.YELLOW and not found.raid:
        return _milder_remedy(person, found)
    return found


def _verdict(person: Prompter, judged: Judged) -> Verdict:
    """One dimension: colour (of the client a word), and why where it differs from what data says."""
    said = f"suggested {judged.color}: " if judged.color is not None else ""
    person.say(f"{judged.dimension.value.capitalize()}: {said}{'; '.join(judged.reasons)}")
    if judged.dimension is Dimension.CLIENT:
        words = [Choice(word, word) for word in CLIENT_WORDS]
        return verdict_of(judged.dimension, person.choose("The client is", words))
    default = judged.color.value if judged.color is not None else None
    chosen = Health(person.choose(judged.dimension.value.capitalize(), COLOURS, default=default))
    if chosen is judged.color:
        return Verdict(chosen)
    return Verdict(chosen, person.text("Why", check=_filled))


def _overall(person: Prompter, wishes: Wishes) -> Health:
    proposed = overall(each.color for each in wishes.verdicts.values())
    if Health.RED in {each.color for each in wishes.verdicts.values()} and proposed is not Health.RED:
        person.say("One red that you can mend yourself is yellow overall; if it needs somebody above you, it is red.")
    return Health(person.choose("Overall", COLOURS, default=proposed.value if proposed is not None else None))


def _red(wishes: Wishes) -> bool:
    return wishes.overall is Health.RED or any(each.color is Health.RED for each in wishes.verdicts.values())


def _remedy(person: Prompter, wishes: Wishes) -> Wishes:
    """Red asks for the RAID entry, the action and its date, and offers to escalate."""
    found = wishes
    person.say("Red wants an entry in the RAID, an action and a date.")
    if not found.raid:
        found = replace(found, raid=person.text("RAID entry (title or address)", check=_filled))
    if not found.action:
        found = replace(found, action=person.text("Action", check=_filled))
    if found.by is None:
        found = replace(found, by=person.date("By when"))
    if found.escalate is None:
        question = "Label the RAID log Escalated, and note on the Customer Epic to whom and why?"
        found = replace(found, escalate=person.confirm(question, default=True))
    if found.escalate and not found.escalate_to:
        found = replace(found, escalate_to=person.text("Escalated to whom", check=_filled))
    return found


def _milder_remedy(person: Prompter, wishes: Wishes) -> Wishes:
    """Yellow wants the same, but does without: an empty answer leaves it to a warning."""
    raid = person.text("Yellow wants an entry in the RAID too, title or address (Enter for none)")
    if not raid:
        return wishes
    action = wishes.action or person.text("Action", check=_filled)
    return replace(wishes, raid=raid, action=action, by=wishes.by or person.date("By when"))


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("expected a text, not an empty one")
    return text.strip()
