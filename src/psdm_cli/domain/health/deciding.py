"""What the PM decides of a health report, and the words that Kantata's report and the internal note say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from psdm_cli.domain.health.dimensions import CLIENT_WORDS, Dimension, Health, client_colour, overall, worst
from psdm_cli.domain.health.suggesting import Suggested

#: Kantata's category of each dimension; risk has none and stands in the description.
CATEGORIES: Mapping[Dimension, str] = {
    Dimension.SCOPE: "Scope",
    Dimension.BUDGET: "Budget",
    Dimension.SCHEDULE: "Schedule",
    Dimension.CLIENT: "Client",
}
#: What the handbook asks of each: yes or no, and why.
QUESTIONS: Mapping[Dimension, str] = {
    Dimension.SCHEDULE: "Tracking to the current schedule",
    Dimension.BUDGET: "Within the SOW's budget",
    Dimension.SCOPE: "Within the SOW's scope",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One dimension as decided: `word` is what was said of the client, `why` the reason in the PM's or data's words."""

    color: Health
    why: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What is done about red: the RAID entry (a title or an address), the action, and until when."""

    raid: str
    action: str
    by: date


@dataclass(frozen=True, slots=True)
class Decision:
    """A health report as the PM wants it. `escalate_to`: to whom the RAID log is escalated, None: it is not."""

    verdicts: Mapping[Dimension, Verdict]
    overall: Health
    text: str
    remedy: Remedy | None = None
    escalate_to: str | None = None

    @property
    def is_red(self) -> bool:
        """Whether anything is red, so that entry, action and date are due."""
        return self.overall is Health.RED or any(each.color is Health.RED for each in self.verdicts.values())


@dataclass(frozen=True, slots=True)
class Wishes:
    """What options said; None was not said. `as_suggested` takes the suggestion for what was not."""

    verdicts: Mapping[Dimension, Verdict] = field(default_factory=dict)
    overall: Health | None = None
    text: str | None = None
    raid: str | None = None
    action: str | None = None
    by: date | None = None
    escalate: bool | None = None
    escalate_to: str | None = None
    as_suggested: bool = False

    @property
    def is_silent(self) -> bool:
        """Whether nothing at all was said: then psdm only suggests."""
        return self == Wishes()


def verdict_of(dimension: Dimension, text: str) -> Verdict:
    """A verdict from an option: `COLOUR`, or `COLOUR: why`; of the client a word such as happy. Raises `ValueError`."""
    said, _, why = (part.strip() for part in text.partition(":"))
    if dimension is Dimension.CLIENT:
        color = client_colour(said)
        word = " ".join(said.casefold().replace("-", " ").replace("_", " ").split())
        return Verdict(color, " ".join(why.split()), word if word in CLIENT_WORDS else "")
    return Verdict(colour_of(said), " ".join(why.split()))


def colour_of(text: str) -> Health:
    """A colour, by name or first letter. Raises `ValueError`."""
    word = text.strip().casefold()
    found = next((each for each in Health if word in (each.value, each.value[0])), None)
    if found is None:
        raise ValueError(f"expected green, yellow or red, not {text!r}")
    return found


def completed(wishes: Wishes, suggested: Suggested) -> Wishes:
    """The wishes with reasons from data where the PM agrees with it, and with the suggestion where that was asked."""
    verdicts = {}
    for judged in suggested.dimensions:
        given = wishes.verdicts.get(judged.dimension)
        if given is None and wishes.as_suggested and judged.color is not None:
            given = Verdict(judged.color)
        if given is None:
            continue
        verdicts[judged.dimension] = given if given.why else _reasoned(given, judged.color, judged.reasons)
    return replace(wishes, verdicts=verdicts)


def _reasoned(given: Verdict, color: Health | None, reasons: Sequence[str]) -> Verdict:
    if color is None:
        return given
    data = "; ".join(reasons)
    why = data if given.color is color else f"the PM's judgement; data suggests {color}: {data}"
    return Verdict(given.color, why, given.word)


def missing(wishes: Wishes) -> tuple[str, ...]:
    """The options that are still to be said, red's own ones among them."""
    lacking = [f"--{each}" for each in Dimension if each not in wishes.verdicts]
    if wishes.overall is None:
        lacking.append("--overall")
    if not (wishes.text or "").strip():
        lacking.append("--text")
    remedy = (("--raid", wishes.raid), ("--action", wishes.action), ("--by", wishes.by))
    if _any_red(wishes) or any(value for _, value in remedy):  # of the three one alone says little
        lacking += [name for name, value in remedy if not value]
    if wishes.escalate and not wishes.escalate_to:
        lacking.append("--escalate-to")
    return tuple(lacking)


def _any_red(wishes: Wishes) -> bool:
    return wishes.overall is Health.RED or any(each.color is Health.RED for each in wishes.verdicts.values())


def decision_of(wishes: Wishes) -> Decision:
    """The decision that complete wishes are. Raises `ValueError` naming what is missing."""
    lacking = missing(wishes)
    if lacking or wishes.overall is None:
        raise ValueError(f"still to be said: {', '.join(lacking)}")
    remedy = None
    if wishes.raid and wishes.action and wishes.by is not None:
        remedy = Remedy(" ".join(wishes.raid.split()), " ".join(wishes.action.split()), wishes.by)
    return Decision(
        verdicts={each: wishes.verdicts[each] for each in Dimension},
        overall=wishes.overall,
        text=(wishes.text or "").strip(),
        remedy=remedy,
        escalate_to=wishes.escalate_to if wishes.escalate else None,
    )


def doubts(decision: Decision) -> tuple[str, ...]:
    """What a reader of the report would ask: nothing that keeps it from being written."""
    found = []
    table = overall(verdict.color for verdict in decision.verdicts.values())
    if table is not None and table is not decision.overall and worst((table, decision.overall)) is table:
        found.append(f"overall is {decision.overall}, and the dimensions would make it {table}")
    if decision.remedy is None and decision.overall is Health.YELLOW:
        found.append("yellow wants an entry in the RAID with an action and a date too: --raid, --action, --by")
    if decision.is_red and decision.escalate_to is None:
        found.append("red is escalated as a rule, and leadership is told the same day: --escalate-to WHO")
    return tuple(found)


def description_of(decision: Decision) -> str:
    """The description of Kantata's report: the PM's lines, then risk (which has no category), then what is done."""
    risk = decision.verdicts[Dimension.RISK]
    lines = [decision.text, f"Risk: {risk.color}{_because(risk.why)}"]
    if decision.remedy is not None:
        remedy = decision.remedy
        lines.append(f"RAID: {remedy.raid}; action: {remedy.action.rstrip('.')}, by {remedy.by.isoformat()}")
    return "\n".join(lines)


def details_of(decision: Decision) -> list[dict[str, str]]:
    """All categories of Kantata's report, always: an update drops those that it leaves out."""
    return [
        {
            "category": name,
            "color": decision.verdicts[dimension].color.value,
            "description": _detail(dimension, decision.verdicts[dimension]),
        }
        for dimension, name in CATEGORIES.items()
    ]


def _detail(dimension: Dimension, verdict: Verdict) -> str:
    if dimension is Dimension.CLIENT:
        return f"{(verdict.word or verdict.color.value).capitalize()}{_because(verdict.why)}"
    return f"{QUESTIONS[dimension]}: {'yes' if verdict.color is Health.GREEN else 'no'}{_because(verdict.why)}"


def _because(why: str) -> str:
    return f" ({why})" if why else ""
