"""Files of activities: what is read of them, and what is said about a wrong one: file, line, expected."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from psdm_cli.domain.space.wanted import Activity
from psdm_cli.errors import WrongUsage
from psdm_cli.workflows.kickoff_activities import activities_of, read_activities

DATED = Activity("Build", date(2026, 12, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.txt", "# ours\nDiscovery\n\n- Migration, wave 1\n", ("Discovery", "Migration, wave 1")),
        ("a.csv", "title,start,due\nBuild,2026-12-01,2026-12-31\nRun,,\n", (DATED, "Run")),
        ("a.csv", "\ufeffActivity;Due\nRun;\n", ("Run",)),
        ("a.csv", '"Build, then run"\nTrain\n', ("Build, then run", "Train")),
        ("a.csv", "due,name,start\n2026-12-31,Build,2026-12-01", (DATED,)),
        ("a.yaml", "- Build\n- Run\n", ("Build", "Run")),
        (
            "a.yml",
            "# ours\nactivities:\n  - title: Build\n    start: 2026-12-01\n    due: 2026-12-31\n  - 2027\n",
            (DATED, "2027"),
        ),
        ("a.yaml", "- {name: Build, start: 2026-12-01, end: 2026-12-31}", (DATED,)),
        ("a.csv", '💥 \u202eRTL\u202c "quoted"\n', ('💥 RTL "quoted"',)),
    ],
)
def test_what_is_read(name: str, text: str, found: tuple[Activity | str, ...]) -> None:
    wanted = tuple(Activity(each) if isinstance(each, str) else each for each in found)
    assert activities_of(text.encode(), name, Path(name).suffix) == wanted


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "title,start\nBuild,soon\n", r"a.csv line 2: expected a day as YYYY-MM-DD"),
        ("a.csv", "title,price\nBuild,7\n", r"a.csv line 1: expected the columns title, start, due, not 'price'"),
        ("a.csv", "Build,2026-12-01,2026-12-31,4\n", r"a.csv line 1: expected 3 columns"),
        ("a.csv", "title,start,due\nBuild,2026-12-31,2026-12-01\n", r"a.csv line 2: .* lies before the start"),
        ("a.csv", "title\nBuild\n,\nRun\nbuild\n", r"line 5: 'build' stands in line 2 already"),
        ("a.csv", 'title\n"Build\n', r"a.csv line \d: this is not CSV"),
        ("a.txt", "\n# nothing\n", r"a.txt line 1: expected the name of an activity; the file is empty"),
        ("a.yaml", "- Build\n- [1]\n", r"a.yaml line 2: expected a name"),
        ("a.yaml", "- Build\n- title: Run\n  cost: 7\n", r"a.yaml line 2: expected title, start, due, not 'cost'"),
        ("a.yaml", "- Build\n- title: Run\n  start: 1.12.\n", r"a.yaml line 2: expected a day"),
        ("a.yaml", "- Build\n- {\n", r"a.yaml line [23]: this is not YAML"),
        ("a.yaml", "steps:\n  - Build\n", r"a.yaml line 1: expected activities, not 'steps'"),
        ("a.yaml", "activities: Build\n", r"a.yaml line 1: expected a list of activities"),
        ("a.yaml", "", r"a.yaml line 1: expected the name of an activity"),
    ],
)
def test_what_is_said_about_a_wrong_file(name: str, text: str, said: str) -> None:
    with pytest.raises(WrongUsage, match=said) as wrong:
        activities_of(text.encode(), name, Path(name).suffix)
    assert wrong.value.exit_code == 2


def test_every_wrong_row_is_named_at_once() -> None:
    with pytest.raises(WrongUsage) as wrong:
        activities_of(b"title,due\nA,x\nB,2026-12-01\nC,y\n", "a.csv", ".csv")
    assert "line 2" in wrong.value.message
    assert "line 4" in wrong.value.message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="there is no file"):
        read_activities(tmp_path / "none.csv")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WrongUsage, match="not text in UTF-8"):
        read_activities(tmp_path / "b.txt")
    with pytest.raises(WrongUsage, match="cannot be read"):
        read_activities(tmp_path)
    with pytest.raises(WrongUsage, match="larger than"):
        activities_of(b"x" * 1_000_001, "a.txt", ".txt")
    with pytest.raises(WrongUsage, match="at most 200"):
        activities_of("\n".join(f"a{n}" for n in range(201)).encode(), "a.txt", ".txt")
