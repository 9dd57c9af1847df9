"""Answers that are not the wished ones: refusals, limits, outages, HTML, half a JSON text; what psdm says and does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from psdm_process import Outcome, Psdm

from psdm_cli.sandbox import KantataSandbox

PREP = ("forecast-prep", "--json")


@pytest.fixture
def hurried(psdm: Psdm, tmp_path: Path) -> Psdm:
    """psdm that waits a second at most while Kantata fails."""
    file = tmp_path / "hurried.yaml"
    file.write_text("kantata: {patience_seconds: 1}\n")
    return psdm.with_(PSDM_CONFIG=str(file))


def failed(done: Outcome, code: int, kind: str) -> dict[str, Any]:
    """The one error document of a failed run; stderr says the same in two lines and nothing else."""
    assert done.code == code, (done.out[:500], done.err)
    assert done.document["schema"] == "psdm.error/1"
    assert done.document["status"] == "error"
    error = done.error
    assert (error["exit_code"], error["code"]) == (code, kind)
    assert "Kantata" in error["message"]
    assert done.err.splitlines() == [f"psdm: {error['message']}", f"      {error['hint']}"]
    return error


# refused for good


@pytest.mark.parametrize("command", ["forecast-prep", "forecast show", "forecast diff", "portfolio", "sync"])
def test_a_wrong_token(psdm: Psdm, kantata: KantataSandbox, command: str) -> None:
    done = psdm(*command.split(), "--json", PSDM_KANTATA_TOKEN="long-expired")
    error = failed(done, 4, "auth")
    assert "does not accept the token" in error["message"]
    assert "GET /users/me, 401" in error["message"]
    assert "psdm auth login kantata" in error["hint"]
    assert "PSDM_KANTATA_TOKEN" in error["hint"]
    assert "long-expired" not in done.out + done.err
    assert len(kantata.requests) == 1  # a wrong token is not tried again


def test_a_token_that_expires_while_reading(psdm: Psdm, kantata: KantataSandbox) -> None:
    kantata.fault(path="/stories", status=401, times=None)
    assert "GET /stories" in failed(psdm(*PREP), 4, "auth")["message"]


def test_a_base_address_that_is_none(psdm: Psdm, kantata: KantataSandbox) -> None:
    elsewhere = kantata.kantata_url.replace("/api/v1", "/elsewhere/api/v1")
    error = failed(psdm(*PREP, PSDM_KANTATA_URL=elsewhere), 75, "bad_answer")
    assert "404" in error["message"]
    assert "PSDM_KANTATA_URL" in error["hint"]


def test_a_question_that_kantata_does_not_understand(psdm: Psdm, kantata: KantataSandbox) -> None:
    body = '{"errors":[{"type":"field","field":"order","message":"is not included in the list"}]}'
    kantata.fault(path="/stories", status=422, body=body, times=None)
    error = failed(psdm(*PREP), 75, "bad_answer")
    assert "GET /stories (422: order: is not included in the list)" in error["message"]
    assert [request.status for request in kantata.requests if request.path.endswith("/stories")] == [422]


def test_redirects_are_not_followed_with_a_token(psdm: Psdm, kantata: KantataSandbox) -> None:
    with KantataSandbox() as other:
        there = other.kantata_url
        kantata.fault(path="/workspaces", status=302, headers={"Location": f"{there}/workspaces"}, times=None)
        error = failed(psdm(*PREP), 75, "bad_answer")
        assert other.requests == []
    assert "elsewhere" in error["message"]


@pytest.mark.parametrize("verbose", [(), ("-v",), ("-vv",)])
def test_a_token_that_the_server_repeats_is_not_shown(psdm: Psdm, kantata: KantataSandbox, verbose: Any) -> None:
    token = kantata.tokens["full"]
    kantata.fault(path="/workspaces", status=422, body=f'{{"errors":[{{"message":"no {token}"}}]}}', times=None)
    done = psdm("forecast-prep", "--json", *verbose)
    assert done.code == 75
    assert token not in done.out + done.err
    assert "***" in done.error["message"]


def test_the_servers_words_do_not_act_on_the_terminal(psdm: Psdm, kantata: KantataSandbox) -> None:
    kantata.fault(path="/workspaces", status=422, body='{"errors":[{"message":"\\u001b]0;owned\\u0007\\u202ea\\nb"}]}')
    done = psdm("forecast-prep")
    assert done.code == 75
    assert "a b" in done.err
    assert not {"\x1b", "\x07", "\u202e"} & set(done.err)


# limited, and down for a while


def in_a_second() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        pytest.param(429, {"Retry-After": "1"}, id="429 with seconds"),
        pytest.param(429, {"Retry-After": "0.2"}, id="429 with decimals"),
        pytest.param(429, {"Retry-After": "in_a_second"}, id="429 with a date"),
        pytest.param(429, {"Retry-After": "soon"}, id="429 with nonsense"),
        pytest.param(429, {}, id="429 without a word"),
        pytest.param(503, {}, id="503"),
        pytest.param(502, {"Retry-After": "0.1"}, id="502"),
    ],
)
def test_a_passing_failure_changes_no_figure(
    psdm: Psdm, kantata: KantataSandbox, calm: Any, status: int, headers: Mapping[str, str]
) -> None:
    when = {name: in_a_second() if value == "in_a_second" else value for name, value in headers.items()}
    fault = kantata.fault(path="/workspaces", status=status, headers=when)
    done = psdm(*PREP)
    assert done.code == 3, done.err
    assert fault.hits == 1
    assert done.figures == calm
    assert kantata.violations == []


def test_several_limits_in_a_row(psdm: Psdm, kantata: KantataSandbox, calm: Any) -> None:
    faults = [
        kantata.fault(path=path, status=429, headers={"Retry-After": "0.1"}, times=2)
        for path in ("/users/me", "/time_entries", "/stories", "/workspace_allocations", "/account_memberships")
    ]
    done = psdm(*PREP)
    assert done.code == 3, done.err
    assert [fault.hits for fault in faults] == [2] * 5
    assert done.figures == calm


@pytest.mark.parametrize("spoil", [{"html": True}, {"truncated": True}, {"body": b"\xff\xfe", "status": 200}])
def test_one_spoiled_answer_is_asked_for_again(
    psdm: Psdm, kantata: KantataSandbox, calm: Any, spoil: dict[str, Any]
) -> None:
    fault = kantata.fault(path="/time_entries", skip=2, **spoil)
    done = psdm(*PREP)
    assert done.code == 3, done.err
    assert fault.hits == 1
    assert done.figures == calm


# for ever


@pytest.mark.parametrize(
    ("headers", "hint"),
    [
        pytest.param({"Retry-After": "900"}, "Try again in 900 s or later", id="with a wait"),
        pytest.param({}, "or later", id="without"),
    ],
)
def test_limited_for_ever(hurried: Psdm, kantata: KantataSandbox, headers: Mapping[str, str], hint: str) -> None:
    kantata.fault(path="/workspaces", status=429, headers=headers, times=None)
    error = failed(hurried(*PREP), 75, "unavailable")
    assert "is limiting requests (GET /workspaces: 429" in error["message"]
    assert hint in error["hint"]


@pytest.mark.parametrize("command", ["forecast-prep", "forecast show", "portfolio"])
def test_down_for_ever(hurried: Psdm, kantata: KantataSandbox, command: str) -> None:
    words = command.split()
    kantata.fault(path="/", status=503, times=None)
    error = failed(hurried(*words, "--json"), 75, "unavailable")
    assert "does not answer (GET /users/me: 503" in error["message"]
    assert "--offline" not in error["hint"]  # there is no mirror to answer from

    kantata.script.clear()
    live = hurried(*words, "--json")
    kantata.fault(path="/", status=503, times=None)
    error = failed(hurried(*words, "--json"), 75, "unavailable")
    assert "Or add --offline: it answers from the mirror, 0 minutes old." in error["hint"]
    offline = hurried(*words, "--json", "--offline")
    assert (offline.code, offline.figures) == (live.code, live.figures)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param({"html": True}, "an HTML page instead of JSON", id="HTML"),
        pytest.param({"truncated": True}, "the JSON cannot be read", id="half a JSON text"),
        pytest.param({"status": 200, "body": "[]"}, "Kantata", id="a list"),
        pytest.param({"status": 200, "body": '{"count": 1, "results": 7}'}, "Kantata", id="no envelope"),
    ],
)
@pytest.mark.parametrize("path", ["/users/me", "/time_entries"])
def test_spoiled_for_ever(psdm: Psdm, kantata: KantataSandbox, spoil: dict[str, Any], said: str, path: str) -> None:
    kantata.fault(path=path, times=None, **spoil)
    error = failed(psdm(*PREP), 75, "bad_answer")
    assert f"Kantata's answer to GET {path} is not what its contract says" in error["message"]
    assert said in error["message"]
    assert "PSDM_KANTATA_URL" in error["hint"]


@pytest.mark.parametrize("path", ["/workspace_allocations", "/time_entries", "/account_memberships"])
def test_what_was_reached_is_kept(hurried: Psdm, kantata: KantataSandbox, calm: Any, path: str) -> None:
    kantata.fault(path=path, status=503, times=None)
    failed(hurried(*PREP), 75, "unavailable")
    reached = {request.path for request in kantata.requests if request.status == 200}
    assert "/api/v1/workspace_resources" in reached
    kantata.clear()
    done = hurried(*PREP)
    assert done.code == 3
    assert done.figures == calm
    again = [request for request in kantata.requests if request.path == "/api/v1/stories"]
    assert len(again) < 3 or path == "/stories"  # three pages of tasks were read and are not read anew
