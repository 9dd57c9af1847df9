"""What the walk shows, pinned at 80 and 140 columns: every question, senseless answers, a repair, the message."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from psdm_process import Psdm
from sitting import Sitting, card, masked
from syrupy.assertion import SnapshotAssertion
from tests.documents import ROOT, blocks

from psdm_cli.sandbox import KantataSandbox

GUIDE = ROOT / "docs" / "monday-in-fifteen-minutes.md"

#: what is typed at which card, one after the other; at every other card: later
AT_CARDS: Mapping[str, tuple[str, ...]] = {
    "FP-08 SOW-2301": ("h", "o", "f", "l"),
    "FP-01 SOW-2301": ("x", "w"),
    "FP-01 SOW-2302": ("l",),
    "FP-07 SOW-2301": ("a",),
    "FP-02 SOW-2308": ("f", "s"),
}
#: what is typed at the other questions, one after the other
AT_QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "Reason": ("", "the change order is signed on Friday"),
    "Until": ("soon", "2026-01-01", "2026-12-04"),
    "What keeps": ("", "the customer decides on Friday"),
    "Probability": ("150", "60"),
    "How": ("",),
    "Apply": ("maybe", "y"),
    "Is it sent": ("n",),
    "Done": ("s", "y", "y"),
    "Why is it skipped": ("", "nobody is under-allocated"),
    "Note": ("", "in the sheet since 09:40", "in the notes of the call"),
    "Freeze": ("",),
}


class Script:
    """Types what the tables say, in order."""

    def __init__(self) -> None:
        self.cards = {name: list(answers) for name, answers in AT_CARDS.items()}
        self.questions = {name: list(answers) for name, answers in AT_QUESTIONS.items()}

    def __call__(self, question: str, screen: str) -> str:
        if question.startswith("What now"):
            left = self.cards.get(card(screen), [])
            return left.pop(0) if left else "l"
        name = next(name for name in self.questions if question.startswith(name))
        return self.questions[name].pop(0)

    @property
    def untyped(self) -> list[str]:
        """Answers that nobody asked for."""
        return [word for left in (*self.cards.values(), *self.questions.values()) for word in left]


@pytest.mark.parametrize("columns", [80, 140])
def test_every_question_of_a_walk(
    psdm: Psdm, kantata: KantataSandbox, snapshot: SnapshotAssertion, columns: int
) -> None:
    script = Script()
    sitting = Sitting(psdm.with_(PSDM_NO_INPUT=None), columns=columns)
    assert sitting.converse(script) == 3
    assert script.untyped == []
    assert max(len(line) for line in sitting.lines) <= columns
    assert sitting.shown == snapshot
    if columns == 80:
        missing = [
            block.name for block in blocks("text") if block.file == GUIDE and masked(block.body) not in sitting.shown
        ]
        assert missing == [], "the guide shows what the program shows"


@pytest.mark.parametrize("columns", [80, 140])
def test_left_and_taken_up_again(psdm: Psdm, snapshot: SnapshotAssertion, columns: int) -> None:
    person = psdm.with_(PSDM_NO_INPUT=None)
    first = Sitting(person, columns=columns)
    first.question()
    first.type("l")
    first.question()
    assert first.interrupt() == 130
    assert "everything answered so far is kept" in " ".join(" ".join(first.lines).split())
    again = Sitting(person, columns=columns)
    again.question()
    again.type("q")
    again.end()
    assert again.code == 3
    assert card(again.raw.replace("\r", "")) == "FP-01 SOW-2301", "what was put off comes last"
    assert again.shown == snapshot


def test_in_colour_the_letters_are_edited_and_typed(psdm: Psdm) -> None:
    sitting = Sitting(psdm.with_(PSDM_NO_INPUT=None), columns=140, colour=True)
    sitting.child.expect(r"\(later\):", timeout=60)
    assert "\x1b[1m" in sitting.child.before
    sitting.type("q")
    sitting.end()
    assert sitting.code == 3
    assert "33 questions left" in sitting.raw
