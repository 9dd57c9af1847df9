"""What a cell of an export means, which report a header is, which rows are wrong, and what records come of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_samples import ALLOCATIONS, BUDGET, REPORTS, TIME, put, put_xlsx, source, typed_time

from psdm_cli.domain.engagements import FieldNames
from psdm_cli.domain.imports import cells
from psdm_cli.domain.imports.cells import Dates, Reader, read_cell
from psdm_cli.domain.imports.records import Imported, records_of
from psdm_cli.domain.imports.reports import FIELDS, FILLED, NEEDED, Report
from psdm_cli.domain.imports.rows import ExportRow
from psdm_cli.domain.records import Kind, Record
from psdm_cli.errors import WrongConfiguration, WrongUsage
from psdm_cli.prompting import ScriptedPrompter
from psdm_cli.sheets.kantata_columns import column_map
from psdm_cli.workflows.import_columns import settle, with_told
from psdm_cli.workflows.kantata_importing import WrongRowsError, understand


@pytest.mark.parametrize(
    ("reader", "value", "dates", "meant"),
    [
        (cells.DAY, "2026-11-23", Dates.ISO, "2026-11-23"),
        (cells.DAY, "2026-11-23T08:00:00-05:00", Dates.ISO, "2026-11-23"),
        (cells.DAY, datetime(2026, 11, 23, 12), Dates.ISO, "2026-11-23"),
        (cells.DAY, date(2026, 11, 23), Dates.ISO, "2026-11-23"),
        (cells.DAY, "03/04/2026", Dates.MONTH_FIRST, "2026-03-04"),
        (cells.DAY, "03.04.2026", Dates.DAY_FIRST, "2026-04-03"),
        (cells.HOURS, "7.5", Dates.ISO, 450),
        (cells.HOURS, Decimal("0.33"), Dates.ISO, 20),
        (cells.HOURS, "1,040", Dates.ISO, 62400),
        (cells.SIGNED_HOURS, "-1", Dates.ISO, -60),
        (cells.MONEY, "$1,234.50", Dates.ISO, "1234.50"),
        (cells.MONEY, "-5", Dates.ISO, "-5"),
        (cells.PERCENT, "40 %", Dates.ISO, 40),
        (cells.CURRENCY, "usd", Dates.ISO, "USD"),
        (cells.HARD, "Soft", Dates.ISO, False),
        (cells.HARD, "HARD", Dates.ISO, True),
        (cells.APPROVED, "Rejected", Dates.ISO, False),
        (cells.FIXED_FEE, "T&M", Dates.ISO, False),
        (cells.YES_NO, True, Dates.ISO, True),
        (cells.IDENT, Decimal(4711), Dates.ISO, "4711"),
        (cells.TEXT, "'=SUM(A1)  x", Dates.ISO, "=SUM(A1) x"),
    ],
)
def test_a_cell_means(reader: Reader, value: object, dates: Dates, meant: object) -> None:
    assert read_cell(reader, value, dates) == meant  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        (cells.DAY, "11/23/2026", "month-first"),
        (cells.DAY, "2026-02-30", "a day such as"),
        (cells.DAY, "soon", "a day such as"),
        (cells.HOURS, "-1", "not below zero"),
        (cells.HOURS, "7:30", "hours such as 7.5"),
        (cells.HOURS, "NaN", "hours such as 7.5"),
        (cells.HOURS, True, "hours such as 7.5"),
        (cells.MONEY, "1.234,50", "an amount such as"),
        (cells.MONEY, "1e30", "an amount such as"),
        (cells.MONEY, "many", "an amount such as"),
        (cells.UNSIGNED_MONEY, "-1", "not below zero"),
        (cells.CURRENCY, "dollars", "a currency such as USD"),
        (cells.HARD, "maybe", "Hard or Soft"),
        (cells.YES_NO, "perhaps", "yes or no"),
        (cells.PERCENT, "140", "0 to 100"),
    ],
)
def test_a_cell_that_means_nothing_says_what_was_expected(reader: Reader, value: object, expected: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        read_cell(reader, value, Dates.ISO)  # type: ignore[arg-type]
    assert expected in str(caught.value)
    assert "not '" in str(caught.value)


@given(st.sampled_from([each for fields in FIELDS.values() for each in fields.values()]), st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(reader: Reader, text: str) -> None:
    try:
        read_cell(reader, text, Dates.MONTH_FIRST)
    except ValueError as error:
        assert str(error).startswith("expected ")


def test_every_field_has_a_title_of_ours_and_none_is_meant_twice() -> None:
    mapping = column_map(None)
    for report in Report:
        assert set(mapping.titles[report].values()) == set(FIELDS[report])
        assert set(FILLED[report]) <= set(NEEDED[report]) <= set(FIELDS[report])


def test_each_report_is_known_by_its_header(tmp_path: Path) -> None:
    found, told = settle(column_map(None), [source(path) for path in put(tmp_path, **REPORTS)], None, None)
    assert {path.stem: report.value for path, report in found.items()} == {name: name for name in REPORTS}
    assert told == {}


def test_a_header_of_no_report_names_what_the_nearest_lacks(tmp_path: Path) -> None:
    (path,) = put(tmp_path, odd="Project,User,Day,Billable,Approved\nA,B,2026-11-23,yes,yes\n")
    with pytest.raises(WrongUsage, match=r"nearest is time, which lacks day, hours") as caught:
        settle(column_map(None, ignored=["Day"]), [source(path)], None, None)
    assert "--map" in caught.value.hint


def test_an_unknown_column_is_refused_ignored_or_asked_once(tmp_path: Path) -> None:
    (path,) = put(
        tmp_path,
        time="Project,User,Date,Hours,Approved,Billable,Ticket,Chargeable\nA,Kim,2026-11-23,8,yes,no,T-1,250\n",
    )
    one = [source(path)]
    with pytest.raises(WrongUsage, match="'Ticket', 'Chargeable'"):
        settle(column_map(None), one, None, None)
    assert settle(column_map(None, ignored=["ticket", "Chargeable"]), one, None, None)[1] == {}
    assert settle(column_map(None, ignored=["*"]), one, None, None)[1] == {}

    person = ScriptedPrompter(["nothing", "rate"])
    reports, told = settle(column_map(None), one, None, person)
    assert told == {"time": {"ticket": None, "chargeable": "rate"}}
    assert len(person.asked) == 2
    after = column_map(None, told=with_told({}, told))
    assert settle(after, one, None, None)[1] == {}
    assert understand(after, one, reports)[0].rows[0]["rate"] == "250"


def test_a_mapping_file_adds_to_ours(tmp_path: Path) -> None:
    (path,) = put(tmp_path, time="Vorhaben,User,Tag,Hours,Notes,Approved\nA,Kim,23.11.2026,8,yes,yes\n")
    mapping = tmp_path / "map.yaml"
    mapping.write_text(
        "dates: day-first\nreports:\n  time:\n    project: Vorhaben\n    day: [Tag]\n    billable: Notes\n"
    )
    columns = column_map(mapping)
    reports, _ = settle(columns, [source(path)], None, None)
    (found,) = understand(columns, [source(path)], reports)
    assert found.rows == (
        {"project": "A", "person": "Kim", "day": "2026-11-23", "hours": 480, "billable": True, "approval": True},
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: []\n", "no key columns"),
        ("dates: american\n", "dates is one of"),
        ("currency: dollars\n", "currency is a code"),
        ("ignore: [1]\n", "ignore: expected titles"),
        ("reports:\n  money: {}\n", "no report 'money'"),
        ("reports:\n  time:\n    price: X\n", "no field 'price'"),
        ("reports:\n  time:\n    day: X\n    hours: x\n", "stands twice"),
        ("reports:\n  time: [day]\n", "expected fields"),
        ("reports: [time]\n", "reports: expected"),
        ("states: [done]\n", "states: expected"),
        ("states:\n  finished: Done\n", "no 'finished'"),
    ],
)
def test_a_mapping_file_that_makes_no_sense(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(text)
    with pytest.raises(WrongConfiguration, match=said):
        column_map(path)


def wrong_rows(tmp_path: Path, **texts: str) -> tuple[str, ...]:
    columns, sources = column_map(None, ignored=["*"]), [source(path) for path in put(tmp_path, **texts)]
    reports, _ = settle(columns, sources, None, None)
    with pytest.raises(WrongRowsError) as caught:
        understand(columns, sources, reports)
    return tuple(row.replace(f"{tmp_path}/", "") for row in caught.value.rows)


def test_every_wrong_row_of_every_file_is_named_once(tmp_path: Path) -> None:
    head = "Project,User,Date,Hours,Billable,Approved\n"
    time = f"{head}A,Kim,2026-11-23,8,yes,yes\nA,,2026-11-24,many,no,no\nA,Kim,yesterday,8,no,no\n"
    budget = "Project ID,Project,Budget,Currency\n1,A,100,\n2,B,5,USD\n2,C,-5,USD\n"
    found = wrong_rows(tmp_path, time=time, budget=budget)
    assert found == (
        "time.csv row 3, User: expected a text, the cell is empty; Hours: expected hours such as 7.5, not 'many'",
        "time.csv row 4, Date: expected a day such as 2026-11-23, not 'yesterday'",
        "budget.csv row 2, Currency: expected a currency such as USD beside Budget (or currency: USD in the mapping "
        "file)",
        "budget.csv row 4, Project ID: expected an id of its own, 2 stands in row 3 already",
    )


def test_a_status_of_a_task_that_nobody_knows_is_refused_until_it_is_named(tmp_path: Path) -> None:
    task = "Project,Task,Task Type,Task Status\nA,Go-live,Milestone,Signed Off\nA,Pilot,Epic,done\n"
    assert wrong_rows(tmp_path, tasks=task) == (
        "tasks.csv row 2, Task Status: expected a status of which the mapping file says the category (not started, "
        "started, needs info, completed), not 'Signed Off'",
        "tasks.csv row 3, Task Type: expected Task, Milestone, Deliverable or Issue, not 'Epic'",
    )
    mapping = tmp_path / "map.yaml"
    mapping.write_text("states:\n  completed: [signed off]\n")
    columns, one = column_map(mapping), [source(path) for path in put(tmp_path, tasks=task.replace("Epic", "task"))]
    (found,) = understand(columns, one, settle(columns, one, None, None)[0])
    assert [(row["type"], row["state"]) for row in found.rows] == [("milestone", "completed"), ("task", "completed")]


def test_a_booking_that_ends_before_it_starts_and_an_id_in_two_files_are_wrong(tmp_path: Path) -> None:
    head = "Allocation ID,Project,Resource,Start Date,End Date,Hours,Allocation Type\n"
    assert wrong_rows(tmp_path, one=f"{head}7,A,Kim,2026-11-24,2026-11-23,8,Hard\n") == (
        "one.csv row 2, End Date: expected a day not before the start 2026-11-24, not 2026-11-23",
    )
    row = "7,A,Kim,2026-11-23,2026-11-24,8,Hard\n"
    assert wrong_rows(tmp_path, one=head + row, two=head + row) == (
        "two.csv id 7: expected an id of its own, it stands in one.csv too",
    )


def imported(tmp_path: Path, lead: str = "Dana Lindqvist", **texts: str) -> Imported:
    columns, sources = column_map(None), [source(path) for path in put(tmp_path, **texts)]
    reports, _ = settle(columns, sources, None, None)
    rows: dict[Report, list[ExportRow]] = {}
    for each in understand(columns, sources, reports):
        rows.setdefault(each.report, []).extend(each.rows)
    return records_of(rows, lead, FieldNames())


def of(found: Imported, kind: Kind) -> tuple[Record, ...]:
    return found.records[kind]


def test_records_come_of_all_reports_together(tmp_path: Path) -> None:
    found = imported(tmp_path, **REPORTS)
    dollars, yen = of(found, Kind.WORKSPACES)
    assert (dollars.price_in_cents, dollars.budget_used_in_cents, dollars.currency_base_unit) == (
        24000000,
        9500000,
        100,
    )  # type: ignore[union-attr]
    assert (yen.price_in_cents, yen.currency_base_unit) == (8000000, 1)  # type: ignore[union-attr]
    assert dollars.lead_id == "import:dana lindqvist"  # type: ignore[union-attr]
    assert dict(dollars.custom_fields or ()) == {"SOW": "SOW-31", "Billing Type": "T&M"}  # type: ignore[union-attr]
    named, unnamed = of(found, Kind.RESOURCES)
    assert (named.user_id, unnamed.user_id) == ("import:aiko tremblay", None)  # type: ignore[union-attr]
    assert [(a.minutes, a.hard) for a in of(found, Kind.ALLOCATIONS)] == [(14400, True), (3630, False)]  # type: ignore[union-attr]
    assert [(t.minutes, t.approved, t.currency) for t in of(found, Kind.TIME_ENTRIES)] == [  # type: ignore[union-attr]
        (450, True, "USD"),
        (480, False, "USD"),
    ]
    stories = of(found, Kind.STORIES)
    assert [(s.id, s.ancestor_ids, s.budget_estimate_in_cents) for s in stories] == [  # type: ignore[union-attr]
        ("1", (), 2000000),
        ("2", ("1",), 6000000),
    ]
    refused = {each.kind for each in found.refusals}
    assert Kind.HOLIDAYS in refused
    assert not refused & set(found.records)
    assert refused | set(found.records) == set(Kind)


def test_a_kind_without_a_file_is_refused_never_empty(tmp_path: Path) -> None:
    found = imported(tmp_path, budget=BUDGET)
    lacking = {each.kind: each.lacking for each in found.refusals}
    assert lacking[Kind.TIME_ENTRIES] == "no export of time worked was imported"
    assert lacking[Kind.BILLING_MILESTONES] == "no export of billing milestones was imported"


def test_without_a_budget_everything_is_the_leads_and_with_one_a_stranger_is_nobodys(tmp_path: Path) -> None:
    (alone,) = of(imported(tmp_path, time=TIME), Kind.WORKSPACES)
    assert (alone.lead_name, alone.currency) == ("Dana Lindqvist", None)  # type: ignore[union-attr]
    found = imported(tmp_path, budget=BUDGET, time=TIME.replace("31,Northwind migration", "99,Elsewhere"))
    stranger = next(each for each in of(found, Kind.WORKSPACES) if each.id == "99")
    assert stranger.lead_id is None  # type: ignore[union-attr]
    assert any("does not list Elsewhere" in note for note in found.notes)


def test_ids_that_a_report_lacks_follow_from_its_rows(tmp_path: Path) -> None:
    twice = ALLOCATIONS + ALLOCATIONS.splitlines()[1] + "\n"
    first = [each.id for each in of(imported(tmp_path, allocations=twice), Kind.ALLOCATIONS)]
    assert first == [each.id for each in of(imported(tmp_path, allocations=twice), Kind.ALLOCATIONS)]
    assert len(set(first)) == 3
    assert all(each.startswith("import:") for each in first)


def test_a_workbook_says_the_same_as_text(tmp_path: Path) -> None:
    path = put_xlsx(tmp_path / "time.xlsx", typed_time())
    columns = column_map(None)
    reports, _ = settle(columns, [source(path)], None, None)
    (found,) = understand(columns, [source(path)], reports)
    assert found.rows == (
        {
            "project": "Northwind migration",
            "person": "Aiko Tremblay",
            "day": "2026-11-17",
            "hours": 450,
            "billable": True,
            "approval": False,
        },
    )
