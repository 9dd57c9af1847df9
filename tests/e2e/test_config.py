"""`psdm config`: write, show, check, with and without a person at a terminal."""

from __future__ import annotations

import stat
from pathlib import Path

import pexpect
import pytest
from jsonschema import Draft202012Validator
from psdm_process import COMMAND, DEADLINE, Psdm, Terminal

from psdm_cli.settings.example import starter


@pytest.fixture
def file(front: Psdm) -> Path:
    """Where the configuration file goes by itself."""
    return front.home / "psdm" / "config.yaml"


def written(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


# init


def test_init_without_a_terminal_writes_a_commented_file_for_its_owner_alone(front: Psdm, file: Path) -> None:
    ran = front("config", "init")
    assert (ran.code, ran.err) == (0, "")
    assert file.read_text(encoding="utf-8") == starter({})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["config.yaml"]
    assert front("config", "check").code == 0


def test_every_question_has_an_option(front: Psdm, file: Path) -> None:
    answers = {
        "--pm-label": ("pm.label", "jane"),
        "--coordinator": ("kantata.coordinator", "pc@example.com"),
        "--zone": ("calendar.zone", "Europe/Berlin"),
        "--kantata-url": ("kantata.url", "https://kantata.example/api/v1"),
        "--gitlab-url": ("gitlab.url", "https://gitlab.example"),
    }
    ran = front(
        "config", "init", "--json", *(word for option, (_, value) in answers.items() for word in (option, value))
    )
    assert ran.result == {"file": str(file), "written": True, "answers": dict(answers.values())}
    shown = front("config", "show", "--changed", "--json").result["settings"]
    assert {row["key"]: row["value"] for row in shown} == dict(answers.values())
    assert all(row["origin"].startswith(f"{file} line ") for row in shown)


@pytest.mark.parametrize(
    ("option", "value"), [("--zone", "Mars"), ("--kantata-url", "http://x.example/api/v1"), ("--gitlab-url", "x")]
)
def test_init_refuses_what_the_check_would_refuse(front: Psdm, file: Path, option: str, value: str) -> None:
    ran = front("config", "init", option, value)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"psdm: {option}: expected ")
    assert not file.exists()


def test_init_leaves_a_file_that_is_there_unless_forced(front: Psdm, file: Path) -> None:
    written(file, "pm: {label: mine}\n")
    ran = front("config", "init", "--pm-label", "other")
    assert (ran.code, ran.out) == (2, "")
    assert "--force" in ran.err
    assert file.read_text() == "pm: {label: mine}\n"
    assert front("config", "init", "--pm-label", "other", "--force").code == 0
    assert "\n  label: other" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_init_dry_run_prints_the_file_and_writes_none(front: Psdm, file: Path) -> None:
    ran = front("config", "init", "--pm-label", "jane", "--dry-run")
    assert ran.code == 0
    assert starter({("pm", "label"): "jane"}) in ran.out
    assert not file.exists()


def test_init_into_a_chosen_file(front: Psdm, tmp_path: Path) -> None:
    team = tmp_path / "deep" / "team.yaml"
    assert front("config", "init", "--config", str(team)).code == 0
    assert team.exists()


def test_init_where_nothing_can_be_written(front: Psdm, tmp_path: Path) -> None:
    (tmp_path / "wall").write_text("a file, not a folder")
    ran = front("config", "init", PSDM_HOME=str(tmp_path / "wall" / "home"))
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be written" in ran.err
    assert "PSDM_HOME" in ran.err


def talk(front: Psdm, *args: str) -> Terminal:
    return Terminal(
        COMMAND[0], [*COMMAND[1:], *args], env={**front.environ, "TERM": "dumb"}, encoding="utf-8", timeout=DEADLINE
    )


def test_init_asks_at_a_terminal_shows_defaults_and_asks_again_after_a_wrong_answer(front: Psdm, file: Path) -> None:
    child = talk(front, "config", "init", "--coordinator", "17")
    child.expect("Your name in the label PM::…: ")
    child.sendline("jane")
    child.expect(r"Time zone of the deadlines \[America/New_York\]: ")
    child.sendline("Nowhere")
    child.expect("expected the name of a time zone")
    child.expect(r"Time zone of the deadlines \[America/New_York\]: ")
    child.sendline("Europe/Berlin")
    child.expect("Kantata's API .*: ")
    child.sendline("")
    child.expect("Your GitLab .*: ")
    child.sendline("")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    shown = front("config", "show", "--changed", "--json").result["settings"]
    values = {row["key"]: row["value"] for row in shown}
    assert values == {"pm.label": "jane", "calendar.zone": "Europe/Berlin", "kantata.coordinator": "17"}


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 130)], ids=["Ctrl-C", "Ctrl-D"])
def test_init_stopped_at_a_question_writes_nothing(front: Psdm, file: Path, key: str, code: int) -> None:
    child = talk(front, "config", "init")
    child.expect("Your name")
    child.send(key)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert "Traceback" not in str(child.before)
    assert not file.exists()


def test_no_input_asks_nothing_at_a_terminal(front: Psdm, file: Path) -> None:
    child = talk(front, "config", "init", "--no-input")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert file.exists()


# show


def test_show_says_where_each_value_comes_from_and_hides_tokens(front: Psdm, file: Path) -> None:
    written(file, "kantata:\n  parallel_requests: 2\n")
    ran = front(
        "config", "show", "--json",
        PSDM_KANTATA_URL="https://env.example/api/v1",
        PSDM_KANTATA_TOKEN="s3cr3t-kantata",
        GITLAB_TOKEN="s3cr3t-gitlab",
        PSDM_DATABASE_URL="postgresql://me:s3cr3t-db@host/psdm",
    )  # fmt: skip
    Draft202012Validator(front("schema", "config", "show").document).validate(ran.document)
    rows = {row["key"]: row for row in ran.result["settings"]}
    assert rows["kantata.url"] == {
        "key": "kantata.url",
        "value": "https://env.example/api/v1",
        "default": "https://api.mavenlink.com/api/v1",
        "origin": "PSDM_KANTATA_URL",
    }
    assert rows["kantata.parallel_requests"]["origin"] == f"{file} line 2"
    assert rows["calendar.zone"]["origin"] == "default"
    assert rows["store.url"]["value"] == "postgresql://me:•••@host/psdm"
    assert {secret["name"]: secret["set"] for secret in ran.result["secrets"]} == {
        "PSDM_KANTATA_TOKEN": True,
        "KANTATA_TOKEN": False,
        "PSDM_GITLAB_TOKEN": False,
        "GITLAB_TOKEN": True,
    }
    assert "s3cr3t" not in ran.out + ran.err


def test_fields_choose_and_name_what_is_near(front: Psdm) -> None:
    rows = front("config", "show", "--json", "--fields", "key,value").result["settings"]
    assert rows
    assert all(set(row) == {"key", "value"} for row in rows)
    ran = front("config", "show", "--json", "--fields", "kee")
    assert ran.code == 2
    assert "did you mean key?" in ran.error["message"]
    # the names are known also where there are no rows
    assert front("config", "show", "--changed", "--json", "--fields", "key").result["settings"] == []


def test_show_at_a_narrow_terminal_cuts_nothing(front: Psdm) -> None:
    ran = front("config", "show", COLUMNS="60")
    assert max(len(line) for line in ran.out.splitlines()) <= 60
    joined = "".join(line[20:] for line in ran.out.splitlines()).replace(" ", "")
    assert "delivery" in joined


# check


def test_check_lists_everything_that_is_wrong(front: Psdm, file: Path) -> None:
    written(file, "calender: {}\npolicy:\n  people_weeks: many\n")
    ran = front("config", "check")
    assert ran.code == 2
    assert len(ran.out.splitlines()) == 2
    document = front("config", "check", "--json")
    Draft202012Validator(front("schema", "config", "check").document).validate(document.document)
    assert document.code == 2
    assert document.document["status"] == "error"
    assert [problem.split(":")[0] for problem in document.result["problems"]] == [f"{file} line 1", f"{file} line 3"]


def test_other_commands_refuse_a_wrong_file_with_its_first_problem(front: Psdm, file: Path) -> None:
    written(file, "calender: {}\npolicy:\n  people_weeks: many\n")
    ran = front("config", "show")
    assert (ran.code, ran.out) == (2, "")
    assert "line 1: there is no key calender; did you mean calendar?" in ran.err
    assert "config check" in ran.err


def test_a_chosen_file_must_be_there(front: Psdm, tmp_path: Path) -> None:
    for ran in (front("config", "show", "--config", "no.yaml"), front("config", "show", PSDM_CONFIG="no.yaml")):
        assert (ran.code, ran.out) == (2, "")
        assert "There is no configuration file" in ran.err
    team = written(tmp_path / "team.yaml", "pm: {label: team}\n")
    assert front("config", "show", "--changed", "--json", PSDM_CONFIG=str(team)).result["file"] == str(team)


def test_a_token_in_the_file_stops_every_command(front: Psdm, file: Path) -> None:
    written(file, "kantata:\n  token: s3cr3t\n")
    for command in (["config", "check"], ["doctor", "--offline"], ["config", "show"]):
        ran = front(*command)
        assert ran.code in (2, 3)
        assert "a token does not belong" in ran.out + ran.err
        assert "s3cr3t" not in ran.out + ran.err


def test_path_needs_no_valid_file(front: Psdm, file: Path) -> None:
    written(file, "{{{")
    found = front("config", "path", "--json").result
    assert found["config_file"] == str(file)
    assert found["exists"] is True
    assert found["sandbox"].startswith(found["data"])
