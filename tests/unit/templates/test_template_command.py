"""`psdm template`: list, show, export, as typed; their JSON as `psdm schema` promises it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.hostile import HOSTILE, assert_safe_text

from psdm_cli import app
from psdm_cli.commands.completion_values import template_names
from psdm_cli.context import Environment
from psdm_cli.output.shapes import document_schema
from psdm_cli.prompting import ScriptedPrompter
from psdm_cli.templates import source_of, template_catalog

RAID = ("--set", "sow=SOW-1234", "--set", "customer=Acme")


@dataclass(frozen=True)
class Ran:
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> Any:
        return json.loads(self.out)["result"]

    @property
    def error(self) -> Any:
        return json.loads(self.out)["error"]


Typed = Callable[..., Ran]


@pytest.fixture
def psdm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """The front door with a home of its own; the working folder is the home's neighbour."""
    home = tmp_path / "home"
    (home / "work").mkdir(parents=True)
    monkeypatch.setenv("PSDM_HOME", str(home))
    monkeypatch.setenv("PSDM_AS_OF", "2026-11-23")
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("PSDM_CONFIG", "PSDM_SANDBOX", "PSDM_NO_INPUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(home / "work")

    def typed(*words: str) -> Ran:
        code = app.run(["template", *words])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return typed


def config_folder(home: Path) -> Path:
    from psdm_cli.settings.folders import find_folders

    return find_folders({"PSDM_HOME": str(home)}).config_file.parent


def checked(ran: Ran, command: str) -> Any:
    """The result, after its document was held against the schema."""
    jsonschema.validate(json.loads(ran.out), document_schema(command), cls=jsonschema.Draft202012Validator)
    return ran.result


def test_the_list_names_every_template(psdm: Typed) -> None:
    rows = checked(psdm("list", "--json"), "template list")["templates"]
    assert [row["name"] for row in rows] == list(template_catalog())
    assert {row["origin"] for row in rows} == {"psdm"}
    raid = next(row for row in rows if row["name"] == "raid")
    assert (raid["audience"], raid["kind"], raid["required"]) == ("customer", "issue", ["sow", "customer"])
    screen = psdm("list")
    assert (screen.code, screen.err) == (0, "")
    assert all(name in screen.out for name in template_catalog())
    assert all(len(line) <= 100 for line in screen.out.splitlines())


def test_without_values_the_fields_are_shown(psdm: Typed) -> None:
    found = checked(psdm("show", "RAID", "--json"), "template show")
    assert found["text"] is None
    assert found["fields"][0] == {
        "name": "sow",
        "type": "key",
        "required": True,
        "columns": [],
        "meaning": "number of the contract, such as SOW-1234 or PO-1234",
        "source": "Kantata",
        "headings": ["SOW number", "SOW", "SOW/PO#"],
    }
    screen = psdm("show", "raid").out
    assert "customers may read it" in screen
    assert "--set sow=… --set customer=…" in screen


@pytest.mark.parametrize("name", template_catalog())
def test_every_template_is_shown_within_eighty_columns(psdm: Typed, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = psdm("show", name)
    assert ran.code == 0
    assert all(len(line) <= 80 for line in ran.out.splitlines() if "--set" not in line)


def test_with_values_the_text_is_printed_alone(psdm: Typed) -> None:
    rows = ("--set", "risks=R-001 | No test data | 4", "--set", "risks=R-002 | Late")
    ran = psdm("show", "raid", *RAID, *rows, "--set", "pm=Robin")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Risks, actions, issues and decisions of Acme, SOW-1234")
    assert "| R-001 | No test data | 4 | _to be filled_ |" in ran.out
    assert "| R-002 | Late |" in ran.out
    assert ran.out.endswith("<!-- psdm:raid:SOW-1234 -->\n")
    assert checked(psdm("show", "raid", *RAID, *rows, "--set", "pm=Robin", "--json"), "template show")["text"] == (
        ran.out.removesuffix("\n")
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_do_nothing_to_the_terminal(psdm: Typed, text: str) -> None:
    ran = psdm("show", "raid", "--set", "sow=SOW-1", "--set", f"customer={text or 'x'}x", "--set", f"pm={text}")
    assert ran.code == 0
    assert_safe_text(ran.out.replace("\n", ""))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "radi"), 5, "did you mean raid?"),
        (("show", "raid", "--set", "sow=SOW-1"), 2, "needs customer"),
        (("show", "raid", "--set", "custmer=x"), 2, "did you mean customer?"),
        (("show", "raid", "--set", "customer"), 2, "expected FIELD=VALUE"),
        (("show", "raid", *RAID, "--set", "sow=SOW-2"), 2, "given twice"),
        (("show", "raid", "--set", "sow=SOW 1", "--set", "customer=x"), 2, "short name without blanks"),
        (("show",), 2, "NAME"),
        (("export",), 2, "--all"),
        (("export", "raid", "--all"), 2, "--all"),
        (("export", "radi"), 5, "did you mean raid?"),
    ],
)
def test_what_is_wrong_is_said(psdm: Typed, words: tuple[str, ...], code: int, said: str) -> None:
    ran = psdm(*words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert psdm(*words, "--json").error["exit_code"] == code


def test_a_copy_is_written_once_and_replaced_only_when_allowed(psdm: Typed, tmp_path: Path) -> None:
    to = ("--to", str(tmp_path / "new" / "copies"))
    file = tmp_path / "new" / "copies" / "raid.j2"
    assert psdm("export", "raid", *to, "--dry-run", "--json").result["files"][0]["state"] == "planned"
    assert not file.parent.exists()
    found = checked(psdm("export", "raid", *to, "--json"), "template export")
    assert found == {
        "folder": str(file.parent),
        "used": False,
        "files": [{"name": "raid", "path": str(file), "state": "written"}],
    }
    assert file.read_text(encoding="utf-8") == source_of("raid")
    assert psdm("export", "raid", *to, "--json").result["files"][0]["state"] == "kept"
    file.write_text("ours\n", encoding="utf-8")
    refused = psdm("export", "raid", "welcome-mail", *to)
    assert refused.code == 2
    assert "differs from ours" in refused.err
    assert file.read_text(encoding="utf-8") == "ours\n"
    assert not file.with_name("welcome-mail.j2").exists()
    states = [row["state"] for row in psdm("export", "raid", "welcome-mail", *to, "--yes", "--json").result["files"]]
    assert states == ["replaced", "written"]
    assert file.read_text(encoding="utf-8") == source_of("raid")
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(("answer", "code", "text"), [("no", 130, "ours\n"), ("yes", 0, source_of("raid"))])
def test_a_person_is_asked(
    psdm: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, text: str
) -> None:
    file = tmp_path / "raid.j2"
    file.write_text("ours\n", encoding="utf-8")
    monkeypatch.setattr(Environment, "interactive", True)
    monkeypatch.setattr(Environment, "prompter", lambda _: ScriptedPrompter([answer]))
    ran = psdm("export", "raid", "--to", str(tmp_path))
    assert ran.code == code
    assert str(file) in ran.err.replace("\n", "")
    assert file.read_text(encoding="utf-8") == text


def test_all_of_them_go_where_psdm_looks_and_then_win(psdm: Typed, tmp_path: Path) -> None:
    found = psdm("export", "--all", "--json").result
    folder = config_folder(tmp_path / "home") / "templates"
    assert found["used"] is True
    assert {Path(row["path"]).name for row in found["files"]} == {f"{name}.j2" for name in template_catalog()}
    (folder / "raid.j2").write_text("Log of {{ customer }}\n", encoding="utf-8")
    rows = {row["name"]: row["origin"] for row in psdm("list", "--json").result["templates"]}
    assert rows["raid"] == str(folder / "raid.j2")
    assert psdm("show", "raid", *RAID).out == "Log of Acme\n"
    (folder / "raid.j2").write_text("{{ budget }}\n", encoding="utf-8")
    wrong = psdm("show", "raid", *RAID)
    assert (wrong.code, "raid.j2" in wrong.err, "budget" in wrong.err) == (2, True, True)


def test_the_settings_name_another_folder(psdm: Typed, tmp_path: Path) -> None:
    config = tmp_path / "team.yaml"
    config.write_text("templates:\n  folder: texts\n", encoding="utf-8")
    missing = psdm("show", "raid", *RAID, "--config", str(config))
    assert (missing.code, "templates.folder" in missing.err) == (2, True)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "raid.j2").write_text("Ours: {{ sow }}\n", encoding="utf-8")
    assert psdm("show", "raid", *RAID, "--config", str(config)).out == "Ours: SOW-1234\n"
    assert psdm("export", "welcome-mail", "--config", str(config), "--json").result["used"] is True
    assert (tmp_path / "texts" / "welcome-mail.j2").is_file()


@pytest.mark.parametrize("blocked", ["file", "folder"])
def test_a_place_that_cannot_be_written_is_named(psdm: Typed, tmp_path: Path, blocked: str) -> None:
    target = tmp_path / "there"
    if blocked == "file":
        target.write_text("", encoding="utf-8")
    else:
        (target / "raid.j2").mkdir(parents=True)
    ran = psdm("export", "raid", "--to", str(target), "--yes")
    assert (ran.code, str(target) in ran.err.replace("\n      ", "")) == (2, True)


def test_names_are_completed() -> None:
    assert template_names("ra") == ["raid"]
    assert set(template_names("")) == set(template_catalog())
