"""Settings from defaults, file and environment, and every way in which a file can be wrong."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest

from psdm_cli.domain.policy import Policy
from psdm_cli.errors import WrongConfiguration
from psdm_cli.settings.folders import Folders, find_folders
from psdm_cli.settings.loading import Loaded, WrongSettings, load
from psdm_cli.settings.meanings import POLICY
from psdm_cli.settings.model import Settings


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return find_folders({"PSDM_HOME": str(tmp_path)})


def loaded(folders: Folders, text: str, **environ: str) -> Loaded:
    folders.config_file.write_text(text, encoding="utf-8")
    return load(folders, None, environ)


# order


def test_without_any_file_every_default_is_the_handbooks(folders: Folders) -> None:
    found = load(folders, None, {})
    assert found.settings == Settings()
    assert (found.file, found.origins) == (None, {})
    assert found.settings.policy == Policy()
    assert found.settings.calendar.zone == "America/New_York"
    assert found.settings.gitlab.groups.customer_epics == "gitlab-com/customer-success/professional-services-group"


def test_file_over_default_and_environment_over_file(folders: Folders) -> None:
    text = "kantata:\n  url: https://file.example/api/v1\n  parallel_requests: 2\n"
    found = loaded(folders, text, PSDM_KANTATA_URL="https://env.example/api/v1/")
    assert found.settings.kantata.url == "https://env.example/api/v1"
    assert found.settings.kantata.parallel_requests == 2
    assert found.settings.kantata.fields == Settings().kantata.fields
    assert found.origins["kantata", "url"] == "PSDM_KANTATA_URL"
    assert found.origins["kantata", "parallel_requests"] == f"{folders.config_file} line 3"


def test_an_empty_variable_is_none(folders: Folders) -> None:
    assert load(folders, None, {"PSDM_KANTATA_URL": ""}).settings == Settings()


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().kantata.url = "https://other.example/api/v1"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Settings().links["mvp"] = "https://other.example"  # type: ignore[index]


def test_values_of_every_type(folders: Folders) -> None:
    text = """
policy:
  delivery_roles: [PM, Trainer]
  people_weeks: 6
  under_allocated_below: 0.75
  funds_tolerance: 100
  milestone_needs_start: true
  prep_complete_at: 09:30
calendar: {holiday_calendars: [US]}
labels: {escalated: {name: Urgent}}
links: {mvp: "https://example.com/mvp"}
"""
    settings = loaded(folders, text).settings
    policy = settings.policy
    assert policy.delivery_roles == ("PM", "Trainer")
    assert policy.people_weeks == 6
    assert (policy.under_allocated_below, policy.funds_tolerance) == (Decimal("0.75"), Decimal(100))
    assert policy.milestone_needs_start is True
    assert policy.prep_complete_at == time(9, 30)
    assert settings.calendar.holiday_calendars == ("US",)
    assert (settings.labels["escalated"].name, settings.labels["escalated"].color) == ("Urgent", "#cc0033")
    assert settings.links["mvp"] == "https://example.com/mvp"
    assert settings.links["discovery"] == Settings().links["discovery"]


@pytest.mark.parametrize(
    "text", ["", "# only comments\n", "---\n", "kantata:\n", "kantata:\n  # url: x\npolicy: null\n"]
)
def test_nothing_in_the_file_means_the_defaults(folders: Folders, text: str) -> None:
    assert loaded(folders, text).settings == Settings()


def test_every_number_of_the_policy_is_explained() -> None:
    assert set(POLICY) == {field.name for field in fields(Policy)}


# what is refused, with file, line and key


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        pytest.param(
            "calendar:\n  zone: UTC\n  zone: UTC\n",
            3,
            "calendar.zone: this key is already given in line 2",
            id="duplicate",
        ),
        pytest.param(
            "pm: {}\ncalendar: {}\npm: {}\n", 3, "pm: this key is already given in line 1", id="duplicate section"
        ),
        pytest.param("calender:\n  zone: UTC\n", 1, "no key calender; did you mean calendar?", id="section"),
        pytest.param("calendar:\n  zonne: UTC\n", 2, "no key calendar.zonne; did you mean calendar.zone?", id="key"),
        pytest.param("zone: UTC\n", 1, "no key zone; did you mean calendar.zone?", id="key in the wrong place"),
        pytest.param("policy:\n  people_weaks: 3\n", 2, "did you mean policy.people_weeks?", id="policy key"),
        pytest.param("labels:\n  escalatd: {name: x}\n", 2, "did you mean labels.escalated?", id="label"),
        pytest.param("links:\n  mpv: https://x.example\n", 2, "did you mean links.mvp?", id="link"),
        pytest.param("pm:\n  qqqq: 1\n", 2, "there is no key pm.qqqq; known here: label.", id="nothing near"),
        pytest.param("policy:\n  people_weeks: '3'\n", 2, "expected a whole number, not '3'", id="text for a number"),
        pytest.param("policy:\n  people_weeks: 3.5\n", 2, "expected a whole number, not 3.5", id="fraction"),
        pytest.param(
            "policy:\n  people_weeks: true\n", 2, "expected a whole number, not True", id="truth for a number"
        ),
        pytest.param("policy:\n  people_weeks: 0\n", 2, "policy.people_weeks: expected 1 or more", id="zero weeks"),
        pytest.param("policy:\n  runway_weeks: -4\n", 2, "not negative, not -4", id="negative"),
        pytest.param("policy:\n  milestone_needs_start: yes\n", 2, "expected true or false, not 'yes'", id="yes"),
        pytest.param("policy:\n  soft_probability: often\n", 2, "expected a number", id="word for a number"),
        pytest.param("policy:\n  prep_complete_at: 25:00\n", 2, 'expected a time, such as "10:00"', id="time"),
        pytest.param("policy:\n  delivery_roles: PM\n", 2, "expected a list of texts", id="word for a list"),
        pytest.param("policy:\n  delivery_roles: [PM, 3]\n", 2, "expected a list of texts", id="number in a list"),
        pytest.param("policy:\n  delivery_roles: ['']\n", 2, "not an empty text", id="empty role"),
        pytest.param("policy:\n  delivery_roles:\n    a: 1\n", 2, "expected a list of texts", id="keys for a list"),
        pytest.param("kantata: https://x\n", 1, "kantata: expected keys below it", id="text for a section"),
        pytest.param("links: [a]\n", 1, "links: expected keys below it", id="list for a table"),
        pytest.param("kantata:\n  coordinator: 17\n", 2, "expected a text", id="number for a text"),
        pytest.param("kantata:\n  parallel_requests: 9\n", 2, "expected a whole number from 1 to 8, not 9", id="range"),
        pytest.param("calendar:\n  fiscal_year_start: 13\n", 2, "from 1 to 12, not 13", id="month"),
        pytest.param("calendar:\n  zone: America/New_Yrok\n", 2, "expected the name of a time zone", id="zone"),
        pytest.param("calendar:\n  zone: ../etc/passwd\n", 2, "expected the name of a time zone", id="zone as a path"),
        pytest.param("cadence:\n  health_reports: Thurs 9\n", 2, "such as Tuesday 12:00", id="moment"),
        pytest.param("labels:\n  pm: {color: red}\n", 2, "expected a colour", id="colour"),
        pytest.param(
            "links:\n  mvp: javascript:alert(1)\n", 2, "expected the address of a page", id="link to a script"
        ),
        pytest.param("kantata:\n  url: http://kantata.example/api/v1\n", 2, "expected https", id="plain http"),
        pytest.param("kantata:\n  url: https://kantata.example\n", 2, "ends in /api/v1", id="no /api/v1"),
        pytest.param("gitlab:\n  url: https://gitlab.example/api/v4\n", 2, "without /api/v4", id="gitlab api"),
        pytest.param("store:\n  url: mysql://host/db\n", 2, "postgresql://host/psdm", id="database"),
        pytest.param("a: [1\nb: 2\n", 2, "this is not YAML", id="broken"),
        pytest.param("pm: {label: &x a}\ncalendar: {zone: *x}\n", 2, "anchors and aliases are not used", id="alias"),
        pytest.param("pm:\n  label: !!python/object/apply:os.system [x]\n", 2, "is not used here", id="tag"),
        pytest.param("? [a, b]\n: c\n", 1, "a key must be a word", id="list as a key"),
        pytest.param("- pm\n", 1, "expected keys such as", id="list as a file"),
        pytest.param("pm: {}\n---\npm: {}\n", 2, "this is not YAML", id="two documents"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_key(folders: Folders, text: str, line: int, words: str) -> None:
    with pytest.raises(WrongConfiguration) as caught:
        loaded(folders, text)
    assert caught.value.exit_code == 2
    assert caught.value.message.startswith(f"{folders.config_file} line {line}: ")
    assert words in caught.value.message


def test_all_problems_are_kept_in_the_files_order(folders: Folders) -> None:
    with pytest.raises(WrongSettings) as caught:
        loaded(folders, "pm: 1\npolicy:\n  people_weeks: x\nzone: y\n")
    assert [problem.split(": ")[0].rpartition(" ")[2] for problem in caught.value.problems] == ["1", "3", "4"]
    assert caught.value.message.endswith("(2 more: psdm config check lists them.)")


def test_a_wrong_variable_is_named(folders: Folders) -> None:
    with pytest.raises(WrongConfiguration, match=r"^PSDM_KANTATA_URL: kantata.url: expected https"):
        load(folders, None, {"PSDM_KANTATA_URL": "http://kantata.example/api/v1"})


@pytest.mark.parametrize(
    "inner", ["token", "api_token", "access_token", "password", "client_secret", "webhook", "apikey"]
)
def test_a_token_in_the_file_is_refused_with_the_reason(folders: Folders, inner: str) -> None:
    with pytest.raises(WrongConfiguration) as caught:
        loaded(folders, f"gitlab:\n  url: https://gitlab.com\n  {inner}: s3cr3t-value\n")
    assert caught.value.message.startswith(f"{folders.config_file} line 3: gitlab.{inner}: a token does not belong")
    assert "PSDM_GITLAB_TOKEN" in caught.value.hint
    assert "psdm auth login gitlab" in caught.value.hint
    assert "s3cr3t" not in caught.value.message + caught.value.hint


def test_a_token_by_its_looks_is_refused_wherever_it_stands(folders: Folders) -> None:
    with pytest.raises(WrongConfiguration, match="a token does not belong") as caught:
        loaded(folders, "pm:\n  label: glpat-abcdefghij0123456789\n")
    assert "glpat-abc" not in caught.value.message


def test_a_database_password_in_the_file_is_refused(folders: Folders) -> None:
    with pytest.raises(WrongConfiguration, match="a password does not belong") as caught:
        loaded(folders, "store:\n  url: postgresql://me:hunter2@host/psdm\n")
    assert "hunter2" not in caught.value.message
    assert "PSDM_DATABASE_URL" in caught.value.hint


def test_a_name_and_password_in_an_address_are_not_repeated(folders: Folders) -> None:
    with pytest.raises(WrongConfiguration, match="without name and password") as caught:
        loaded(folders, "kantata:\n  url: https://me:hunter2@kantata.example/api/v1\n")
    assert "hunter2" not in caught.value.message


def test_files_that_are_none(folders: Folders, tmp_path: Path) -> None:
    with pytest.raises(WrongConfiguration, match="There is no configuration file"):
        load(folders, tmp_path / "missing.yaml", {})
    with pytest.raises(WrongConfiguration, match="cannot be read"):
        load(folders, tmp_path, {})
    folders.config_file.write_bytes(b"pm: \xff\xfe\n")
    with pytest.raises(WrongConfiguration, match="is not text in UTF-8"):
        load(folders, None, {})
    folders.config_file.write_text("#" * 1_000_001)
    with pytest.raises(WrongConfiguration, match="larger than"):
        load(folders, None, {})
    folders.config_file.write_text("a: " + "[" * 5000)
    with pytest.raises(WrongConfiguration, match="not YAML"):
        load(folders, None, {})


def test_a_byte_order_mark_is_no_matter(folders: Folders) -> None:
    folders.config_file.write_bytes(b"\xef\xbb\xbfpm:\n  label: jane\n")
    assert load(folders, None, {}).settings.pm.label == "jane"


# folders


def test_one_folder_holds_all(tmp_path: Path) -> None:
    found = find_folders({"PSDM_HOME": str(tmp_path / "x")})
    everywhere = (found.config_file, found.data, found.cache, found.logs, found.sandbox)
    assert all(place.is_relative_to(tmp_path / "x") for place in everywhere)
    assert not (tmp_path / "x").exists()


def test_the_platforms_folders_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    found = find_folders({})
    assert all("psdm" in place.parts[-2] + place.parts[-1] for place in (found.config_file, found.data, found.cache))
    assert len({found.config_file.parent, found.data, found.cache}) == 3
