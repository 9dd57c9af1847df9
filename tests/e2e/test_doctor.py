"""`psdm doctor`: it sees what is there, says what is not, and never claims what it could not see."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from psdm_process import AS_OF, Outcome, Psdm

from psdm_cli.sandbox import KantataSandbox
from psdm_cli.sandbox.gitlab import GitLabSandbox


class GitLab(BaseHTTPRequestHandler):
    """A GitLab that knows one user; `answer` replaces what it says."""

    disable_nagle_algorithm = True
    answer: tuple[int, str, dict[str, str]] | None = None
    seen: list[tuple[str, str | None]] = []  # noqa: RUF012 - the test's own class, made anew for each test

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers.get("PRIVATE-TOKEN")))
        user = {"id": 7, "name": "Jane \x1b[31mDoe", "username": "jane"}
        place = {"path": "x", "full_path": "x", "path_with_namespace": "x/x", "visibility": "private"}
        status, body, headers = self.answer or (200, json.dumps({**user, **place}), {})
        if self.answer is None and self.headers.get("PRIVATE-TOKEN") != "glpat-jane":
            status, body = 401, '{"message":"401 Unauthorized"}'
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def gitlab() -> Iterator[tuple[type[GitLab], str]]:
    """The handler and the address of a GitLab."""
    handler = type("OneGitLab", (GitLab,), {"seen": [], "answer": None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield handler, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pointed(front: Psdm, kantata: KantataSandbox) -> Psdm:
    """psdm pointed at the test's Kantata."""
    return front.at(kantata)


def checks(ran: Outcome) -> dict[str, dict[str, str]]:
    return {check["id"]: check for check in ran.result["checks"]}


def states(ran: Outcome) -> dict[str, str]:
    return {identity: check["state"] for identity, check in checks(ran).items()}


def test_all_right(pointed: Psdm, kantata: KantataSandbox) -> None:
    ran = pointed("doctor", "--json")
    assert (ran.code, ran.err, ran.document["status"]) == (0, "", "ok")
    Draft202012Validator(pointed("schema", "doctor").document).validate(ran.document)
    found = states(ran)
    assert found.pop("gitlab") == "unverified"  # no token: said, not needed for the forecast
    assert set(found.values()) == {"pass"}
    assert len([identity for identity in found if identity.startswith("may-read:")]) == 10
    assert kantata.writes == []
    assert kantata.violations == []
    assert kantata.tokens["full"] not in ran.out


def test_the_sandbox_is_all_right_without_any_account(front: Psdm) -> None:
    ran = front("--sandbox", "doctor")
    assert (ran.code, ran.err) == (0, "")
    assert "you are Robin Castellano (id " in ran.out
    assert "0 need attention" in ran.out.splitlines()[-1]


def test_what_the_token_may_not_read_is_unverified_with_the_way_out(pointed: Psdm, kantata: KantataSandbox) -> None:
    ran = pointed("doctor", "--json", PSDM_KANTATA_TOKEN=kantata.tokens["no-people"])
    assert (ran.code, ran.document["status"]) == (3, "attention")
    found = checks(ran)
    assert found["kantata"]["state"] == "pass"
    for kind in ("account_memberships", "time_off_entries"):
        assert found[f"may-read:{kind}"]["state"] == "unverified"
        assert found[f"may-read:{kind}"]["way_out"]
    assert found["may-read:workspaces"]["state"] == "pass"
    assert pointed("doctor", "--exit-zero", PSDM_KANTATA_TOKEN=kantata.tokens["no-people"]).code == 0


def test_one_refused_endpoint_leaves_the_others(pointed: Psdm, kantata: KantataSandbox) -> None:
    kantata.refuse("stories")
    found = states(pointed("doctor", "--json"))
    assert found["may-read:stories"] == "unverified"
    assert found["may-read:workspaces"] == "pass"


def test_no_token_is_4_and_names_both_ways(front: Psdm, kantata: KantataSandbox) -> None:
    ran = front("doctor", "--json", PSDM_KANTATA_URL=kantata.kantata_url)
    assert ran.code == 4
    found = checks(ran)
    assert found["kantata"]["state"] == "attention"
    assert "PSDM_KANTATA_TOKEN" in found["kantata"]["way_out"]
    assert "psdm auth login kantata" in found["kantata"]["way_out"]
    assert found["may-read"]["state"] == "unverified"
    assert found["keyring"]["state"] == "attention"
    assert found["store"]["state"] == "pass"


def test_a_wrong_token_is_4(pointed: Psdm) -> None:
    ran = pointed("doctor", "--json", PSDM_KANTATA_TOKEN="wrong-0815")
    assert (ran.code, states(ran)["kantata"]) == (4, "attention")
    assert "wrong-0815" not in ran.out + ran.err


def test_a_kantata_that_is_down_is_75(pointed: Psdm) -> None:
    ran = pointed("doctor", "--json", PSDM_KANTATA_URL="http://127.0.0.1:9/api/v1")
    assert (ran.code, states(ran)["kantata"]) == (75, "attention")


def test_something_else_than_kantata_is_75(pointed: Psdm, kantata: KantataSandbox) -> None:
    kantata.fault("GET", "/users/me", html=True, times=None)
    ran = pointed("doctor", "--json")
    assert (ran.code, states(ran)["kantata"]) == (75, "attention")


def test_wrong_settings_are_a_line_not_the_end(pointed: Psdm) -> None:
    home = pointed.home / "psdm"
    home.mkdir()
    (home / "config.yaml").write_text("calender: {}\n")
    ran = pointed("doctor", "--json")
    assert ran.code == 3
    found = checks(ran)
    assert "did you mean calendar?" in found["settings"]["reason"]
    assert {found["kantata"]["state"], found["store"]["state"]} == {"unverified"}


def test_a_damaged_database_is_named_and_kept(pointed: Psdm) -> None:
    data = pointed.home / "psdm" / "data"
    data.mkdir(parents=True)
    (data / "psdm.db").write_bytes(b"this is no database")
    ran = pointed("doctor", "--json")
    assert (ran.code, states(ran)["store"]) == (3, "attention")
    assert str(data / "psdm.db") in checks(ran)["store"]["reason"]
    assert (data / "psdm.db").read_bytes() == b"this is no database"


def test_offline_looks_only_here(pointed: Psdm, kantata: KantataSandbox) -> None:
    ran = pointed("doctor", "--offline", "--json")
    assert ran.code == 3
    assert states(ran)["kantata"] == "unverified"
    assert kantata.requests == []


# GitLab


def with_gitlab(psdm: Psdm, url: str, token: str = "glpat-jane") -> Psdm:
    return psdm.with_(PSDM_GITLAB_URL=url, PSDM_GITLAB_TOKEN=token)


def test_gitlab_when_there_is_a_token(pointed: Psdm, gitlab: tuple[type[GitLab], str]) -> None:
    handler, url = gitlab
    ran = with_gitlab(pointed, url)("doctor")
    assert ran.code == 0
    assert "you are Jane" in ran.out
    assert "\x1b" not in ran.out
    assert handler.seen[0] == ("/api/v4/user", "glpat-jane")
    assert {token for _, token in handler.seen} == {"glpat-jane"}
    assert "personal token, scopes not told" in ran.out
    assert "epics by rest in" in ran.out


def test_the_configured_places_are_looked_at(pointed: Psdm) -> None:
    with GitLabSandbox(as_of=AS_OF) as server:
        psdm = with_gitlab(pointed, server.url, server.tokens["full"])
        assert states(psdm("doctor", "--json"))["gitlab-places"] == "pass"
        (pointed.home / "psdm.yaml").write_text("gitlab: {groups: {delivery_partner: acme/typo}}\n", encoding="utf-8")
        ran = psdm.with_(PSDM_CONFIG="psdm.yaml")("doctor", "--json")
        assert (ran.code, checks(ran)["gitlab-places"]["state"]) == (3, "attention")
        assert checks(ran)["gitlab-places"]["reason"].endswith(": gitlab.groups.delivery_partner (acme/typo)")
        server.readings.decoding_proxy = True
        assert "%2F" in checks(psdm("doctor", "--json"))["gitlab-places"]["way_out"]


def test_gitlab_in_trouble_does_not_stop_the_rest(pointed: Psdm, gitlab: tuple[type[GitLab], str]) -> None:
    handler, url = gitlab
    for answer, token in (
        (None, "glpat-other"),
        ((403, "{}", {}), "glpat-jane"),
        ((503, "", {}), "glpat-jane"),
        ((200, "<html>", {}), "glpat-jane"),
        ((200, '{"id": 1}', {}), "glpat-jane"),
        ((404, "{}", {}), "glpat-jane"),
    ):
        handler.answer = answer
        ran = with_gitlab(pointed, url, token)("doctor", "--json")
        assert (ran.code, states(ran)["gitlab"], states(ran)["kantata"]) == (3, "attention", "pass"), answer
        assert token not in ran.out + ran.err


def test_the_gitlab_token_follows_no_redirect(pointed: Psdm, gitlab: tuple[type[GitLab], str]) -> None:
    handler, url = gitlab
    handler.answer = (302, "", {"Location": f"{url.replace('127.0.0.1', 'localhost')}/api/v4/user"})
    ran = with_gitlab(pointed, url)("doctor", "--json")
    assert states(ran)["gitlab"] == "attention"
    assert len(handler.seen) == 1
