"""The revenue tracking sheet: out and back unchanged, its totals evaluated, wrong rows named, nothing taken in part."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.hostile import HOSTILE, assert_safe_csv, assert_safe_text
from tests.spreadsheets import NO_SOFFICE, SOFFICE, recalculated

from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus
from psdm_cli.domain.upside_changes import Today
from psdm_cli.domain.upside_sheet import is_unchanged
from psdm_cli.domain.upside_totals import totals_of, whole
from psdm_cli.errors import RefusedByRule, WrongConfiguration, WrongUsage
from psdm_cli.output.upside_sheet import upside_csv, upside_xlsx
from psdm_cli.sheets.columns import layout
from psdm_cli.sheets.reading import read_table
from psdm_cli.store import open_store
from psdm_cli.store.database import Store
from psdm_cli.workflows.upside_adding import Adding
from psdm_cli.workflows.upside_importing import Differences, WrongRowsError, differences, read_lines, take
from psdm_cli.workflows.upside_ledger import Hand

AT = datetime(2026, 11, 23, 15, 30, 12, 345678, tzinfo=UTC)
TODAY = Today(date(2026, 11, 23), 2)
OURS = layout(None)
REASON = "they decide on Friday"
SITES = itertools.count()


def entry(number: int, **changes: Any) -> UpsideEntry:
    """An open entry."""
    values: dict[str, Any] = {
        "source": f"other:{number}",
        "project": "1",
        "sow": "SOW-1",
        "engagement": "SOW-1",
        "what": "other revenue",
        "scenario": Scenario.OTHER,
        "hours": None,
        "amount": Decimal("1000.00"),
        "currency": "USD",
        "quarter": "FY27-Q4",
        "month": "2026-12",
        "probability": Decimal("0.40"),
        "reason": REASON,
        "who": "Pat",
        "at": AT,
        "reviewed_at": AT,
        **changes,
    }
    return UpsideEntry(**values)


@pytest.mark.parametrize("what", ["\t=1+1", "=1+1", " =1", "plain", "'quoted", "\r-2"])
def test_a_text_that_was_quoted_comes_back_as_it_is(what: str) -> None:
    mine = entry(1, what=what)
    came = next(csv.DictReader(io.StringIO(upside_csv([mine], OURS))))["Stands for"]
    assert is_unchanged(mine, "what", came)
    assert not is_unchanged(mine, "what", f"{came} and more")


def nobody(word: str) -> Adding:
    """New rows are not expected."""
    raise AssertionError(f"asked for {word}")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty ledger."""
    with open_store(None, tmp_path / "store", site="here") as opened:
        yield opened


def back(store: Store, file: Path, *, keep: bool = True) -> Differences:
    """What a file would change."""
    table = read_table(file, OURS.sheet)
    lines = read_lines(OURS, table.titles, [(row.number, row.cells) for row in table.rows])
    return differences(Hand(store, "Kim", AT, TODAY, keep), lines, nobody, "https://gitlab.example.com")


def written(entries: Sequence[UpsideEntry], folder: Path, form: str) -> Path:
    """The sheet as a file."""
    file = folder / f"upside.{form}"
    file.write_bytes(upside_xlsx(entries, OURS) if form == "xlsx" else upside_csv(entries, OURS).encode("utf-8-sig"))
    return file


texts = st.one_of(
    st.sampled_from([text for text in HOSTILE.values() if text.split()]), st.text(min_size=1, max_size=30)
)
reasons = texts.map(lambda text: " ".join(text.split())).filter(bool)
amounts = st.one_of(st.none(), st.decimals("0.01", "9999999.99", places=2))
chances = st.decimals("0.0001", "1", places=4)
rows = st.builds(
    lambda what, reason, amount, chance, hours, status, sow: {
        "what": what,
        "reason": reason,
        "amount": amount,
        "currency": "EUR" if amount is not None else None,
        "probability": chance,
        "hours": hours,
        "status": status,
        "sow": sow,
        "engagement": sow or what,
    },
    texts,
    reasons,
    amounts,
    chances,
    st.one_of(st.none(), st.decimals("0.01", "2000", places=2)),
    st.sampled_from(UpsideStatus),
    st.one_of(st.none(), st.just("SOW-12")),
)


@settings(max_examples=40, deadline=None)
@given(drawn=st.lists(rows, min_size=1, max_size=4), form=st.sampled_from(["xlsx", "csv"]))
def test_what_goes_out_comes_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[dict[str, Any]], form: str
) -> None:
    """Whatever stands in the ledger: taking its own sheet back changes nothing, and nothing in it acts."""
    folder = tmp_path_factory.getbasetemp() / "round-trip"  # one database for all examples, a site for each
    folder.mkdir(exist_ok=True)
    with open_store(None, folder, site=str(next(SITES))) as store:
        for number, values in enumerate(drawn):
            store.upside.add_alone(entry(number, **values))
        entries = store.upside.list()
        file = written(entries, folder, form)
        found = back(store, file)
        assert (found.items, found.unchanged, found.absent) == ((), len(drawn), ())
        assert found.warnings == ()
    if form == "csv":
        text = file.read_text(encoding="utf-8-sig")
        assert_safe_csv([line[:15] for line in csv.reader(io.StringIO(text))][1:])
    else:
        for line in load_workbook(file)["Upside"].iter_rows(min_row=2):
            for cell in line:
                assert cell.data_type != "f" or str(cell.value).startswith("=IF(OR(ISBLANK(")
                assert_safe_text(str(cell.value or ""))


@pytest.mark.skipif(SOFFICE is None, reason=NO_SOFFICE)
def test_the_sheets_totals_are_psdms_own(tmp_path: Path) -> None:
    entries = [
        entry(1, amount=Decimal("1000.25"), probability=Decimal("0.1")),
        entry(2, amount=Decimal("1000.35"), probability=Decimal("0.1"), scenario=Scenario.SOFT_BOOKING),
        entry(3, currency="EUR", amount=None),
        entry(4, status=UpsideStatus.LOST),
        entry(5, quarter="FY28-Q1", month="2027-02", probability=Decimal("0.3333")),
    ]
    file = tmp_path / "upside.xlsx"
    file.write_bytes(upside_xlsx(entries, OURS))
    found = recalculated(file, tmp_path)["Totals"]
    expected = [["Currency", "Quarter", "Scenario", "Amount", "Weighted"]]
    for currency, quarters in totals_of(entries).items():
        for quarter, scenarios in quarters.items():
            for name, total in [*((s.value, t) for s, t in scenarios.items()), ("all", whole(scenarios))]:
                figures = ["unknown" if each is None else f"{each:.2f}" for each in (total.amount, total.weighted)]
                expected.append([currency, quarter, name, *figures])
    assert found == expected
    assert ["USD", "FY27-Q4", "all", "2000.60", "200.06"] in found


def edited_csv(file: Path, changes: dict[tuple[int, str], str], extra: Sequence[str] = ()) -> None:
    """Change cells, by row (from 0) and title, and add lines."""
    lines = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    for (row, title), text in changes.items():
        lines[row][title] = text
    target = io.StringIO()
    writer = csv.DictWriter(target, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    file.write_text(target.getvalue() + "".join(f"{line}\n" for line in extra), encoding="utf-8")


def test_an_edited_sheet_is_a_plan_and_then_the_ledger(store: Store, tmp_path: Path) -> None:
    for number in range(4):
        store.upside.add_alone(entry(number))
    file = written(store.upside.list(), tmp_path, "csv")
    changes = {
        (0, "Amount"): "1,500.50",
        (0, "Probability"): "75 %",
        (1, "Month"): "2027-01",
        (1, "Because of"): "'=1+1",
        (2, "Status"): "converted",
    }
    edited_csv(file, changes)
    text = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(text[:4]) + "\n", encoding="utf-8")  # the fourth entry is not on the sheet
    found = back(store, file)
    assert [item.change.title for item in found.items] == [
        "Change entry 1: other revenue, 1,500.50 USD",
        "Change entry 2: other revenue, 1,000.00 USD",
        "Convert entry 3: other revenue, 1,000.00 USD",
    ]
    assert (found.unchanged, found.absent) == (0, ("4",))
    assert store.upside.get("1") == replace(entry(0), id="1"), "a plan alone changes nothing"
    assert [item.state.value for item in take(Hand(store, "Kim", AT, TODAY), found)] == ["applied"] * 3
    one, two, three, four = store.upside.list()
    assert (one.amount, one.probability) == (Decimal("1500.50"), Decimal("0.75"))
    assert (two.month, two.reason, three.status) == ("2027-01", "=1+1", UpsideStatus.CONVERTED)
    assert four == replace(entry(3), id="4")
    with pytest.raises(RefusedByRule, match="changed while the sheet was looked at"):
        take(Hand(store, "Kim", AT, TODAY), found)


WRONG = {
    "negative": ({(0, "Amount"): "-5"}, "row 2: amount: expected an amount above 0"),
    "no number": ({(0, "Amount"): "a lot"}, "row 2: amount: expected an amount"),
    "empty": ({(0, "Amount"): ""}, "row 2: amount: the cell is empty"),
    "currency": ({(0, "Currency"): "dollars"}, "row 2: currency: expected a currency"),
    "probability": ({(0, "Probability"): "150 %"}, "row 2: probability: expected a probability"),
    "month": ({(0, "Month"): "December"}, "row 2: month: expected a month"),
    "quarter": ({(0, "Quarter"): "FY27-Q9"}, "row 2: expected a fiscal quarter"),
    "ended": ({(0, "Month"): "2026-10"}, "row 2: FY27-Q3 ended"),
    "contradiction": ({(0, "Quarter"): "FY28-Q1", (0, "Month"): "2027-01"}, "row 2: 2027-01 lies in FY27-Q4"),
    "status": ({(0, "Status"): "maybe"}, "row 2: status: expected one of"),
    "fixed": ({(0, "Scenario"): "milestone"}, "row 2: scenario is other, and a sheet cannot change it"),
    "reason": ({(0, "Because of"): " "}, "row 2: reason: the cell is empty"),
    "unknown": ({(0, "ID"): "99"}, "row 2: the ledger has no entry 99"),
    "twice": ({(1, "ID"): "1"}, "row 3: entry 1 stands in row 2 already"),
    "closed": ({(2, "Because of"): "another"}, "row 4: Entry 3 is closed: lost"),
    "new without SOW": ({(0, "ID"): "", (0, "SOW"): "", (0, "Engagement"): ""}, "row 2: a new entry needs its SOW"),
    "new without currency": ({(0, "ID"): "", (0, "Currency"): ""}, "row 2: currency: an amount needs its currency"),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_row_is_named_and_nothing_is_taken(
    store: Store, tmp_path: Path, changes: dict[tuple[int, str], str], said: str
) -> None:
    for number in range(2):
        store.upside.add_alone(entry(number))
    store.upside.add_alone(entry(2, status=UpsideStatus.LOST))
    before = store.upside.list()
    file = written(before, tmp_path, "csv")
    edited_csv(file, {(1, "Because of"): "a change that is right", **changes})
    with pytest.raises(WrongRowsError) as error:
        back(store, file)
    assert len(error.value.rows) == 1
    assert error.value.rows[0].startswith(said), error.value.rows
    assert error.value.exit_code == 2
    assert store.upside.list() == before


def test_each_wrong_row_has_one_error(store: Store, tmp_path: Path) -> None:
    for number in range(3):
        store.upside.add_alone(entry(number))
    file = written(store.upside.list(), tmp_path, "csv")
    edited_csv(file, {(0, "Amount"): "-1", (0, "Month"): "x", (2, "Currency"): "?"})
    with pytest.raises(WrongRowsError) as error:
        back(store, file)
    first, third = error.value.rows
    assert first.startswith("row 2: ")
    assert "amount: expected" in first
    assert "month: expected" in first
    assert third.startswith("row 4: currency")


def test_a_sheet_that_is_older_than_the_entry_says_so(store: Store, tmp_path: Path) -> None:
    store.upside.add_alone(entry(0))
    file = written(store.upside.list(), tmp_path, "xlsx")
    store.upside.alter([("1", lambda e: (e, None), "")], who="Kim", at=AT.replace(minute=45))
    assert back(store, file).warnings == ()
    book = load_workbook(file)
    book["Upside"]["I2"] = 2000
    book.save(file)
    (warning,) = back(store, file).warnings
    assert "entry 1 was changed or reviewed after this sheet was written" in warning


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "is empty"),
        ("binary.csv", b"\x00\x01\x02", "neither a CSV nor an XLSX"),
        ("latin.csv", "ID,Größe\n".encode("latin-1"), "not text in UTF-8"),
        ("broken.xlsx", b"PK\x03\x04 nothing", "not an XLSX file"),
        ("no-ids.csv", b"SOW,Amount\nSOW-1,5\n", "no column 'ID'"),
        ("twice.csv", b"ID,Amount,amount\n1,5,6\n", "stands twice"),
        ("missing.csv", None, "There is no file"),
    ],
)
def test_a_file_that_is_no_sheet(store: Store, tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(WrongUsage, match=said):
        back(store, file)


def test_a_sheet_of_another_country_is_read(store: Store, tmp_path: Path) -> None:
    store.upside.add_alone(entry(0))
    file = tmp_path / "semicolons.csv"
    file.write_text("ID;Amount;Unheard of\n1;2000;x\n", encoding="utf-8")
    found = back(store, file)
    assert found.items[0].change.after == {"amount": "2000.00"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: []\n", "expected columns"),
        ("columns:\n  - {title: A, field: margin}\n", "there is no field 'margin'"),
        ("columns:\n  - {title: A, field: id}\n  - {title: a, field: sow}\n", "the title 'a' stands twice"),
        ("columns:\n  - {title: A, field: id}\n  - {title: B, field: id}\n", "the field 'id' stands twice"),
        ("columns:\n  - {title: A}\n", "column 1: expected title and field"),
        ("sheet: 'a/b'\ncolumns:\n  - {title: A, field: id}\n", "sheet must be a sheet's name"),
        ("colums: 1\ncolumns:\n  - {title: A, field: id}\n", "no key colums"),
        ("sheet: Totals\ncolumns:\n  - {title: A, field: id}\n", "both called"),
    ],
)
def test_a_file_of_columns_that_cannot_be_meant(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "columns.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WrongConfiguration, match=said):
        layout(file)


def test_a_teams_own_columns_need_no_totals(tmp_path: Path) -> None:
    file = tmp_path / "columns.yaml"
    file.write_text(
        "sheet: Unsere\ncolumns:\n  - {title: Nr, field: id}\n  - {title: Wert, field: weighted}\n", "utf-8"
    )
    book = load_workbook(io.BytesIO(upside_xlsx([entry(1)], layout(file))))
    assert book.sheetnames == ["Unsere"]
    assert book["Unsere"]["B2"].value == 400, "without amount and probability beside it, the figure itself"
