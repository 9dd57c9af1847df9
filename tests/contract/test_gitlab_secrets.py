"""The token stays with the configured origin and out of everything that is shown."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from gitlab_server import TOKEN, Reply, ScriptedGitLab, told

from psdm_cli.changes.doors import UnclearError
from psdm_cli.errors import BadAnswer, NotAllowed, PsdmError, WrongConfiguration
from psdm_cli.systems.gitlab.adapter import GitLabAdapter
from psdm_cli.systems.http.session import below

Make = Callable[..., GitLabAdapter]


class Thief(HTTPServer):
    """Another origin, which notes whatever comes to it."""

    taken: list[str]


@pytest.fixture
def thief() -> Iterator[Thief]:
    class Note(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.taken.append(self.path)  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = Thief(("127.0.0.1", 0), Note)
    server.taken = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("token", [TOKEN, "ab" * 32])
def test_a_redirect_to_another_origin_is_never_followed(
    status: int, token: str, scripted_gitlab: ScriptedGitLab, make_gitlab: Make, thief: Thief
) -> None:
    elsewhere = {"Location": f"http://localhost:{thief.server_port}/base/gitlab/api/v4/user?stolen={token}"}
    for call in ("GET /user", "POST /projects/5/issues", "GraphQL A"):
        scripted_gitlab.always(call, Reply(status, b"", elsewhere))
    client = make_gitlab(token=token).client
    for ask in (
        lambda: client.get("/user"),
        lambda: client.post("/projects/5/issues", {"title": "T"}),
        lambda: client.graphql("query A { currentUser { id } }", {}, "A"),
    ):
        with pytest.raises(BadAnswer, match=f"elsewhere \\({status} to http://localhost\\)") as caught:
            ask()
        assert token not in str(caught.value)
    assert thief.taken == []
    assert len(scripted_gitlab.seen) == 3


def test_a_next_link_to_another_origin_is_not_followed(
    scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter, thief: Thief
) -> None:
    link = {"Link": f'<http://127.0.0.1:{thief.server_port}/base/gitlab/api/v4/projects/5/issues?page=2>; rel="next"'}
    scripted_gitlab.script("GET /projects/5/issues", Reply(200, b"[]", link))
    with pytest.raises(BadAnswer, match="the token goes nowhere else"):
        reader.issues(project="5")
    assert thief.taken == []


def test_the_session_itself_goes_nowhere_else(reader: GitLabAdapter, thief: Thief) -> None:
    """Whatever a library makes of an answer: the last gate is at the socket."""
    import requests

    session = reader.client._transport._session(fresh=True)
    with pytest.raises(requests.exceptions.InvalidURL):
        session.get(f"http://127.0.0.1:{thief.server_port}/base/gitlab/api/v4/user")
    assert thief.taken == []


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://gitlab.example/base/api/v4/user", True),
        ("https://GITLAB.example:443/base/x", True),
        ("https://gitlab.example/base", True),
        ("https://gitlab.example/based/x", False),
        ("https://gitlab.example/other", False),
        ("http://gitlab.example/base/x", False),
        ("https://gitlab.example:8443/base/x", False),
        ("https://gitlab.example.evil.com/base/x", False),
        ("https://gitlab.example@evil.com/base/x", False),
        ("https://me@gitlab.example/base/x", False),
        ("https://gitlab.example/base/../x", False),
        ("//gitlab.example/base/x", False),
        ("https://[/base", False),
    ],
)
def test_what_counts_as_our_address(url: str, ours: bool) -> None:
    assert below("https://gitlab.example/base", url) is ours


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 422, 429, 500, 503])
def test_the_token_is_never_shown(status: int, scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    """Not in the message, the hint, the traceback, the representation nor the log, whatever the server says."""
    said = f"bad token {TOKEN} \x1b[31mred\x1b[0m\nnext line \u202etxt"
    scripted_gitlab.always("GET /user", told(status, {"message": said}) if status > 200 else Reply(200, said.encode()))
    scripted_gitlab.always("POST /projects/5/issues", told(status if status > 200 else 500, {"message": said}))
    scripted_gitlab.always("GraphQL A", told(status, {"errors": [{"message": said}], "data": None}))
    lines: list[str] = []
    adapter = make_gitlab(log=lines.append, time_budget_seconds=3)
    for ask in (
        adapter.me if status != 404 else lambda: adapter.client.graphql("query A { currentUser { id } }", {}, "A"),
        lambda: adapter.client.post("/projects/5/issues", {"title": "T"}),
        lambda: adapter.client.graphql("query A { currentUser { id } }", {}, "A"),
    ):
        with pytest.raises((PsdmError, UnclearError)) as caught:
            ask()
        shown = "".join(traceback.format_exception(caught.value)) + str(getattr(caught.value, "hint", ""))
        assert TOKEN not in shown
        assert "\x1b" not in str(caught.value)
        assert "\u202e" not in str(caught.value)
        assert "\n" not in str(caught.value)
    assert TOKEN not in repr(adapter) + repr(adapter.client) + repr(vars(adapter.client)) + "".join(lines)
    assert lines


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak", "nöt ascii", "tab\there"])
def test_what_can_be_no_token_is_not_sent(token: str, scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    with pytest.raises(NotAllowed) as caught:
        make_gitlab(token=token).me()
    assert not token.strip() or token not in str(caught.value)
    assert scripted_gitlab.seen == []


@pytest.mark.parametrize(
    "url", ["", "gitlab.com", "ftp://x", "https://me:pw@x", "https://x?private_token=t", "http://x:99999999"]
)
def test_an_address_that_is_none(url: str, make_gitlab: Make) -> None:
    with pytest.raises(WrongConfiguration, match="The address of GitLab"):
        make_gitlab(url=url)


def test_netrc_does_not_replace_the_token(
    scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = f"{tmp_path}/netrc"
    with open(file, "w", encoding="ascii") as out:  # noqa: PTH123
        out.write("machine 127.0.0.1 login thief password other\n")
    monkeypatch.setenv("NETRC", file)
    reader.me()
    assert "Authorization" not in scripted_gitlab.seen[0].headers
    assert scripted_gitlab.seen[0].headers["PRIVATE-TOKEN"] == TOKEN
