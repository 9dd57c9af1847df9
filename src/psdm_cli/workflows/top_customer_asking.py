"""Completing Top Customer notes at a terminal, field by field; every finished entry is kept at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from psdm_cli.domain.pushes import Push, push_reason
from psdm_cli.domain.top_customer import Entry, Notes, is_address, letter, one_dri, progress_line
from psdm_cli.prompting import Choice, Prompter

COLOURS = (Choice("R", "red"), Choice("Y", "yellow"), Choice("G", "green"))
COMPLETE, SKIP, STOP = "complete", "skip", "stop"
CHOICES = (Choice(COMPLETE, "complete it"), Choice(SKIP, "skip it"), Choice(STOP, "stop here"))
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Conversation:
    """Whom to ask, and how what was answered is kept. `give_reason`: a push's reason, at once."""

    prompter: Prompter
    as_of: date
    keep: Callable[[Entry], object]
    give_reason: Callable[[Push, str], object]

    def complete(self, entries: Sequence[Entry], *, again: bool = False) -> tuple[Entry, ...]:
        """The entries as they are after the conversation; asked are those that are not valid, all with `again`."""
        done: list[Entry] = []
        stopped = False
        for number, entry in enumerate(entries, 1):
            if stopped or (entry.is_valid and not again):
                done.append(entry)
                continue
            self._show(entry, f"{number} of {len(entries)}")
            chosen = self.prompter.choose(f"{entry.customer}, {entry.name}", CHOICES, default=COMPLETE)
            stopped = chosen == STOP
            done.append(self._completed(entry) if chosen == COMPLETE else entry)
        return tuple(done)

    def _show(self, entry: Entry, which: str) -> None:
        """What stands, what last week said, what is missing."""
        say = self.prompter.say
        say("")
        say(f"{entry.customer} · {entry.name} ({which})")
        for line in entry.text.splitlines():
            say(f"  {line}")
        if entry.before is not None:
            say(f"  Noted in {entry.before.week}:")
            for line in entry.before.text.splitlines():
                say(f"    {line}")
        if entry.suggested is not None:
            say(f"  Suggested {entry.suggested[0]}: {'; '.join(entry.suggested[1])}")
        for problem in entry.problems:
            say(f"  ! {problem}")

    def _completed(self, entry: Entry) -> Entry:
        ask = self.prompter
        entry = replace(entry, pushes=tuple(self._explained(entry.pushes)))
        notes, before = entry.notes, entry.before.notes if entry.before is not None else Notes()
        internal = self._colour("Internal temperature", notes.internal or before.internal or _suggested(entry))
        customer = self._colour("Customer temperature", notes.customer or before.customer)
        notes = replace(
            notes,
            internal=internal,
            customer=customer,
            progress=ask.text("Progress, one line", default=notes.progress, check=progress_line),
            issue=self._maybe("Issue", notes.issue or before.issue),
        )
        entry = replace(entry, notes=notes)
        if entry.is_warm or notes.issue:
            action = ask.text("Proposed action", default=notes.action or before.action, check=_something)
            day = ask.date("Fixed by", default=notes.fix_by or before.fix_by, check=self._coming)
            notes = replace(notes, action=action, fix_by=day)
        else:
            notes = replace(notes, action="", fix_by=None)
        people = self._maybe("Contributors, comma between", ", ".join(notes.contributors))
        notes = replace(
            notes,
            assistance=self._maybe("Assistance needed", notes.assistance or before.assistance),
            dri=ask.text("DRI, one role or handle", default=notes.dri, check=one_dri),
            contributors=tuple(name.strip() for name in people.split(",") if name.strip()),
        )
        if entry.is_warm:
            raid = ask.text("Link to the RAID", default=notes.raid, check=_address)
            notes = replace(
                notes, raid=raid, epic=ask.text("Link to the Customer Epic", default=notes.epic, check=_address)
            )
        entry = replace(entry, notes=notes, drafted=frozenset())
        self.keep(entry)
        return entry

    def _explained(self, pushes: Iterable[Push]) -> Iterable[Push]:
        """Each push with its reason, asked once."""
        for push in pushes:
            if not push.lacks_reason:
                yield push
                continue
            reason = self.prompter.text(f"Pushed {push.said}. Why", check=push_reason)
            self.give_reason(push, reason)
            yield replace(push, reason=reason)

    def _colour(self, question: str, default: str) -> str:
        return self.prompter.choose(question, COLOURS, default=letter(default))

    def _maybe(self, question: str, default: str) -> str:
        """A text that may be empty: - for nothing where something is offered."""
        hint = f" ({NOTHING} for none)" if default else ""
        answer = self.prompter.text(f"{question}{hint}", default=default)
        return "" if answer == NOTHING else " ".join(answer.split())

    def _coming(self, day: date) -> date:
        if day < self.as_of:
            raise ValueError(f"expected a day from {self.as_of.isoformat()} on, not {day.isoformat()}")
        return day


def _suggested(entry: Entry) -> str:
    return entry.suggested[0] if entry.suggested is not None else ""


def _something(text: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise ValueError("expected a text: a yellow or red temperature, or an issue, needs it")
    return said


def _address(text: str) -> str:
    if not is_address(text):
        raise ValueError("expected a web address, which a yellow or red temperature needs")
    return text.strip()
