"""psdm import kantata as a process, without any token: files in, reports out, refusals with their codes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from openpyxl import Workbook
from psdm_process import AS_OF, Psdm
from tests.hostile import HOSTILE, assert_safe_markdown, assert_safe_text

FILES = {
    "budget": """\
Project ID,Project,Client,Project Status,Project Lead,Start Date,Due Date,Currency,Budget,Budget Used,SOW,Billing Type
31,Northwind migration,Northwind,Active,Dana Lindqvist,2026-08-01,2027-03-31,USD,240000,95000,SOW-31,T&M
""",
    "allocations": """\
Project ID,Project,Resource,Role,Start Date,End Date,Hours,Allocation Type,Bill Rate
31,Northwind migration,Aiko Tremblay,Professional Services Engineer,2026-11-30,2027-01-29,240,Hard,250
""",
    "time": """\
Project ID,Project,User,Date,Hours,Billable,Approval Status,Bill Rate
31,Northwind migration,Aiko Tremblay,2026-11-17,7.5,Yes,Approved,250
""",
}
DAY = ("--exported-on", "2026-11-20")


@pytest.fixture
def bare(alone: Psdm) -> Psdm:
    """psdm with neither server nor token, and the files in its folder."""
    for name, text in FILES.items():
        (alone.home / f"{name}.csv").write_text(text, encoding="utf-8")
    return alone.with_(
        PSDM_AS_OF=AS_OF.isoformat(), PSDM_NO_INPUT="1", PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring"
    )


def put_workbook(path: Path) -> None:
    """Time as a workbook, with a column that psdm does not know."""
    book = Workbook()
    for row in (
        ["Project", "User", "Date", "Hours", "Billable", "Approved", "Ticket"],
        ["Northwind migration", "Aiko Tremblay", AS_OF, 6, True, "Pending", "T1"],
    ):
        book.active.append(row)
    book.save(path)


def test_every_report_works_from_files(bare: Psdm) -> None:
    """Looked at first, taken, answered from, taken again, and replaced by a newer workbook."""
    names = tuple(f"{name}.csv" for name in FILES)
    would = bare("import", "kantata", *names, *DAY, "--dry-run", "--json")
    assert (would.code, {each["state"] for each in would.result["files"]}) == (0, {"would be taken"})
    assert bare("--offline", "portfolio", "--json").code == 5

    done = bare("import", "kantata", *names, *DAY, "--json")
    assert (done.code, done.document["schema"], done.result["lead"]) == (0, "psdm.import.kantata/1", "Dana Lindqvist")
    Draft202012Validator(bare("schema", "import kantata").document).validate(done.document)
    assert done.result["changed"] == {
        "workspaces": 1, "workspace_resources": 1, "workspace_allocations": 1, "time_entries": 1,
    }  # fmt: skip
    assert "stories" in done.result["lacking"]

    shown = bare("--offline", "portfolio", "--json")
    (project,) = shown.result["projects"]
    assert (shown.code, project["sow"], project["eac"]) == (0, "SOW-31", "155000.00")
    assert "origin: import budget.csv of 2026-11-20 (3 days old): projects and funds." in shown.document["warnings"]
    prepared = bare("--offline", "forecast-prep", "--json")
    steps = {step["id"]: step for step in prepared.result["steps"]}
    assert prepared.code == 3
    assert [f["amount"] for f in steps["FP-01"]["findings"]] == ["85000.00"]
    assert steps["FP-05"]["state"] == "unverified"
    assert "origin: import time.csv" in bare("--offline", "forecast", "show").out

    again = bare("import", "kantata", *names, *DAY)
    assert (again.code, "Nothing differs" in again.out) == (0, True)

    put_workbook(bare.home / "time.xlsx")
    newer = bare("import", "kantata", "time.xlsx", "--ignore", "ticket", "--exported-on", AS_OF.isoformat(), "--json")
    states = {each["file"]: each["state"] for each in newer.result["files"]}
    assert states == {
        "time.xlsx": "taken", "budget.csv": "kept", "allocations.csv": "kept", "time.csv": "replaced",
    }  # fmt: skip
    assert newer.result["files"][0]["ignored"] == ["Ticket"]


def test_wrong_rows_take_nothing_over(bare: Psdm) -> None:
    """One clear line for each, of all files, and the mirror as before."""
    (bare.home / "wrong.csv").write_text(
        "Project,User,Date,Hours,Billable,Approved\nA,Kim,soon,8,y,y\nB,Kim,2026-11-23,8,y,y\nC,,2026-11-23,x,y,y\n"
    )
    wrong = bare("import", "kantata", "budget.csv", "wrong.csv", "--as", "Dana Lindqvist")
    assert wrong.code == 2
    lines = wrong.err.splitlines()
    assert lines[0] == "wrong.csv row 2, Date: expected a day such as 2026-11-23, not 'soon'"
    assert lines[1].startswith("wrong.csv row 4, User: expected a text, the cell is empty; Hours: expected hours")
    assert "2 rows are wrong; nothing was taken over." in lines[2]
    assert bare("--offline", "portfolio", "--json").code == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("absent.csv",), "no file", id="absent"),
        pytest.param(("odd.csv",), "'Ticket'", id="unknown column"),
        pytest.param(("time.csv", "--report", "money"), "--report", id="no such report"),
        pytest.param(("time.csv", "--report", "tasks"), "lacks a column for task", id="another report"),
        pytest.param(("time.csv",), "--as NAME", id="whose"),
        pytest.param(("time.csv", "--as", "all"), "--as", id="everybody"),
        pytest.param(("time.csv", "--as", "D", "--exported-on", "2999-01-01"), "future", id="future"),
        pytest.param(("time.csv", "--as", "D", "--map", "absent.yaml"), "mapping file", id="no mapping"),
    ],
)
def test_what_makes_no_sense_is_refused(bare: Psdm, arguments: tuple[str, ...], words: str) -> None:
    (bare.home / "odd.csv").write_text("Project,User,Date,Hours,Billable,Approved,Ticket\nA,Kim,2026-11-23,8,y,y,T-1\n")
    refused = bare("import", "kantata", *arguments, "--json")
    assert (refused.code, words in f"{refused.error['message']} {refused.error['hint']}") == (2, True), refused.out


def test_hostile_words_in_files_do_nothing(bare: Psdm) -> None:
    """Titles, names, statuses and columns of the corpus: taken or refused, shown harmless either way."""
    texts = [text[:200] for name, text in HOSTILE.items() if name != "surrogate" and " ".join(text.split())]
    with (bare.home / "hostile.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["Project ID", "Project", "Project Status", "Project Lead", "Currency", "Budget", texts[0].strip()]
        )
        for number, text in enumerate(texts, start=1):
            rows.writerow([number, text, text, "Dana Lindqvist", "USD", 1000, text])
    done = bare("import", "kantata", "hostile.csv", "--ignore", "*")
    assert done.code == 0, done.err
    assert_safe_text(f"{done.out}{done.err}".replace("\n", ""))
    shown = bare("--offline", "portfolio", "--markdown")
    assert shown.code == 0
    assert_safe_markdown(shown.out)
    with (bare.home / "wrong.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Project", "User", "Date", "Hours", "Billable", "Approved"])
        rows.writerows([text] * 6 for text in texts)
    wrong = bare("import", "kantata", "wrong.csv")
    assert (wrong.code, len(wrong.err.splitlines()) >= len(texts)) == (2, True)
    assert_safe_text(wrong.err.replace("\n", ""))
