"""What goes wrong on purpose in the GitLab sandbox, what it remembers, and what it keeps between runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import requests
from gitlab_sandbox_client import GROUP, LARKSPUR, SOW, Client, seg

from psdm_cli.sandbox import KantataSandbox
from psdm_cli.sandbox.gitlab import GitLabSandbox
from psdm_cli.sandbox.gitlab.people import PERSONAS
from psdm_cli.sandbox.gitlab.server import operation_of
from psdm_cli.sandbox.service import Request

AS_OF = date(2026, 11, 23)
LABELS = f"/groups/{seg(LARKSPUR)}/labels"
PLAIN = f"/groups/{LARKSPUR}/labels"


@pytest.fixture
def sandbox() -> Iterator[GitLabSandbox]:
    with GitLabSandbox(as_of=AS_OF) as running:
        yield running


@pytest.fixture
def client(sandbox: GitLabSandbox) -> Iterator[Client]:
    made = Client(sandbox)
    yield made
    made.close()


def names(client: Client) -> list[str]:
    return [row["name"] for row in client.get(LABELS, search="made")]


@pytest.mark.parametrize("cut", ["before", "after", "middle"])
def test_a_cut_connection_before_or_after_the_work(client: Client, cut: str) -> None:
    client.sandbox.fault("POST", PLAIN, cut=cut)  # type: ignore[arg-type]
    with pytest.raises(requests.RequestException):
        client.post(LABELS, {"name": "made", "color": "red"})
    assert names(client) == ([] if cut == "before" else ["made"])
    assert len(client.sandbox.writes) == (0 if cut == "before" else 1)


def test_a_500_with_and_without_the_work_done(client: Client) -> None:
    client.sandbox.fault("POST", "/groups", status=500)
    client.sandbox.fault("POST", "/groups", status=502, body="<html>Bad gateway</html>", applied=True)
    answers = [client.send("POST", LABELS, {"name": f"made {n}", "color": "red"}) for n in range(2)]
    assert [a.status_code for a in answers] == [500, 502]
    assert answers[1].headers["Content-Type"].startswith("text/html")
    assert names(client) == ["made 1"]


def test_429_in_every_form(client: Client) -> None:
    nested = '{"message":{"error":"This endpoint has been requested too many times. Try again later."}}'
    client.sandbox.fault(path="/user", status=429, headers={"Retry-After": "7"})
    client.sandbox.fault(path="/user", status=429, body=nested, headers={"RateLimit-Reset": "1800000000"})
    first, second, third = (client.send("GET", "/user") for _ in range(3))
    assert (first.status_code, first.text, first.headers["Retry-After"]) == (429, "Retry later", "7")
    assert "Retry-After" not in second.headers and set(second.json()["message"]) == {"error"}
    assert third.status_code == 200


def test_spoiled_bodies(client: Client) -> None:
    client.sandbox.fault(path="/user", html=True)
    client.sandbox.fault(path="/user", truncated=True)
    html, half = client.send("GET", "/user"), client.send("GET", "/user")
    assert (html.status_code, html.text[:9]) == (200, "<!DOCTYPE")
    with pytest.raises(requests.JSONDecodeError):
        half.json()


def test_faults_choose_their_request(client: Client) -> None:
    client.sandbox.fault(path="/groups", status=500, skip=1, query="page=2", times=2)
    codes = [client.send("GET", LABELS, page=n % 3).status_code for n in range(3, 12)]
    assert codes == [200, 200, 200, 200, 200, 500, 200, 200, 500]
    client.sandbox.fault("*", PLAIN, status=503, times=None)
    assert [client.send("GET", LABELS).status_code for _ in range(3)] == [503] * 3
    client.sandbox.clear()
    assert client.send("GET", LABELS).status_code == 200
    assert len(client.sandbox.requests) == 1


def test_a_fault_may_change_what_is_asked_for(client: Client) -> None:
    def renamed(account: object) -> None:
        client.sandbox.account.update("users", client.sandbox.account.facts["me"], username="someone-else")

    client.sandbox.fault(path="/user", effect=renamed)
    assert client.get("/user")["username"] == "someone-else"


def test_a_graphql_operation_is_known_by_its_name() -> None:
    def asked(body: bytes, path: str = "/gitlab/api/graphql") -> str:
        return operation_of(Request("POST", path, "", body=body))

    assert asked(b'{"query": "query Probe($a: ID!) { x }"}') == "Probe"
    assert asked(b'{"query": "mutation A { x } mutation B { y }", "operationName": "B"}') == "B"
    assert asked(b'{"query": "{ x }"}') == asked(b"[]") == asked(b"no json") == asked(b"") == ""
    assert asked(b'{"query": "query Probe { x }"}', "/api/v4/user") == ""


def test_latency_and_weather() -> None:
    slow = GitLabSandbox(as_of=AS_OF, latency_ms=60)
    asked = Request("GET", "/api/v4/user", "", {"private-token": slow.tokens["full"], "host": "x"})
    assert slow.respond(asked).delay == 0.06
    seen = []
    for _ in range(2):
        sandbox = GitLabSandbox(as_of=AS_OF, weather="showers", seed=3)
        token = {"private-token": sandbox.tokens["full"], "host": "x"}
        asked = [Request("GET", f"/api/v4/groups/{n}", "", token) for n in range(100, 220)]
        answers = [sandbox.respond(request) for request in asked]
        seen.append([(d.cut, d.answer.status if d.answer else None, d.answer and d.answer.body[:9]) for d in answers])
    assert [row[1] for row in seen[0]] == [row[1] for row in seen[1]]
    assert {429, 503} <= {row[1] for row in seen[0]}
    assert b"<!DOCTYPE" in [row[2] for row in seen[0] if row[1] == 503]


def test_who_asked_is_remembered_without_the_token(client: Client) -> None:
    client.get(f"/projects/{seg(SOW)}")
    (request,) = client.sandbox.requests
    assert (request.persona, request.status, request.path) == ("full", 200, f"/api/v4/projects/{SOW}")
    assert request.raw_path == f"/api/v4/projects/{seg(SOW)}"
    assert client.sandbox.writes == []
    assert set(client.sandbox.tokens) == set(PERSONAS)


# state


def test_what_is_written_is_there_in_the_next_run(tmp_path: Path) -> None:
    with GitLabSandbox(tmp_path, AS_OF) as first:
        client = Client(first)
        label = client.post(LABELS, {"name": "made", "color": "red"})
        project = client.get(f"/projects/{seg(SOW)}")
        client.put(f"/projects/{project['id']}", {"path": "moved"})
        client.close()
    assert {path.name for path in tmp_path.iterdir()} == {"gitlab.sqlite3"}
    assert (tmp_path / "gitlab.sqlite3").stat().st_mode & 0o777 == 0o600
    with GitLabSandbox(tmp_path, date(2026, 11, 30)) as second:
        client = Client(second)
        assert client.get(LABELS, search="made") == [label]
        assert client.send("GET", f"/projects/{seg(SOW)}").status_code == 301
        again = client.post(LABELS, {"name": "next", "color": "red"})
        assert again["id"] > label["id"]
        client.close()


def test_two_runs_at_once_see_each_other(tmp_path: Path) -> None:
    with GitLabSandbox(tmp_path, AS_OF) as one, GitLabSandbox(tmp_path, AS_OF) as two:
        first, second = Client(one), Client(two)
        first.post(LABELS, {"name": "made", "color": "red"})
        second.post(LABELS, {"name": "made", "color": "red"}, expect=409)
        other = second.post(LABELS, {"name": "made too", "color": "red"})
        assert first.put(f"{LABELS}/{other['id']}", {"new_name": "made three"})["id"] == other["id"]
        assert names(second) == ["made", "made three"]
        first.close()
        second.close()


def test_both_sandboxes_of_a_folder_are_placed_around_one_day(tmp_path: Path) -> None:
    later = date(2027, 2, 1)
    for first, second in ((KantataSandbox, GitLabSandbox), (GitLabSandbox, KantataSandbox)):
        folder = tmp_path / first.__name__
        with first(folder, AS_OF) as one:
            assert one.account.facts["as_of"] == "2026-11-23"
        with second(folder, later) as two:
            assert two.account.facts["as_of"] == "2026-11-23"
            assert two.now().date() == later
    assert GitLabSandbox(tmp_path / "new", later).account.facts["as_of"] == "2027-02-01"


def test_each_plan_has_a_state_of_its_own(tmp_path: Path) -> None:
    for plan in ("ultimate", "free"):
        with GitLabSandbox(tmp_path, AS_OF, plan=plan) as sandbox:  # type: ignore[arg-type]
            client = Client(sandbox)
            client.post(LABELS, {"name": "made", "color": "red"})
            client.close()
    assert {path.name for path in tmp_path.iterdir()} == {"gitlab.sqlite3", "gitlab-free.sqlite3"}
    with pytest.raises(ValueError, match="gold"):
        GitLabSandbox(plan="gold")  # type: ignore[arg-type]


def test_it_is_started_and_stopped_again() -> None:
    sandbox = GitLabSandbox(as_of=AS_OF)
    with pytest.raises(RuntimeError):
        _ = sandbox.url
    sandbox.start()
    assert sandbox.start() is sandbox
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        GitLabSandbox(as_of=AS_OF, port=port).start()
    sandbox.stop()
    sandbox.stop()
    assert sandbox.account.find("groups", "full_path", GROUP)


def test_naming_the_sandbox_costs_nothing() -> None:
    program = "import sys, psdm_cli.sandbox.gitlab as g; assert g.GitLabSandbox; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "psdm_cli.sandbox.gitlab.server" in loaded
    assert not loaded & {"starlette", "uvicorn", "graphql", "sqlite3", "yaml", "psdm_cli.sandbox.gitlab.seed"}
