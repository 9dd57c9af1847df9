"""What the forecast commands say to wrong options, names and dates and without a token; the options of scripts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from psdm_process import Outcome, Psdm

from psdm_cli.sandbox import KantataSandbox

READING = ("forecast-prep", "forecast show", "forecast diff", "forecast freeze", "portfolio", "sync")
AS_OF = date(2026, 11, 23)
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def complaint(done: Outcome, code: int) -> str:
    """The words of a failed run: with --json one error document on stdout, and the same in two lines on stderr."""
    assert done.code == code, (done.out[:300], done.err)
    assert (done.document["schema"], done.error["exit_code"]) == ("psdm.error/1", code)
    said = [f"psdm: {done.error['message']}", f"      {done.error['hint']}"][: 2 if done.error["hint"] else 1]
    assert done.err.splitlines() == said
    return f"{done.error['message']} {done.error['hint']}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["forecast-prp"], "did you mean 'forecast-prep'?", id="command"),
        pytest.param(["forecast", "frezee"], "did you mean 'freeze'?", id="command of forecast"),
        pytest.param(["forecast-prep", "--leed", "me"], "did you mean --lead?", id="option"),
        pytest.param(["forecast", "diff", "--sinse", "x"], "did you mean --since?", id="option of diff"),
        pytest.param(["forecast", "freeze", "--csv"], "psdm forecast freeze has no option --csv", id="form of freeze"),
        pytest.param(["sync", "--all-project"], "did you mean --all-projects?", id="option of sync"),
        pytest.param(["portfolio", "SOW-1"], "SOW-1", id="argument too many"),
        pytest.param(["forecast-prep", "--step", "FP-12"], "Did you mean FP-11?", id="step"),
        pytest.param(["forecast-prep", "--step", "funds"], "Steps are: FP-01, FP-02", id="no step at all"),
        pytest.param(["forecast-prep", "--step", ""], "Steps are: FP-01, FP-02", id="empty step"),
        pytest.param(["forecast-prep", "--people", "engagement"], "Did you mean engagements?", id="people"),
        pytest.param(["forecast-prep", "--people", "5"], "neither engagements nor all", id="no people"),
        pytest.param(["forecast", "show", "--by", "moth"], "Did you mean month?", id="grouping"),
        pytest.param(["forecast", "show", "--by", "1"], "project, month, role, person, type", id="no grouping"),
        pytest.param(["forecast-prep", "--as-of", "2026-13-01"], "expected YYYY-MM-DD", id="month 13"),
        pytest.param(["forecast-prep", "--as-of", "2027-02-29"], "expected YYYY-MM-DD", id="no leap year"),
        pytest.param(["forecast-prep", "--as-of", "tomorrow"], "expected YYYY-MM-DD", id="a word for a date"),
        pytest.param(["forecast", "diff", "--since", "11/16/2026"], "expected YYYY-MM-DD", id="another date format"),
        pytest.param(["forecast", "diff", "--since", "2027-01-01"], "lies after the as-of date", id="since the future"),
        pytest.param(["forecast-prep", "--freeze", "--offline"], "--offline", id="freeze offline"),
        pytest.param(["forecast", "freeze", "--offline"], "--offline", id="forecast freeze offline"),
        pytest.param(["sync", "--offline"], "leave out --offline", id="sync offline"),
        pytest.param(["sync", "--lead", "me", "--all-projects"], "give one of them", id="lead and all projects"),
        pytest.param(["portfolio", "--weather", "snow"], "calm and showers", id="weather"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_read(
    psdm: Psdm, kantata: KantataSandbox, arguments: list[str], words: str
) -> None:
    done = psdm(*arguments, "--json")
    assert words in complaint(done, 2)
    plain = psdm(*arguments)
    assert (plain.code, plain.out, plain.err) == (2, "", done.err)
    assert kantata.requests == []
    assert not (psdm.home / "psdm").exists()  # nothing was made for a mistake


@pytest.mark.parametrize(
    ("command", "forms"),
    [
        ("forecast-prep", ["--markdown", "--csv"]),
        ("forecast-prep", ["--json", "--csv"]),
        ("forecast show", ["--json", "--markdown"]),
        ("forecast diff", ["--json", "--markdown", "--csv"]),
        ("portfolio", ["--markdown", "--csv"]),
    ],
)
def test_a_result_has_one_form(psdm: Psdm, kantata: KantataSandbox, command: str, forms: list[str]) -> None:
    done = psdm(*command.split(), *forms)
    assert done.code == 2
    assert done.err == f"psdm: {' and '.join(forms)} ask for different forms of the result; give one of them.\n"
    assert (done.out == "") is ("--json" not in forms)
    assert kantata.requests == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(["--status", "Activ"], 2, "Did you mean Active?", id="status"),
        pytest.param(["--status", "Active", "--status", "xyz"], 2, "Statuses are: ", id="one of two statuses"),
        pytest.param(["--status", ""], 2, "Statuses are: ", id="empty status"),
        pytest.param(["--lead", "Imke Vandermolin"], 5, "Imke Vandermolen", id="misspelt lead"),
        pytest.param(["--lead", "Nobody Here"], 5, "Project leads are, for example: ", id="lead that is nobody"),
        pytest.param(["--lead", "me", "--lead", "Nobody Here"], 5, "'Nobody Here'", id="one of two leads"),
        pytest.param(["--lead", "999999"], 5, "'999999'", id="unknown id"),
        pytest.param(["--lead", "o"], 2, "means several people: ", id="several people"),
        pytest.param(["--lead", ""], 2, "--lead needs me, all, or a name", id="empty lead"),
        pytest.param(["--status", "Prospect"], 5, "No engagement with status Prospect was found", id="empty selection"),
    ],
)
def test_names_that_only_kantata_can_judge(
    psdm: Psdm, kantata: KantataSandbox, arguments: list[str], code: int, words: str
) -> None:
    assert words in complaint(psdm("forecast-prep", *arguments, "--json"), code)


@pytest.mark.parametrize("command", ["forecast show", "forecast diff", "forecast freeze", "portfolio", "sync"])
def test_every_command_knows_a_lead_that_is_nobody(psdm: Psdm, kantata: KantataSandbox, command: str) -> None:
    assert "Nobody called 'Robyn'" in complaint(psdm(*command.split(), "--lead", "Robyn", "--json"), 5)


def test_no_engagement_of_mine_says_how_it_was_searched(psdm: Psdm, kantata: KantataSandbox) -> None:
    for workspace in list(kantata.account.rows("workspaces")):
        kantata.account.update("workspaces", workspace["id"], primary_maven_id="1002")
    words = complaint(psdm("forecast-prep", "--json"), 5)
    assert "projects led by Robin Castellano (user 1001)" in words
    assert "not archived, status other than Estimate, Completed, Cancelled" in words
    assert "--lead all" in words


@pytest.mark.parametrize("command", READING)
def test_no_token(alone: Psdm, kantata: KantataSandbox, command: str) -> None:
    psdm = alone.with_(PSDM_KANTATA_URL=kantata.kantata_url, **NO_KEYRING)
    done = psdm(*command.split(), "--json")
    words = complaint(done, 4)
    assert done.error["code"] == "auth"
    assert "PSDM_KANTATA_TOKEN" in words
    assert "psdm auth login kantata" in words
    assert kantata.requests == []


def test_offline_needs_no_token(psdm: Psdm, kantata: KantataSandbox) -> None:
    live = psdm("portfolio", "--json")
    kantata.clear()
    offline = psdm.with_(PSDM_KANTATA_TOKEN=None, **NO_KEYRING)("portfolio", "--json", "--offline")
    assert (offline.code, offline.figures) == (live.code, live.figures)
    assert kantata.requests == []


@pytest.mark.parametrize("command", ["forecast-prep", "forecast show", "forecast diff", "portfolio"])
def test_offline_without_a_mirror(psdm: Psdm, kantata: KantataSandbox, command: str) -> None:
    assert "without --offline" in complaint(psdm(*command.split(), "--offline", "--json"), 5)
    assert kantata.requests == []


# the options of scripts


def test_fields_choose_from_each_row(psdm: Psdm) -> None:
    done = psdm("--json", "forecast-prep", "--fields", "sow,to_forecast")
    assert done.code == 3
    assert {frozenset(project) for project in done.result["projects"]} == {frozenset({"sow", "to_forecast"})}
    assert done.result["totals"]["USD"]
    assert "did you mean to_forecast?" in complaint(psdm("forecast-prep", "--json", "--fields", "to_forcast"), 2)


def test_exit_zero_forgives_findings_and_nothing_else(psdm: Psdm, calm: object) -> None:
    done = psdm("--exit-zero", "forecast-prep", "--json")
    assert (done.code, done.document["status"]) == (0, "attention")
    assert done.figures == calm
    assert psdm("forecast-prep", "--exit-zero", PSDM_KANTATA_TOKEN="wrong").code == 4
    assert psdm("forecast-prep", "--exit-zero", "--lead", "Nobody Here").code == 5
    assert psdm("forecast-prep", "--exit-zero", "--step", "99").code == 2


def test_quiet_leaves_the_result_and_the_errors(psdm: Psdm) -> None:
    today = datetime.now(ZoneInfo("America/New_York")).date()
    moved = AS_OF if abs(AS_OF - today) > timedelta(days=2) else AS_OF + timedelta(days=7)  # on the day itself, silence
    psdm = psdm.with_(PSDM_AS_OF=moved.isoformat())
    loud, quiet = psdm("portfolio", "--csv"), psdm("-q", "portfolio", "--csv")
    assert loud.err.startswith(f"Warning: As of {moved} moves the clock only")
    assert (quiet.out, quiet.err) == (loud.out, "")
    assert psdm("portfolio", "-q", "--lead", "Nobody Here").err.startswith("psdm: Nobody called")


def test_options_stand_before_and_after(psdm: Psdm, calm: object) -> None:
    bare = psdm.with_(PSDM_AS_OF=None, PSDM_NO_INPUT=None)
    before = bare("--as-of", "2026-11-23", "--no-input", "--json", "forecast-prep")
    after = bare("forecast-prep", "--json", "--as-of=2026-11-23", "--no-input")
    assert before.figures == after.figures == calm
    between = bare("forecast", "--json", "show", "--as-of", "2026-11-23")
    assert between.document["as_of"] == "2026-11-23"


def test_a_dry_run_freezes_nothing(psdm: Psdm) -> None:
    done = psdm("forecast-prep", "--freeze", "--dry-run")
    assert (done.code, "Would freeze: week 2026-W48" in done.err) == (3, True)
    assert psdm("forecast", "diff", "--json").code == 5
