"""The "Scheduling Intake" issue: the handbook's nine steps with their owners, ticked or not, sections filled or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.space.markdown import Line, filled, lines_of

#: number, what the handbook calls it, its owner
STEPS: tuple[tuple[int, str, str], ...] = (
    (1, "Customer Goal Summary", "EM"),
    (2, "Roles and personalities of all customer stakeholders", "EM/Sales"),
    (3, "PM assignment", "PSOps + PMO Manager"),
    (4, "PM confirms information, PSOps schedules PSE", "PM; PSOps"),
    (5, "Introductions", "EM/AE"),
    (6, "Collaboration approach and onboarding gathered", "PM"),
    (7, "Collaboration space preparation", "PM"),
    (8, "Stakeholder meeting", "PM"),
    (9, "Kickoff and forecast updates", "PM"),
)
GATE = (1, 2)  # the EM ensures these before PM assignment (step 3) begins
ASSIGNMENT = 3
SPACE_STEP = 7
KICKOFF_STEP = 9

_NUMBERED = re.compile(r"\bstep\s*#?\s*([1-9])\b", re.IGNORECASE)
_WORDS: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (number, re.compile(pattern, re.IGNORECASE))
    for number, pattern in (
        (1, r"\bgoal summary\b"),
        (2, r"\bpersonalit|\broles and personalities\b"),
        (3, r"\bpm assign"),
        (4, r"\bpm confirms\b|\bschedules? pse\b"),
        (5, r"\bintroductions?\b"),
        (6, r"\bonboarding\b|\bcollaboration approach\b"),
        (7, r"\bcollaboration space\b"),
        (8, r"\bstakeholder meeting\b"),
        (9, r"\bkick.?off\b"),
    )
)


@dataclass(frozen=True, slots=True)
class Box:
    """A check-box line as it was read, and whether it is ticked."""

    line: str
    checked: bool


@dataclass(frozen=True, slots=True)
class IntakeStep:
    """One of the nine. `boxes` are its check-boxes (none: the issue has no such step); `section` None: no section."""

    number: int
    title: str
    owner: str
    boxes: tuple[Box, ...] = ()
    section: bool | None = None

    @property
    def ticked(self) -> bool | None:
        """Whether every box of it is ticked; None where it has none."""
        return all(box.checked for box in self.boxes) if self.boxes else None

    @property
    def done(self) -> bool | None:
        """Ticked, or, for a step without a box, its section filled; None: nobody can tell."""
        return self.ticked if self.ticked is not None else self.section


@dataclass(frozen=True, slots=True)
class Intake:
    """The issue and its nine steps."""

    issue: Issue
    steps: tuple[IntakeStep, ...]

    def step(self, number: int) -> IntakeStep:
        """One of the nine by its number."""
        return self.steps[number - 1]

    @property
    def gate_open(self) -> bool | None:
        """Whether steps 1 and 2 are considered, so that PM assignment may begin; None: nobody can tell.

        Considered means ticked, or its section filled: the EM may write without ticking.
        """
        considered = [self._considered(number) for number in GATE]
        if all(considered):
            return True
        return False if False in considered else None

    def _considered(self, number: int) -> bool | None:
        step = self.step(number)
        if step.ticked or step.section:
            return True
        return None if step.ticked is None and step.section is None else False

    @property
    def gate_missing(self) -> tuple[IntakeStep, ...]:
        """Those of steps 1 and 2 that are not considered."""
        return tuple(self.step(number) for number in GATE if not self._considered(number))


def is_intake(title: str) -> bool:
    """Whether an issue's title says that it is the scheduling intake."""
    return re.search(r"scheduling\s*[-_]?\s*intake", title, re.IGNORECASE) is not None


def parse(issue: Issue) -> Intake:
    """The nine steps of an intake issue, from check-boxes that name a step, or stand below a heading that does."""
    boxes: dict[int, list[Box]] = {number: [] for number, _, _ in STEPS}
    direct: set[int] = set()
    texts: dict[int, list[str]] = {}
    heading: int | None = None
    for line in lines_of(issue.description or ""):
        if line.heading is not None:
            heading = _number(line.heading)
            if heading is not None:
                texts.setdefault(heading, [])
        elif line.checked is not None:
            _box(line, heading, boxes, direct)
        elif heading is not None:
            texts[heading].append(line.text)
    return Intake(issue, tuple(_steps(boxes, texts)))


def _box(line: Line, heading: int | None, boxes: dict[int, list[Box]], direct: set[int]) -> None:
    """A box that names its step itself stands for the step alone; others count for the heading above them."""
    named = _NUMBERED.search(line.text)
    number = int(named[1]) if named else (_number(line.text) if heading is None else heading)
    if number is None:
        return
    box = Box(line.raw, line.checked is True)
    if named:
        if number not in direct:
            boxes[number] = []
        direct.add(number)
        boxes[number].append(box)
    elif number not in direct:
        boxes[number].append(box)


def _steps(boxes: dict[int, list[Box]], texts: dict[int, list[str]]) -> Iterator[IntakeStep]:
    for number, title, owner in STEPS:
        section = filled(texts[number]) if number in texts else None
        yield IntakeStep(number, title, owner, tuple(boxes[number]), section)


def _number(text: str) -> int | None:
    named = _NUMBERED.search(text)
    if named:
        return int(named[1])
    return next((number for number, pattern in _WORDS if pattern.search(text)), None)
