"""What happens to reads when GitLab fails, limits, lies or goes away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gitlab_server import JANE, Reply, ScriptedGitLab, issue, told
from kantata_server import FakeTime
from waiting_cases import WAITS

from psdm_cli.errors import BadAnswer, NotAllowed, Unavailable
from psdm_cli.systems.gitlab.adapter import GitLabAdapter

Make = Callable[..., GitLabAdapter]
HTML = Reply(200, b"<!DOCTYPE html><title>Sign in</title>", {"Content-Type": "text/html"})


def test_401_names_the_way_out(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.always("GET /user", told(401, {"message": "401 Unauthorized"}))
    with pytest.raises(
        NotAllowed, match=r"GitLab does not accept the token \(GET /user, 401: 401 Unauthorized\)"
    ) as caught:
        reader.me()
    assert "psdm auth login gitlab" in caught.value.hint
    assert len(scripted_gitlab.seen) == 1


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        *WAITS,
        pytest.param(
            {"RateLimit_Reset": "1795424430", "Date": "Mon, 23 Nov 2026 09:00:18 GMT"}, 12.0, id="the reset alone"
        ),
    ],
)
def test_429_is_waited_for(
    headers: dict[str, str],
    waited: float | None,
    scripted_gitlab: ScriptedGitLab,
    reader: GitLabAdapter,
    faketime: FakeTime,
) -> None:
    scripted_gitlab.script("GET /user", told(429, {"message": {"error": "too many"}}, **headers))
    assert reader.me().username == "jane"
    assert faketime.slept == ([] if waited is None else [waited])


def test_the_infrastructure_s_limit_is_plain_text(
    scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter, faketime: FakeTime
) -> None:
    scripted_gitlab.always("GET /user", Reply(429, b"Retry later\n", {"Retry-After": "86400"}))
    with pytest.raises(Unavailable, match=r"limiting requests .*429: Retry later") as caught:
        reader.me()
    assert (caught.value.retry_after, faketime.slept) == (86400.0, [])
    assert "24 h" in caught.value.hint


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_in_trouble_is_asked_again(
    status: int, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter, faketime: FakeTime
) -> None:
    scripted_gitlab.script("GET /user", Reply(status, b"<html>"), Reply(status, b""))
    assert reader.me().id == "7"
    assert faketime.slept == [1.0, 2.0]


def test_a_server_that_stays_down(scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    scripted_gitlab.always("GET /user", Reply(503, b"down for maintenance"))
    with pytest.raises(Unavailable, match=r"does not answer .*503: down for maintenance"):
        make_gitlab(time_budget_seconds=10).me()
    assert 3 <= len(scripted_gitlab.seen) <= 5


def test_a_500_is_asked_again_twice(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.always("GET /user", told(500, {"message": "500 Internal Server Error"}))
    with pytest.raises(Unavailable, match="500 Internal Server Error"):
        reader.me()
    assert len(scripted_gitlab.seen) == 3


@pytest.mark.parametrize("reply", [Reply(cut=-1), Reply(200, b'{"id": 7, "name": "J"}', cut=5)])
def test_a_cut_connection_is_asked_again(reply: Reply, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.script("GET /user", reply)
    assert reader.me().name == "Jane Doe"
    assert len(scripted_gitlab.seen) == 2


@pytest.mark.parametrize("reply", [HTML, Reply(200, b'{"id": 7, "na'), Reply(200, b"")])
def test_an_answer_that_is_none(reply: Reply, scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    scripted_gitlab.script("GET /user", reply)
    assert make_gitlab().me().id == "7"  # once is bad luck
    scripted_gitlab.always("GET /user", reply)
    with pytest.raises(BadAnswer, match="GET /user is not what its contract says"):
        make_gitlab().me()


def test_deeply_nested_nonsense(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.always("GET /user", Reply(400, b"[" * 100_000))
    with pytest.raises(Exception, match="400"):
        reader.me()


def test_a_list_that_is_none(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.always("GET /projects/5/milestones", told(200, {"message": "hello"}))
    with pytest.raises(BadAnswer, match="it is no list"):
        reader.milestones(project="5")


def test_nobody_there(make_gitlab: Make, faketime: FakeTime) -> None:
    with pytest.raises(Unavailable, match="GitLab cannot be reached") as caught:
        make_gitlab(url="http://127.0.0.1:9").me()
    assert "PSDM_GITLAB_URL" in caught.value.hint
    assert len(faketime.slept) == 2


def test_no_answer_in_time(scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    import threading

    over = threading.Event()
    scripted_gitlab.script("GET /user", Reply(200, b"{}", then=lambda: over.wait(5)))
    assert make_gitlab(read_timeout=0.05).me().username == JANE["username"]
    over.set()


def test_an_empty_answer_is_no_success(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.always("GET /user", Reply(204))
    with pytest.raises(BadAnswer, match="204"):
        reader.me()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"title": None}, "title: missing"),
        ({"title": 5}, "title: “5” is not a text"),
        ({"iid": None}, "iid: missing"),
        ({"due_date": "soon"}, "due date: “soon” is not a date"),
        ({"labels": "a,b"}, "labels: “a,b” is no list"),
        ({"assignees": [3]}, "assignees: “.3.” is no list of objects"),
        ({"epic": "x"}, "epic: “x” is no object"),
        ({"updated_at": "2026"}, "updated at"),
        ({"confidential": "no"}, "neither yes nor no"),
    ],
)
def test_a_malformed_record_is_named(
    change: dict[str, object], why: str, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter
) -> None:
    scripted_gitlab.rows["/projects/5/issues"] = [issue(1), issue(2, web_url="https://x/-/issues/2") | change]
    with pytest.raises(BadAnswer, match=r"GitLab's issue .https://x/-/issues/2. cannot be understood") as caught:
        reader.issues(project="5")
    assert why.split("“", maxsplit=1)[0] in caught.value.message
