"""What a checklist is made of: steps, their kinds, conditions and order. Frozen models; made by `loading`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from psdm_cli.domain.engagements import EngagementType


class SubjectKind(StrEnum):
    """What a checklist is about: an ISO week, or an engagement."""

    WEEK = "week"
    ENGAGEMENT = "engagement"


class StepKind(StrEnum):
    """Who can tell: psdm (auto), or a person who confirms, enters something, or chooses."""

    AUTO = "auto"
    CONFIRM = "confirm"
    INPUT = "input"
    CHOICE = "choice"


class InputType(StrEnum):
    """What is entered."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    URL = "url"


YES_NO = ("yes", "no")
STAGES = ("5", "6", "closed-won")  # of an opportunity, from likely to close on
#: facts that conditions may ask for, by subject, with the values they may have (None: any, such as Kantata's statuses)
FACTS: Mapping[SubjectKind, Mapping[str, tuple[str, ...] | None]] = {
    SubjectKind.WEEK: {"month_end": YES_NO, "quarter_end": YES_NO},
    SubjectKind.ENGAGEMENT: {
        "type": tuple(kind.value for kind in EngagementType),
        "status": None,
        "stage": STAGES,
        "staffing": ("internal", "partner", "mixed"),
        "infrastructure": YES_NO,
        "passive_acceptance": YES_NO,
    },
}
#: facts about an engagement that live in no system, so that a step may ask for them: as a day, or as one of these words
ASKED: Mapping[str, tuple[str, ...] | InputType] = {
    "kickoff": InputType.DATE,
    "transition": InputType.DATE,
    "sow_signed": InputType.DATE,
    "sow_expiry": InputType.DATE,
    "stage": STAGES,
    "staffing": ("internal", "partner", "mixed"),
    "infrastructure": YES_NO,
    "passive_acceptance": YES_NO,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """`FACT in [values]`, or not in them; values in lower case."""

    fact: str
    values: tuple[str, ...]
    negated: bool = False

    def holds(self, facts: Mapping[str, str | None]) -> bool | None:
        """Whether it is true of a subject; None when the fact is unknown."""
        value = facts.get(self.fact)
        if value is None:
            return None
        return (value.strip().casefold() in self.values) is not self.negated

    @property
    def said(self) -> str:
        """The condition in words: "type is consulting block or dedicated engineer"."""
        values = " or ".join(value.replace("_", " ") for value in self.values)
        return f"{self.fact.replace('_', ' ')} is {'not ' if self.negated else ''}{values}"


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """One step. `evidence` says what a person should have to show.

    `verifier` names the check of an auto step; a manual step may have one too: then what the check finds wrong counts,
    and what it finds right is shown beside, for the person to confirm.

    `link` is a page to look at: the name of a link in the settings, or an address.

    `blocking`: whether the checklist is blocked while this step needs attention or could not be verified. `fact`: the
    answer is kept as this fact about the engagement, for conditions and for every other command.
    """

    id: str
    title: str
    owner: str
    kind: StepKind
    verifier: str | None = None
    options: tuple[str, ...] = ()
    input: InputType = InputType.TEXT
    evidence: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    after: tuple[str, ...] = ()
    help: str = ""
    handbook: str = ""
    blocking: bool = True
    fact: str | None = None
    link: str | None = None

    @property
    def is_manual(self) -> bool:
        """Whether only a person can tell."""
        return self.kind is not StepKind.AUTO


@dataclass(frozen=True, slots=True)
class Definition:
    """A checklist. `origin` is the file it comes from; `complete` makes open manual steps block it as well (exit 3)."""

    id: str
    title: str
    subject: SubjectKind
    steps: tuple[StepDefinition, ...]
    help: str = ""
    complete: bool = False
    origin: str = ""
    team: bool = False
    by_id: Mapping[str, StepDefinition] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {step.id: step for step in self.steps})

    @property
    def verifiers(self) -> frozenset[str]:
        """The checks that its auto steps stand on."""
        return frozenset(step.verifier for step in self.steps if step.verifier is not None)

    def walk(self) -> tuple[StepDefinition, ...]:
        """The steps in an order that keeps every `after`, otherwise as they are written."""
        done: set[str] = set()
        ordered: list[StepDefinition] = []
        waiting = list(self.steps)
        while waiting:
            ready = next((step for step in waiting if done.issuperset(step.after)), None)
            if ready is None:  # the loader refuses circles
                raise ValueError(f"the order of {self.id} goes round in a circle")
            waiting.remove(ready)
            ordered.append(ready)
            done.add(ready.id)
        return tuple(ordered)
