"""The primitives: how the token goes, what is read, what is written once, and how GitLab's refusals sound."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from gitlab_server import JANE, Reply, ScriptedGitLab, refused, told
from hypothesis import given
from hypothesis import strategies as st
from kantata_server import FakeTime

from psdm_cli.changes.doors import UnclearError
from psdm_cli.errors import BadAnswer, Forbidden, NotAllowed, NotFound, RefusedByRule, Unavailable
from psdm_cli.systems.gitlab.adapter import GitLabAdapter
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.refusals import GraphQLRefused, Refused
from psdm_cli.systems.gitlab.transport import TokenKind, kind_of
from psdm_cli.systems.gitlab.wording import server_words
from psdm_cli.systems.http.wording import one_line

Make = Callable[..., GitLabAdapter]
ISSUES = "/projects/5/issues"
CREATE = (
    'mutation Comment($id: NoteableID!) { createNote(input: {noteableId: $id, body: "x"}) { errors note { id url } } }'
)
GID = {"id": "gid://gitlab/WorkItem/1"}
WORDS = st.sampled_from(["message", "error", "errors", "error_description", "title"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
ANSWERS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12
).map(lambda answer: json.dumps(answer).encode())
HTML = b"<!DOCTYPE html><title>Sign in</title>"


@pytest.fixture
def client(reader: GitLabAdapter) -> GitLabClient:
    return reader.client


@pytest.mark.parametrize(
    ("token", "kind", "rest", "graphql"),
    [
        ("glpat-0123456789", TokenKind.ACCESS, "PRIVATE-TOKEN", "Authorization"),
        ("gloas-0123456789", TokenKind.OAUTH, "Authorization", "Authorization"),
        ("ab" * 32, TokenKind.OAUTH, "Authorization", "Authorization"),
        ("glcbt-64_abcdefgh", TokenKind.JOB, "JOB-TOKEN", None),
        ("oldstyle20characters", TokenKind.ACCESS, "PRIVATE-TOKEN", "Authorization"),
    ],
)
def test_each_kind_of_token_in_its_header(
    token: str, kind: TokenKind, rest: str, graphql: str | None, scripted_gitlab: ScriptedGitLab, make_gitlab: Make
) -> None:
    client = make_gitlab(token=token).client
    assert (kind_of(token), client.token_kind) == (kind, kind)
    client.get("/user")
    known = {"PRIVATE-TOKEN", "JOB-TOKEN", "Authorization"}
    sent = scripted_gitlab.seen[-1].headers
    assert known & set(sent) == {rest}
    assert sent[rest] == (f"Bearer {token}" if rest == "Authorization" else token)
    if graphql is None:
        with pytest.raises(NotAllowed, match="CI job token cannot do this"):
            client.graphql("query A { currentUser { id } }", {}, "A")
        with pytest.raises(NotAllowed, match=r"POST /projects/5/issues") as caught:
            client.post(ISSUES, {"title": "T"})
        assert "project or group access token" in caught.value.hint
        assert len(scripted_gitlab.seen) == 1
    else:
        scripted_gitlab.data["A"] = {"currentUser": {"id": "1"}}
        assert client.graphql("query A { currentUser { id } }", {}, "A") == {"currentUser": {"id": "1"}}
        assert known & set(scripted_gitlab.seen[-1].headers) == {graphql}
        assert scripted_gitlab.seen[-1].headers["Authorization"] == f"Bearer {token}"


def test_what_is_there_and_what_is_not(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    assert client.get("/user") == JANE
    assert client.get("/groups/acme%2Fps") is None
    assert scripted_gitlab.seen[-1].path == "/groups/acme%2Fps"  # nobody decodes it on the way
    with pytest.raises(ValueError, match="not in GitLab's contract"):
        client.get("/nonsense")
    with pytest.raises(NotFound):
        list(client.pages("/groups/7/labels"))


def test_a_moved_place_is_followed_at_our_own_address(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.script(
        "GET /projects/old", Reply(301, b"", {"Location": f"{scripted_gitlab.url}/api/v4/projects/9"})
    )
    scripted_gitlab.rows["/projects/9"] = {"id": 9}
    assert client.get("/projects/old") == {"id": 9}


def test_a_write_is_not_redirected(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.script(
        f"POST {ISSUES}", Reply(301, b"", {"Location": f"{scripted_gitlab.url}/api/v4/projects/9/issues"})
    )
    with pytest.raises(BadAnswer, match="elsewhere"):
        client.post(ISSUES, {"title": "T"})
    assert len(scripted_gitlab.seen) == 1


def test_a_redirect_in_circles_ends(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.always("GET /projects/1", Reply(301, b"", {"Location": f"{scripted_gitlab.url}/api/v4/projects/2"}))
    scripted_gitlab.always("GET /projects/2", Reply(301, b"", {"Location": f"{scripted_gitlab.url}/api/v4/projects/1"}))
    with pytest.raises(BadAnswer, match="elsewhere"):
        client.get("/projects/1")
    assert len(scripted_gitlab.seen) == 3


# writes


def test_writes_answer_their_rows(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.script(f"POST {ISSUES}", told(201, {"iid": 4}))
    scripted_gitlab.script(f"PUT {ISSUES}/4", told(200, {"iid": 4, "state": "closed"}))
    scripted_gitlab.script(f"DELETE {ISSUES}/4/links/2", told(200, {"link_type": "blocks"}))
    scripted_gitlab.script("DELETE /groups/7/epics/1", Reply(204))
    scripted_gitlab.script(f"POST {ISSUES}/4/notes", told(202, {"summary": ["Closed."]}))
    assert client.post(ISSUES, {"title": "T", "milestone_id": "3"}) == {"iid": 4}
    assert scripted_gitlab.seen[-1].body == {"title": "T", "milestone_id": 3}
    assert client.put(f"{ISSUES}/4", {"state_event": "close"}) == {"iid": 4, "state": "closed"}
    assert client.delete(f"{ISSUES}/4/links/2") == {"link_type": "blocks"}
    assert client.delete("/groups/7/epics/1") is None
    assert client.post(f"{ISSUES}/4/notes", {"body": "/close"}) == {"summary": ["Closed."]}
    assert client.post("/groups/7/epics/1/issues/9") == {"id": 1}
    assert scripted_gitlab.seen[-1].body is None


def test_a_body_outside_the_contract_is_not_sent(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    with pytest.raises(RefusedByRule, match=r"POST /projects/5/issues: .*no attribute health_status"):
        client.post(ISSUES, {"title": "T", "health_status": "on_track"})
    assert scripted_gitlab.seen == []


def test_an_upload(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.script("POST /projects/5/uploads", told(201, {"markdown": "![a](/uploads/x/a.png)"}))
    answer = client.upload("/projects/5/uploads", 'a "b".png', b"\x89PNG\r\n")
    assert answer == {"markdown": "![a](/uploads/x/a.png)"}
    sent = scripted_gitlab.seen[-1]
    assert sent.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert sent.body.count(b'name="file"') == 1
    assert b'name="avatar"' not in sent.body
    assert b"\x89PNG\r\n" in sent.body


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(500, b"{}"), id="500"),
        pytest.param(Reply(502, HTML), id="502"),
        pytest.param(Reply(503, b""), id="503"),
        pytest.param(Reply(504, b"upstream"), id="504"),
        pytest.param(Reply(cut=-1), id="cut before the answer"),
        pytest.param(Reply(201, b'{"iid": 4, "title": "T"}', cut=9), id="cut within the answer"),
        pytest.param(Reply(201, b'{"iid": 4'), id="half a JSON"),
        pytest.param(Reply(200, HTML), id="HTML"),
    ],
)
def test_a_write_that_nobody_can_tell_of(reply: Reply, scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.always(f"POST {ISSUES}", reply)
    scripted_gitlab.always("GraphQL Comment", reply)
    scripted_gitlab.always("POST /projects/5/uploads", reply)
    with pytest.raises(UnclearError):
        client.post(ISSUES, {"title": "T"})
    with pytest.raises(UnclearError):
        client.graphql(CREATE, GID, "Comment")
    with pytest.raises(UnclearError):
        client.upload("/projects/5/uploads", "a.png", b"x")
    assert len(scripted_gitlab.seen) == 3  # each once


def test_no_answer_in_time_is_unclear(scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    import threading

    over = threading.Event()
    scripted_gitlab.script(f"POST {ISSUES}", Reply(201, b"{}", then=lambda: over.wait(5)))
    with pytest.raises(UnclearError, match="no answer within"):
        make_gitlab(read_timeout=0.05).client.post(ISSUES, {"title": "T"})
    over.set()
    assert len(scripted_gitlab.seen) == 1


def test_nothing_was_sent_to_a_server_that_is_not_there(make_gitlab: Make) -> None:
    with pytest.raises(Unavailable, match=r"cannot be reached .*nothing was sent"):
        make_gitlab(url="http://127.0.0.1:9/gitlab").client.post(ISSUES, {"title": "T"})


def test_a_limited_write_waits_and_goes_once_more(
    scripted_gitlab: ScriptedGitLab, client: GitLabClient, faketime: FakeTime
) -> None:
    scripted_gitlab.script(
        f"POST {ISSUES}", told(429, {"message": {"error": "too many"}}, Retry_After="7"), told(201, {"iid": 4})
    )
    assert client.post(ISSUES, {"title": "T"}) == {"iid": 4}
    assert faketime.slept == [7.0]
    assert len(scripted_gitlab.seen) == 2


def test_a_write_that_stays_limited(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.always(f"POST {ISSUES}", told(429, {"message": {"error": "slow down"}}, Retry_After="7"))
    with pytest.raises(Unavailable, match=r"429: slow down\); it was not done") as caught:
        client.post(ISSUES, {"title": "T"})
    assert caught.value.retry_after == 7.0
    assert len(scripted_gitlab.seen) == 2


@pytest.mark.parametrize("call", ["POST /groups", "GraphQL Comment"])
def test_a_day_to_wait_is_not_waited_for(
    call: str, scripted_gitlab: ScriptedGitLab, client: GitLabClient, faketime: FakeTime
) -> None:
    """The daily limit of groups and projects on GitLab.com (gitlab.md 1.11)."""
    scripted_gitlab.always(call, told(429, {"message": {"error": "daily limit"}}, Retry_After="86400"))
    with pytest.raises(Unavailable, match="daily limit") as caught:
        if call.startswith("POST"):
            client.post("/groups", {"name": "A", "path": "a"})
        else:
            client.graphql(CREATE, GID, "Comment")
    assert (caught.value.retry_after, faketime.slept) == (86400.0, [])
    assert "86400 s (24 h)" in caught.value.hint
    assert "goes on where it stopped" in caught.value.hint
    with pytest.raises(Unavailable) as again:  # nothing else goes out in the meantime
        client.post(ISSUES, {"title": "T"})
    assert again.value.retry_after == 86400.0
    assert len(scripted_gitlab.seen) == 1


# refusals


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "404 Group Not Found"}, "404 Group Not Found"),
        ({"message": {"title": ["can't be blank", "is too long"]}}, "title: can't be blank, is too long"),
        ({"message": {"path": ["has already been taken"], "name": ["x"]}}, "path: has already been taken; name: x"),
        ({"message": {"error": "This endpoint has been requested too many times"}}, "too many times"),
        ({"message": {"base": ["no"]}}, "no"),
        ({"message": ["a", "b"]}, "a, b"),
        ({"error": "title is missing"}, "title is missing"),
        ({"error": "invalid_token", "error_description": "Token was revoked."}, "invalid_token: Token was revoked."),
        ({"message": None, "error": None}, ""),
        ([1, 2], "1, 2"),
        ("text", "text"),
    ],
)
def test_every_shape_of_an_error_on_one_line(
    body: Any, words: str, scripted_gitlab: ScriptedGitLab, client: GitLabClient
) -> None:
    scripted_gitlab.always(f"POST {ISSUES}", told(400, body))
    with pytest.raises(Refused) as caught:
        client.post(ISSUES, {"title": "T"})
    assert words in caught.value.words
    assert "\n" not in caught.value.message
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (401, NotAllowed),
        (403, Forbidden),
        (404, NotFound),
        (405, Refused),
        (409, Refused),
        (412, Refused),
        (422, Refused),
    ],
)
def test_a_refused_write(
    status: int, error: type[Exception], scripted_gitlab: ScriptedGitLab, client: GitLabClient
) -> None:
    scripted_gitlab.always(f"POST {ISSUES}", told(status, {"message": "Label already exists\n\x1b[31m"}))
    with pytest.raises(error) as caught:
        client.post(ISSUES, {"title": "T"}, permission="the role Reporter")
    assert type(caught.value) is error
    assert f"{status}: Label already exists" in str(caught.value)
    assert "\x1b" not in str(caught.value)
    if isinstance(caught.value, Forbidden):
        assert (caught.value.permission, caught.value.call) == ("the role Reporter", f"POST {ISSUES}")
    if isinstance(caught.value, Refused):
        assert (caught.value.status, caught.value.exit_code) == (status, 6)
    assert len(scripted_gitlab.seen) == 1


def test_a_lock_is_no_refusal(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.always(f"POST {ISSUES}", told(409, {"message": "409 Conflict: Resource lock"}))
    with pytest.raises(Unavailable, match="Resource lock"):
        client.post(ISSUES, {"title": "T"})


def test_a_captcha_is_for_people(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    body = {"message": {"error": "Your issue may be spam"}, "needs_captcha_response": True, "captcha_site_key": "k"}
    scripted_gitlab.always(f"POST {ISSUES}", told(409, body))
    with pytest.raises(Refused, match="may be spam") as caught:
        client.post(ISSUES, {"title": "T"})
    assert "captcha" in caught.value.hint


@given(st.binary(max_size=300) | ANSWERS)
def test_whatever_a_server_says_there_are_words(body: bytes) -> None:
    assert "\n" not in one_line(server_words(body))


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, psdm_cli.systems.gitlab.doors, psdm_cli.systems.gitlab.adapter as a;"
        "a.GitLabAdapter('https://gitlab.example', 'glpat-x');"
        "print(sorted({'gitlab', 'requests', 'graphql'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_dora_without_the_licence_is_not_a_dead_token(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    path = "/projects/5/dora/metrics"
    scripted_gitlab.always(f"GET {path}", told(401, {"message": "You do not have permission to access dora metrics."}))
    with pytest.raises(Forbidden, match="dora metrics"):
        client.get(path, {"metric": "deployment_frequency"})


def test_a_scope_that_is_lacking(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    told_scope = {"error": "insufficient_scope", "error_description": "needs more", "scope": "api"}
    scripted_gitlab.always("GET /user", told(403, told_scope))
    with pytest.raises(Forbidden, match="the scope api") as caught:
        client.get("/user")
    assert "psdm auth login gitlab" in caught.value.hint


# GraphQL


def test_errors_at_the_top(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.script("GraphQL A", refused("Field 'x' doesn't exist on type 'Y'", code="undefinedField"))
    with pytest.raises(GraphQLRefused) as caught:
        client.graphql("query A { currentUser { id } }", {}, "A")
    assert caught.value.unknown_to_schema
    assert caught.value.codes == ("undefinedField",)
    assert not caught.value.too_complex
    scripted_gitlab.script("GraphQL A", refused("Query has complexity of 999, which exceeds max complexity of 250"))
    with pytest.raises(GraphQLRefused) as caught:
        client.graphql("query A { currentUser { id } }", {}, "A")
    assert caught.value.too_complex
    assert not caught.value.unknown_to_schema


def test_a_permission_that_is_lacking(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    message = "The resource that you are attempting to access does not exist or you don't have permission"
    body = {"data": {"createNote": None}, "errors": [{"message": message, "path": ["createNote"]}]}
    scripted_gitlab.always("GraphQL Comment", told(200, body))
    with pytest.raises(GraphQLRefused, match="does not exist or you don't have permission") as caught:
        client.graphql(CREATE, GID, "Comment")
    assert caught.value.paths == ("createNote",)
    assert not caught.value.of_payload
    assert len(scripted_gitlab.seen) == 1


def test_a_payload_that_says_no(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.data["Comment"] = {"createNote": {"errors": ["Body can't be blank"], "note": None}}
    with pytest.raises(GraphQLRefused, match="Body can't be blank") as caught:
        client.graphql(CREATE, GID, "Comment")
    assert caught.value.of_payload
    assert not caught.value.unknown_to_schema


def test_a_payload_that_says_yes(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.data["Comment"] = {"createNote": {"errors": [], "note": {"id": "gid://gitlab/Note/1"}}}
    assert client.graphql(CREATE, GID, "Comment")["createNote"]["note"]["id"] == "gid://gitlab/Note/1"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"data": {"createNote": None}, "errors": [{"message": "Internal server error"}]}, id="it broke"),
        pytest.param(
            {"data": {"createNote": {"note": {"id": "1"}}}, "errors": [{"message": "url"}]}, id="done in part"
        ),
        pytest.param({"data": {"createNote": None}}, id="nothing at all"),
        pytest.param({"data": 3}, id="no object"),
        pytest.param([], id="a list"),
    ],
)
def test_a_mutation_that_nobody_can_tell_of(body: Any, scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.always("GraphQL Comment", told(200, body))
    with pytest.raises(UnclearError):
        client.graphql(CREATE, GID, "Comment")
    assert len(scripted_gitlab.seen) == 1


def test_a_limit_in_words(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    scripted_gitlab.always(
        "GraphQL Comment", refused("This endpoint has been requested too many times. Try again later.")
    )
    with pytest.raises(Unavailable, match="limiting requests"):
        client.graphql(CREATE, GID, "Comment")


@pytest.mark.parametrize(
    ("status", "error"), [(401, NotAllowed), (403, Forbidden), (404, NotFound), (400, Refused), (302, BadAnswer)]
)
def test_graphql_that_is_refused_as_a_whole(
    status: int, error: type[Exception], scripted_gitlab: ScriptedGitLab, client: GitLabClient
) -> None:
    scripted_gitlab.always("GraphQL A", told(status, {"errors": [{"message": "Invalid token"}]}))
    with pytest.raises(error, match="Invalid token" if status != 302 else "elsewhere"):
        client.graphql("query A { currentUser { id } }", {}, "A")


# side by side


def test_reads_side_by_side_keep_their_order(scripted_gitlab: ScriptedGitLab, client: GitLabClient) -> None:
    for number in range(12):
        scripted_gitlab.rows[f"/projects/{number}"] = {"id": number}

    def ask(number: int) -> Callable[[], Any]:
        return lambda: client.get(f"/projects/{number}")

    assert [row["id"] for row in client.together([ask(number) for number in range(12)])] == list(range(12))
    scripted_gitlab.always("GET /projects/3", told(401, {"message": "401 Unauthorized"}))
    with pytest.raises(NotAllowed):
        client.together([ask(number) for number in range(12)])
