"""A step's page: named in its definition, resolved by the settings, shown wherever the step is."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from checklist_samples import AS_OF, NOW, WEEK, checklist, finding, judged, step, verified
from jsonschema import Draft202012Validator
from rich.console import Console
from tests.hostile import assert_safe_markdown

from psdm_cli.checklists.loading import WrongChecklist, definitions, read_definition
from psdm_cli.output.checklist_document import ChecklistDocument
from psdm_cli.output.document import envelope
from psdm_cli.output.shapes import document_schema
from psdm_cli.prompting import ScriptedPrompter
from psdm_cli.settings.model import Settings
from psdm_cli.store import open_store
from psdm_cli.workflows.checklist_reports import report_of_run
from psdm_cli.workflows.checklist_runs import Desk, OpenRun
from psdm_cli.workflows.checklist_walk import walk

PAGE = "https://docs.example/kickoff?x=1"
LINKS = {"kickoff": PAGE, "report": "https://kantata.example/report"}
LIST = checklist(
    step("A", "auto", link="report"),
    step("B", link="kickoff"),
    step("C", link="https://wiki.example/(c)_x"),
    step("D"),
    step("E", link="nowhere"),
)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[OpenRun]:
    with open_store(None, tmp_path, site="sandbox") as store:
        desk = Desk(store, lambda: NOW, AS_OF, ZoneInfo("America/New_York"), who="Pat", links=LINKS)
        yield OpenRun(desk, LIST, WEEK, "leads:1", verified(judged("A", finding("A:1"))))


def screen(document: ChecklistDocument) -> str:
    console = Console(file=io.StringIO(), width=80)
    document.render_console(console)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_every_form_shows_the_address(run: OpenRun) -> None:
    document = ChecklistDocument(report_of_run(run), "checklist show")
    whole = envelope(document, as_of=AS_OF, generated_at=NOW)
    Draft202012Validator(document_schema("checklist show")).validate(json.loads(json.dumps(whole, default=str)))
    links = {each["id"]: each["link"] for each in whole["result"]["steps"]}
    assert links == {"A": LINKS["report"], "B": PAGE, "C": "https://wiki.example/(c)_x", "D": None, "E": None}
    shown = screen(document)
    assert f"  {PAGE}\n" in shown
    assert f"  → {LINKS['report']}\n" in shown  # the automatic step found something
    assert "https://wiki.example/(c)_x" in shown
    markdown = document.markdown()
    assert f"  - <{PAGE}>\n" in markdown
    assert "  - <https://wiki.example/%28c%29_x>\n" in markdown
    assert_safe_markdown(markdown.replace("<https://", "").replace("1>", ">"))


def test_an_automatic_step_without_findings_shows_its_page_to_the_curious_only(run: OpenRun) -> None:
    run.verified = verified(judged("A"))
    document = ChecklistDocument(report_of_run(run), "checklist show")
    assert LINKS["report"] not in screen(document)
    assert LINKS["report"] in screen(replace(document, verbose=True))


def test_a_link_that_the_settings_do_not_have_is_said(run: OpenRun) -> None:
    assert report_of_run(run).warnings == ("E names the link nowhere, which the settings do not have (links).",)


def test_the_walk_shows_it_before_it_asks(run: OpenRun) -> None:
    prompter = ScriptedPrompter(["later"] * 4)
    walk(run, prompter)
    assert f"  {PAGE}" in prompter.told


@pytest.mark.parametrize("link", ["dow_template", "https://wiki.example/page#a", "http://x.example"])
def test_a_definition_names_a_link_or_an_address(tmp_path: Path, link: str) -> None:
    assert read(tmp_path, link) == link


@pytest.mark.parametrize("link", ["javascript:alert(1)", "two words", "Upper", "https://x.example/<b>", "ftp://x"])
def test_anything_else_is_refused_with_its_line(tmp_path: Path, link: str) -> None:
    with pytest.raises(WrongChecklist, match="line 5: link: expected the name of a link"):
        read(tmp_path, link)


def read(folder: Path, link: str) -> str | None:
    file = folder / "mine.yaml"
    row = f"  - {{id: A, title: First, owner: PM, kind: confirm, link: {json.dumps(link)}}}\n"
    file.write_text(f"id: mine\ntitle: My list\nsubject: week\nsteps:\n{row}", encoding="utf-8")
    return read_definition(file).steps[0].link


def test_our_checklists_name_links_of_the_handbook() -> None:
    known = Settings().links
    named = [each.link for one in definitions().values() for each in one.steps if each.link is not None]
    assert [link for link in named if "://" not in link and link not in known] == []
