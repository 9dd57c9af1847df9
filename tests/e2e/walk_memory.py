"""What a Monday's walk leaves behind, and a PM who answers it: by what is asked and which finding is on the screen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from psdm_process import Psdm
from sitting import card

from psdm_cli.sandbox import KantataSandbox
from psdm_cli.store import open_store
from psdm_cli.store.database import Store

Answer = str | list[str]
FUNDS, SOFT, DATES = "FP-01:3001", "FP-07 SOW-2301", "FP-02 SOW-2308"
REASON, SOFT_REASON, NOTE = "the change order is signed on Friday", "the customer decides on Friday", "asked Kai"


def stored(psdm: Psdm, kantata: KantataSandbox) -> Store:
    """The store of that home."""
    return open_store(None, psdm.home / "psdm" / "data", site=kantata.kantata_url)


def kept(psdm: Psdm, kantata: KantataSandbox) -> dict[str, Any]:
    """All that a walk leaves behind: in the store and on the server, without instants and numbers of runs."""
    scope = "leads:" + kantata_user(kantata)
    with stored(psdm, kantata) as store:
        runs = store.checklists.list("forecast-prep")
        return {
            "waivers": [(w.finding, w.reason, w.until, w.who) for w in store.waivers.list()],
            "upside": [(e.source, e.reason, str(e.probability), str(e.amount), e.month) for e in store.upside.list()],
            "decisions": {
                key: (d.verdict.value, d.seen) for key, d in store.decisions("2026-W48", scope).latest().items()
            },
            "steps": {a.step: (a.value, a.note, a.who) for run in runs for a in store.checklists.history(run.key)},
            "frozen": [(head.week, head.revision) for head in store.snapshots.list()],
            "tasks": tasks(kantata),
        }


def kantata_user(kantata: KantataSandbox) -> str:
    """The user whose engagements are walked through."""
    return str(kantata.account.find("workspaces", "id", "3001")[0]["primary_maven_id"])


def tasks(kantata: KantataSandbox) -> dict[str, tuple[str | None, str | None]]:
    """Start and due date of every task on the server."""
    return {str(s["id"]): (s["start_date"], s["due_date"]) for s in kantata.account.rows("stories")}


#: what is typed at a card, by step and engagement; a list is used up, then Enter takes the default (later)
CARDS: Mapping[str, Answer] = {"FP-01 SOW-2301": "w", SOFT: "a", DATES: "f"}
#: what is typed at the other questions, by how they begin
ANSWERS: Mapping[str, Answer] = {
    "Reason": REASON,
    "Until": "2026-12-04",
    "What keeps": SOFT_REASON,
    "Probability": "60",
    "Apply": "y",
    "How": "",
    "Done": "y",
    "Note": NOTE,
    "Freeze": "",
}


class Person:
    """Answers as a PM would, or as told. Presses Ctrl-C at the question that fits `stop_at`."""

    def __init__(
        self,
        stop_at: str | None = None,
        cards: Mapping[str, Answer] | None = None,
        answers: Mapping[str, Answer] | None = None,
    ) -> None:
        self.stop_at = stop_at
        self.asked: list[str] = []
        self._cards = _own(CARDS if cards is None else cards)
        self._answers = _own(ANSWERS | dict(answers or {}))

    def __call__(self, question: str, screen: str) -> str | None:
        self.asked.append(question)
        if self.stop_at is not None and re.match(self.stop_at, question):
            return None
        if question.startswith("What now"):
            return _next(self._cards.get(card(screen), ""))
        return _next(next(answer for begins, answer in self._answers.items() if re.match(begins, question)))


def _own(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    return {name: list(answer) if isinstance(answer, list) else answer for name, answer in answers.items()}


def _next(answer: Answer) -> str:
    if isinstance(answer, str):
        return answer
    return answer.pop(0) if answer else ""
