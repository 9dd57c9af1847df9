"""The token stays with the configured origin and out of everything that is shown."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from kantata_server import TOKEN, Reply, ScriptedKantata, errors

from psdm_cli.domain.records import Kind
from psdm_cli.errors import BadAnswer, NotAllowed, PsdmError, WrongConfiguration
from psdm_cli.systems.http.wording import one_line
from psdm_cli.systems.kantata.adapter import KantataAdapter
from psdm_cli.systems.ports import Batch, Read

Make = Callable[..., KantataAdapter]


def read(adapter: KantataAdapter, *reads: Read) -> list[Batch]:
    return list(adapter.read_all(reads))


@pytest.fixture
def thief() -> Iterator[HTTPServer]:
    """Another origin, which notes whatever comes to it."""

    class Note(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.taken.append(dict(self.headers))  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Note)
    server.taken = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(
    status: int, kantata: ScriptedKantata, adapter: KantataAdapter, thief: HTTPServer
) -> None:
    port = thief.server_port
    kantata.always("/users/me", Reply(status, b"", {"Location": f"http://localhost:{port}/?stolen={TOKEN}"}))
    with pytest.raises(BadAnswer, match=f"elsewhere \\({status} to http://localhost\\)") as caught:
        adapter.me()
    assert TOKEN not in str(caught.value)
    assert thief.taken == []  # type: ignore[attr-defined]
    assert len(kantata.seen) == 1


def test_next_links_are_not_followed(kantata: ScriptedKantata, adapter: KantataAdapter, thief: HTTPServer) -> None:
    link = {"Link": f'<http://127.0.0.1:{thief.server_port}/api/v1/roles?page=2>; rel="next"'}
    kantata.script("/roles", Reply(headers=link))
    read(adapter, Read(Kind.ROLES))
    assert thief.taken == []  # type: ignore[attr-defined]


def _failures(kantata: ScriptedKantata) -> list[Reply]:
    told = f"bad token {TOKEN} \x1b[31mred\x1b[0m\nnext line \u202etxt"
    return [*(errors(status, told) for status in (400, 401, 403, 404, 422, 429, 500, 503)), Reply(200, told.encode())]


@pytest.mark.parametrize("number", range(9))
def test_the_token_is_never_shown(number: int, kantata: ScriptedKantata, make_adapter: Make) -> None:
    """Not in the message, the hint, the traceback, the representation nor the log, whatever the server says."""
    kantata.always("/users/me", _failures(kantata)[number])
    lines: list[str] = []
    adapter = make_adapter(log=lines.append, time_budget_seconds=3)
    with pytest.raises(PsdmError) as caught:
        adapter.me()
    shown = [str(caught.value), caught.value.hint, repr(adapter), *lines, *traceback.format_exception(caught.value)]
    shown.append(str(traceback.TracebackException.from_exception(caught.value, capture_locals=True).__dict__))
    shown += "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()).split(
        "\n"
    )
    assert not [text for text in shown if "Bearer " + TOKEN in text]
    for text in (str(caught.value), caught.value.hint, repr(adapter), *lines):
        assert TOKEN not in text
        assert text.isprintable()
        assert "\u202e" not in text
    assert lines


def test_the_log_tells_the_request_id(kantata: ScriptedKantata, make_adapter: Make) -> None:
    lines: list[str] = []
    read(
        make_adapter(log=lines.append), Read(Kind.TIME_ENTRIES, workspace_ids=tuple(str(n) for n in range(1000, 1090)))
    )
    assert len(lines) == 1
    assert lines[0].startswith("GET /time_entries per_page=200")
    assert "→ 200 in 0.000 s, request req-1" in lines[0]
    assert len(lines[0]) < 250


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak", "ключ"])
def test_what_can_be_no_token_is_not_sent(token: str, kantata: ScriptedKantata, make_adapter: Make) -> None:
    with pytest.raises(NotAllowed) as caught:
        make_adapter(token=token).me()
    assert "psdm auth login kantata" in caught.value.hint
    assert not token.strip() or token not in str(caught.value)
    assert kantata.seen == []


def test_a_line_end_after_the_token_does_no_harm(kantata: ScriptedKantata, make_adapter: Make) -> None:
    kantata.tables["/users/me"] = [{"id": "7", "full_name": "Ada"}]
    assert make_adapter(token=TOKEN + "\n").me().name == "Ada"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.mavenlink.com/api/v1",
        "ftp://x/api",
        "https://u:p@x/api/v1",
        "https://x/?a=1",
        "http://x:port",
        "http://[",
    ],
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(WrongConfiguration) as caught:
        KantataAdapter(url, TOKEN)
    assert "PSDM_KANTATA_URL" in caught.value.hint


@pytest.mark.parametrize("place", range(280, 310))
def test_not_even_half_of_a_token_is_shown_where_a_text_is_cut(place: int) -> None:
    shown = one_line("x" * place + TOKEN + "y" * 50, TOKEN)
    assert TOKEN[:4] not in shown
    assert len(shown) <= 300
