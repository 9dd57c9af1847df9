"""The doctor's judgement, with surroundings made up for each case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from psdm_cli.domain.gitlab import Capabilities, EpicsBy, GitLabToken, Group, Project
from psdm_cli.errors import BadAnswer, NotAllowed, NotFound, StoreProblem, Unavailable
from psdm_cli.systems.ports import Me, Read
from psdm_cli.workflows.diagnosis import diagnose, exit_code
from psdm_cli.workflows.diagnosis_checks import Check, Configured, KeyringSeen, SettingsSeen, Surroundings
from psdm_cli.workflows.diagnosis_kantata import PERMISSIONS

URL = "https://kantata.example/api/v1"
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)

OWNER = '{"id": "7", "name": "Jane Doe", "email": null}'


@dataclass
class FakeKantata:
    """Answers what the doctor asks."""

    server: datetime | None = NOW
    counts: Sequence[int | None] = ()
    asked: Sequence[Read] = ()

    def me(self) -> Me:
        return Me("7", "Jane Doe")

    def server_time(self) -> datetime | None:
        return self.server

    def count(self, reads: Sequence[Read]) -> Sequence[int | None]:
        self.asked = reads
        return self.counts or [3] * len(reads)


def fail(error: Exception) -> Callable[[], NoReturn]:
    def raises() -> NoReturn:
        raise error

    return raises


def store(*problems: str, owner: str | None = None, synced: datetime | None = None, imported: str | None = None) -> Any:
    """A store that is sound or has problems; `owner` is remembered, and synced at that time; `imported`: files are."""
    found = SimpleNamespace(place="/home/psdm.db", problems=problems, size=2_500_000)
    facts = {"token owner": SimpleNamespace(value=owner) if owner else None}
    facts["imported as"] = SimpleNamespace(value=imported) if imported else None
    files = [SimpleNamespace(exported_on=date(2026, 11, day)) for day in (20, 19, 20)]
    state = SimpleNamespace(synced_at=synced) if synced else None
    mirrors = {f"{URL} 7": SimpleNamespace(scope={"leads:7": state}.get)}
    return SimpleNamespace(
        check=lambda: found,
        facts=SimpleNamespace(get=lambda _, name: facts[name]),
        mirror=lambda account: mirrors[account],
        imports=SimpleNamespace(current=lambda lead: files),
    )


def around(kantata: FakeKantata | None = None, **changes: Any) -> Surroundings:
    system: Any = kantata or FakeKantata()
    whole = Surroundings(
        python=(3, 11, 7),
        settings=lambda: SettingsSeen("", 0, "America/New_York", "Monday 09:00"),
        kantata=lambda: system,
        kantata_url=lambda: "https://kantata.example/api/v1",
        gitlab=lambda: None,
        store=store,
        keyring=lambda: KeyringSeen(True, "test keyring", "keyring"),
        now=lambda: NOW,
        account_scope=lambda: URL,
    )
    return replace(whole, **changes)


def found(where: Surroundings) -> dict[str, Check]:
    return {check.id: check for check in diagnose(where)}


def test_all_right() -> None:
    checks = diagnose(around())
    assert exit_code(checks) == 0
    assert [check.id for check in checks if check.state != "pass"] == ["gitlab"]


def test_my_projects_are_counted_by_lead_the_rest_at_all() -> None:
    kantata = FakeKantata()
    found(around(kantata))
    reads = {read.kind.value: read for read in kantata.asked}
    assert reads["workspaces"].lead_ids == ("7",)
    assert reads["time_off_entries"].user_ids == ("7",)
    assert reads["stories"] == Read(reads["stories"].kind)


@pytest.mark.parametrize(
    ("skew", "state", "words"),
    [
        pytest.param(timedelta(0), "pass", "within 1 s", id="none"),
        pytest.param(timedelta(minutes=5), "pass", "within 300 s", id="just allowed"),
        pytest.param(timedelta(minutes=5, seconds=1), "attention", "behind", id="server ahead"),
        pytest.param(timedelta(hours=-2), "attention", "120 minutes ahead of", id="server behind"),
    ],
)
def test_clock(skew: timedelta, state: str, words: str) -> None:
    check = found(around(FakeKantata(server=NOW + skew)))["clock"]
    assert check.state == state
    assert words in check.reason
    assert bool(check.way_out) is (state == "attention")


def test_a_server_without_a_clock_is_not_verified_and_harmless() -> None:
    checks = diagnose(around(FakeKantata(server=None)))
    assert {check.id: check.state for check in checks}["clock"] == "unverified"
    assert exit_code(checks) == 0


def test_refused_kinds_are_unverified_and_no_project_needs_attention() -> None:
    counts: list[int | None] = [None if kind.value == "time_entries" else 3 for kind in PERMISSIONS]
    counts[0] = 0
    checks = found(around(FakeKantata(counts=counts)))
    assert checks["may-read:time_entries"].state == "unverified"
    assert checks["may-read:workspaces"].state == "attention"
    assert "--lead" in checks["may-read:workspaces"].way_out
    assert exit_code(tuple(checks.values())) == 3


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(NotAllowed("no token", hint="log in"), 4, id="token"),
        pytest.param(Unavailable("down"), 75, id="down"),
        pytest.param(BadAnswer("no Kantata"), 75, id="not Kantata"),
    ],
)
def test_without_kantata_the_rest_is_looked_at_all_the_same(error: Exception, code: int) -> None:
    checks = diagnose(replace(around(), kantata=fail(error)))
    by_id = {check.id: check for check in checks}
    assert exit_code(checks) == code
    assert by_id["kantata"].state == "attention"
    assert by_id["may-read"].state == "unverified"
    assert by_id["store"].state == "pass"


@dataclass
class FakeGitLab:
    """Answers what the doctor asks of GitLab."""

    told: GitLabToken
    can: Capabilities | Exception
    there: Sequence[str] = ()

    def group(self, group: str) -> Group | None:
        return Group("1", group, group, group, "private") if group in self.there else None

    def project(self, project: str) -> Project | None:
        return Project("2", project, project, project, "private") if project in self.there else None

    def me(self) -> Me:
        return Me("7", "Jane Doe")

    def token(self) -> GitLabToken:
        return self.told

    def capabilities(self, group: str, *, anew: bool = False) -> Capabilities:
        assert (group, anew) == ("ps", True)
        if isinstance(self.can, Exception):
            raise self.can
        return self.can


FULL = Capabilities("19.4.1-ee", EpicsBy.WORK_ITEMS)
FREE = Capabilities(None, EpicsBy.MILESTONES, replaced=("epics by milestones", "iterations by milestones"))


def with_gitlab(told: GitLabToken, can: Capabilities | Exception = FULL) -> dict[str, Check]:
    fake: Any = FakeGitLab(told, can)
    return found(around(gitlab=lambda: fake, gitlab_reading=lambda: fake, gitlab_group=lambda: "ps"))


@pytest.mark.parametrize(
    ("told", "state", "words"),
    [
        pytest.param(
            GitLabToken("personal", ("api",), date(2027, 1, 31)),
            "pass",
            "personal token, scopes api, valid until 2027-01-31",
            id="all right",
        ),
        pytest.param(GitLabToken("group", ("api",), date(2026, 12, 8)), "pass", "2026-12-08", id="15 days left"),
        pytest.param(GitLabToken("project", ("api",), date(2026, 12, 7)), "attention", "2026-12-07", id="14 days left"),
        pytest.param(GitLabToken("personal", ("read_api",)), "attention", "it may not write", id="reads only"),
        pytest.param(GitLabToken("personal", ()), "attention", "scopes none", id="no scope"),
        pytest.param(GitLabToken("job"), "attention", "job token, scopes not told; it may not write", id="job"),
        pytest.param(GitLabToken("oauth"), "pass", "oauth token, scopes not told", id="nobody tells"),
    ],
)
def test_gitlab_s_token(told: GitLabToken, state: str, words: str) -> None:
    check = with_gitlab(told)["gitlab-token"]
    assert (check.state, words in check.reason) == (state, True), check.reason
    assert bool(check.way_out) is (state == "attention")


@pytest.mark.parametrize(
    ("can", "state", "words"),
    [
        pytest.param(FULL, "pass", "GitLab 19.4.1-ee, epics by work items in ps", id="work items"),
        pytest.param(Capabilities("18.0", EpicsBy.REST), "pass", "GitLab 18.0, epics by rest in ps", id="rest"),
        pytest.param(
            FREE,
            "pass",
            "no epics in ps; instead of what the plan lacks: epics by milestones, iterations by milestones",
            id="free",
        ),
        pytest.param(NotFound("no group ps", hint="check it"), "attention", "no group ps", id="no such group"),
    ],
)
def test_gitlab_s_plan(can: Capabilities | Exception, state: str, words: str) -> None:
    checks = with_gitlab(GitLabToken("personal", ("api",)), can)
    assert (checks["gitlab-can"].state, checks["gitlab-can"].reason) == (state, words)
    assert exit_code(tuple(checks.values())) == (0 if state == "pass" else 3)


PLACES = (Configured("groups.epics", "ps", "group"), Configured("projects.plan", "ps/plan", "project"))


@pytest.mark.parametrize(
    ("there", "state", "words"),
    [
        pytest.param(("ps", "ps/plan"), "pass", "are there", id="both"),
        pytest.param(("ps",), "attention", "projects.plan (ps/plan)", id="one"),
        pytest.param((), "attention", "%2F", id="none although GraphQL knows one"),
    ],
)
def test_gitlab_s_places(there: tuple[str, ...], state: str, words: str) -> None:
    fake: Any = FakeGitLab(GitLabToken("personal", ("api",)), FULL, there)
    where = around(
        gitlab=lambda: fake, gitlab_reading=lambda: fake, gitlab_group=lambda: "ps", gitlab_places=lambda: PLACES
    )
    check = found(where)["gitlab-places"]
    assert check.state == state
    assert words in check.reason + check.way_out


def test_gitlab_in_trouble_is_attention_but_never_decides() -> None:
    checks = diagnose(around(gitlab=fail(Unavailable("GitLab is down"))))
    assert {check.id: check.state for check in checks}["gitlab"] == "attention"
    assert exit_code(checks) == 3


@pytest.mark.parametrize(
    ("owner", "synced", "words"),
    [
        pytest.param(None, None, "nothing was read from Kantata yet", id="never"),
        pytest.param(OWNER, None, "nothing was read from Kantata yet", id="not these engagements"),
        pytest.param(OWNER, NOW - timedelta(hours=3), "read 3 hours ago", id="three hours"),
    ],
)
def test_the_age_of_what_is_stored(owner: str | None, synced: datetime | None, words: str) -> None:
    check = found(around(store=lambda: store(owner=owner, synced=synced)))["store"]
    assert check.state == "pass"
    assert check.reason.startswith("/home/psdm.db, 2.5 MB, sound; ")
    assert words in check.reason


def test_imported_files_are_named_with_their_days() -> None:
    check = found(around(store=lambda: store(owner=OWNER, imported="Dana Lindqvist")))["store"]
    assert check.reason.endswith("report exports of Dana Lindqvist were imported, of 2026-11-19, 2026-11-20")


@pytest.mark.parametrize("broken", [lambda: store("row 3 is missing"), fail(StoreProblem("damaged", hint="restore"))])
def test_a_store_in_trouble(broken: Callable[[], Any]) -> None:
    checks = diagnose(around(store=broken))
    check = {check.id: check for check in checks}["store"]
    assert (check.state, bool(check.way_out), exit_code(checks)) == ("attention", True, 3)


@pytest.mark.parametrize(
    ("usable", "origin", "state"),
    [(True, None, "pass"), (False, "PSDM_KANTATA_TOKEN", "pass"), (False, None, "attention")],
)
def test_a_keyring_is_needed_only_without_a_variable(usable: bool, origin: str | None, state: str) -> None:
    assert found(around(keyring=lambda: KeyringSeen(usable, "words", origin)))["keyring"].state == state


def test_an_old_python() -> None:
    assert found(around(python=(3, 10, 1)))["python"].state == "attention"
