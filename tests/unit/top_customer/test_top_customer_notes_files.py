"""A PM's notes in YAML: three ways to write them, every mistake with its line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from psdm_cli.domain.top_customer import Notes
from psdm_cli.errors import PsdmError
from psdm_cli.workflows.top_customer_notes import GivenNotes, read_notes

WHOLE = Notes(
    progress="Wave 2 is in",
    issue="capacity",
    action="two more runners",
    fix_by=date(2026, 11, 30),
    assistance="a TA",
    dri="@robin",
    contributors=("Ana", "Bo"),
    internal="Y",
    customer="G",
    raid="https://gitlab.example.com/r",
    epic="https://gitlab.example.com/e",
)
FIELDS = """\
    progress: Wave 2 is in
    issue: capacity
    action: two more runners
    fix_by: 2026-11-30
    assistance: a TA
    dri: "@robin"
    contributors: [Ana, Bo]
    temperature: {internal: Y, customer: G}
    links: {raid: "https://gitlab.example.com/r", epic: "https://gitlab.example.com/e"}
    pushes: {"2026-11:2026-12": change freeze}
"""


def read(tmp_path: Path, text: str) -> tuple[GivenNotes, ...]:
    """The notes of a file."""
    path = tmp_path / "notes.yaml"
    path.write_text(text, encoding="utf-8")
    return read_notes(path)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"notes:\n  SOW-1:\n{FIELDS}", id="notes"),
        pytest.param(f"SOW-1:\n{FIELDS}", id="the file is the map"),
        pytest.param(
            f"entries:\n  - sow: SOW-1\n    customer: Acme\n    valid: true\n    text: old\n{FIELDS}", id="entries"
        ),
    ],
)
def test_three_ways_to_write_them(tmp_path: Path, text: str) -> None:
    (given,) = read(tmp_path, text)
    assert (given.word, given.notes) == ("SOW-1", WHOLE)
    assert given.pushes == {("2026-11", "2026-12"): "change freeze"}


def test_short_forms(tmp_path: Path) -> None:
    text = 'Acme:\n  temperature: "r | g"\n  contributors: Ana, Bo\n  pushes:\n    - {month_from: 2026-11, month_to: '
    (given,) = read(
        tmp_path, text + "2026-12, reason: freeze, amount: 1}\n    - {month_from: 2026-12, month_to: 2027-01}\n"
    )
    assert given.notes == Notes(internal="r", customer="g", contributors=("Ana", "Bo"))
    assert given.pushes == {("2026-11", "2026-12"): "freeze"}


def test_what_is_written_as_empty_goes(tmp_path: Path) -> None:
    (given,) = read(tmp_path, "SOW-1:\n  issue:\n  action: ''\n  fix_by: null\n  contributors: []\n  dri: PM\n")
    assert given.over(WHOLE) == replace(WHOLE, issue="", action="", fix_by=None, contributors=(), dri="PM")
    (given,) = read(tmp_path, "SOW-1: {dri: PM}\n")
    assert given.over(WHOLE) == replace(WHOLE, dri="PM")


def test_a_progress_of_two_lines_is_kept_to_be_refused(tmp_path: Path) -> None:
    (given,) = read(tmp_path, "SOW-1:\n  progress: |\n    one\n    two\n")
    assert given.notes.progress == "one\ntwo"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "no notes are in it", id="empty"),
        pytest.param("notes: [x]\n", "line 1: notes.0: expected an entry with sow or customer", id="list"),
        pytest.param("notes: x\n", "line 1: notes: expected SOWs or customers", id="no map"),
        pytest.param("SOW-1: fine\n", "line 1: SOW-1: expected fields such as progress", id="no fields"),
        pytest.param(
            "SOW-1:\n  progres: x\n", "line 2: SOW-1.progres: there is no field 'progres'; did you mean", id="typo"
        ),
        pytest.param("SOW-1:\n  dri: [a, b]\n", "line 2: SOW-1.dri: expected a text", id="list for a text"),
        pytest.param("SOW-1:\n  dri: PM\n  fix_by: soon\n", "line 3: SOW-1.fix_by: expected a day", id="no day"),
        pytest.param("SOW-1:\n  fix_by: 2026-02-30\n", "line 2: SOW-1.fix_by: expected a day", id="no such day"),
        pytest.param(
            "SOW-1:\n  temperature: Y\n", "line 2: SOW-1.temperature: expected internal | customer", id="one letter"
        ),
        pytest.param(
            "SOW-1:\n  temperature:\n    inside: Y\n",
            "line 3: SOW-1.temperature.inside: there is no field",
            id="odd mood",
        ),
        pytest.param("SOW-1:\n  links: here\n", "line 2: SOW-1.links: expected raid and epic", id="links"),
        pytest.param("SOW-1:\n  pushes: {soon: x}\n", "line 2: SOW-1.pushes.soon: expected two months", id="months"),
        pytest.param('SOW-1:\n  pushes: {"2026-11:2026-12": }\n', "expected why it was pushed", id="no reason"),
        pytest.param(
            "SOW-1:\n  dri: PM\nsow-1:\n  dri: PM\n", "line 3: sow-1 has notes in this file already", id="twice"
        ),
        pytest.param("SOW-1: {dri: a}\nSOW-1: {dri: b}\n", "line 2: SOW-1: this key is already given", id="double key"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PsdmError) as caught:
        read(tmp_path, text)
    assert caught.value.exit_code == 2
    assert said in caught.value.message
