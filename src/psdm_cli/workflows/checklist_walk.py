"""Walking a checklist with a person: the open manual steps, one by one, each answer stored before the next is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from psdm_cli.checklists.answers import NO, SKIP, YES, accepted
from psdm_cli.checklists.definition import InputType, StepDefinition, StepKind
from psdm_cli.checklists.engine import SEES, RunStep
from psdm_cli.prompting import Choice, Prompter
from psdm_cli.workflows.checklist_runs import OpenRun

LATER = "later"
HINTS = {
    InputType.TEXT: "a text",
    InputType.DATE: "a day, YYYY-MM-DD",
    InputType.NUMBER: "a number",
    InputType.URL: "the address of a page",
}


def steps_of(opened: OpenRun) -> list[str]:
    """All steps of a run, in the order of its checklist."""
    return [step.id for step in opened.definition.steps]


def walk(opened: OpenRun, prompter: Prompter, steps: Collection[str] | None = None) -> int:
    """Ask for every open manual step that may be done now; a step that others waited for lets them follow.

    `steps`: of these only. Returns how many were answered. `Interrupted` leaves all answers stored; `later` passes a
    step over.
    """
    wanted = steps_of(opened) if steps is None else steps
    answered = 0
    for row in _next(opened, wanted):
        _present(row, prompter, opened.desk.address(row.definition.link))
        given = ask(row, prompter)
        if given is not None:
            stood = opened.answer(row.step.id, *given)
            prompter.say(f"  {stood.step.id}: {stood.step.reason}.")
            answered += 1
    for row in opened.run.open:
        if row.waits_for and row.step.id in wanted:
            prompter.say(f"{row.step.id} {row.step.title}: comes after {', '.join(row.waits_for)}.")
    return answered


def _next(opened: OpenRun, wanted: Collection[str]) -> Iterator[RunStep]:
    passed: set[str] = set()
    while True:
        ready = (row for row in opened.run.open if row.can_be_answered and row.step.id in wanted)
        row = next((row for row in ready if row.step.id not in passed), None)
        if row is None:
            return
        passed.add(row.step.id)
        yield row


def _present(row: RunStep, prompter: Prompter, link: str) -> None:
    step = row.definition
    prompter.say()
    prompter.say(f"{step.id} {step.title} ({step.owner})")
    sees = (line for line in row.step.evidence if line.startswith(SEES))
    to_show = f"To show: {', '.join(step.evidence)}" if step.evidence else ""
    for line in (*sees, step.help, to_show, step.handbook, link):
        if line:
            prompter.say(f"  {line}")
    if row.answer is not None:
        prompter.say(f"  Before: {row.step.reason}" + (f" ({row.answer.note})" if row.answer.note else ""))


def ask(row: RunStep, prompter: Prompter) -> tuple[str, str] | None:
    """A person's answer to one step with a note; None for later."""
    value = _value(row.definition, prompter)
    if value == LATER:
        return None
    before = row.answer.note if row.answer is not None else ""
    if value == SKIP:
        return SKIP, prompter.text("Why is it skipped?", default=before, check=_reason)
    step = row.definition
    if step.kind is StepKind.CONFIRM and value == YES and step.evidence:
        return value, prompter.text(f"Note ({', '.join(step.evidence)})", default=before, check=_shown)
    return value, prompter.text("Note (Enter for none)" if not before else "Note", default=before)


def _value(step: StepDefinition, prompter: Prompter) -> str:
    if step.kind is StepKind.INPUT:
        question = f"{HINTS[step.input]}, skip or later"
        return prompter.text(question[0].upper() + question[1:], default=LATER, check=lambda text: _entered(step, text))
    words = (YES, NO) if step.kind is StepKind.CONFIRM else step.options
    choices = [Choice(each, each) for each in (*words, SKIP, LATER)]
    return prompter.choose("Done?" if step.kind is StepKind.CONFIRM else "Which?", choices, default=LATER)


def _entered(step: StepDefinition, text: str) -> str:
    given = text.strip()
    return given.casefold() if given.casefold() in (SKIP, LATER) else accepted(step, given)


def _shown(text: str) -> str:
    if not text.strip():
        raise ValueError("what was done needs a note that shows it")
    return text.strip()


def _reason(text: str) -> str:
    if not text.strip():
        raise ValueError("a step that is skipped needs a note that says why")
    return text.strip()
