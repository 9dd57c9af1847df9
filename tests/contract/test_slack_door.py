"""The door to Slack over real HTTP: sent once, judged by the answer, never shown, never repeated."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from psdm_cli.changes.doors import UnclearError
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.audience import Audience
from psdm_cli.errors import NotAllowed, PsdmError, RefusedByRule, Unavailable, WrongConfiguration, WrongUsage
from psdm_cli.systems.slack import SlackDoor, checked_webhook, slack_doors


class _Hook(HTTPServer):
    """Answers every message with `status`; 0 cuts the connection."""

    status = 200
    seen: list[dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: _Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append({"path": self.path, "json": json.loads(body), "type": self.headers["Content-Type"]})
        if not self.server.status:
            self.connection.close()
            return
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "/elsewhere")
        if self.server.status == 429:
            self.send_header("Retry-After", "30")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""


@pytest.fixture
def hook() -> Iterator[_Hook]:
    server = _Hook(("127.0.0.1", 0), _Handler)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def door(hook: _Hook) -> SlackDoor:
    return SlackDoor(f"http://127.0.0.1:{hook.server_port}/services/T/B/secret", user_agent="psdm/test")


def message(text: Any = "Top Customer", **more: Any) -> Change:
    values = {
        "system": "slack",
        "kind": "message",
        "action": Action.CREATE,
        "key": "message:top-customer:2026-W48",
        "title": "Top Customer 2026-W48",
        "place": "#ps_pmo",
        "audience": Audience.INTERNAL,
        "content": Audience.INTERNAL,
        "after": {"text": text},
    }
    return Change(**{**values, **more})


def test_a_message_is_sent_once_and_nobody_is_mentioned(hook: _Hook) -> None:
    there = door(hook)
    assert there.look(message()) is None
    seen = there.send(message("R&D <!channel> <http://x|click>"))
    assert seen is not None
    assert there.look(message()) == seen
    assert hook.seen == [
        {
            "path": "/services/T/B/secret",
            "json": {"text": "R&amp;D &lt;!channel&gt; &lt;http://x|click&gt;"},
            "type": "application/json; charset=utf-8",
        }
    ]
    assert "cannot delete" in str(there.inverse(message(), seen))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, NotAllowed),
        (403, NotAllowed),
        (410, NotAllowed),
        (302, NotAllowed),
        (429, Unavailable),
        (500, UnclearError),
        (502, UnclearError),
        (0, UnclearError),
    ],
)
def test_what_went_wrong_is_told_without_the_secret(hook: _Hook, status: int, error: type[Exception]) -> None:
    hook.status = status
    with pytest.raises(error) as caught:
        door(hook).send(message())
    assert "secret" not in str(caught.value)
    assert len(hook.seen) == 1  # nothing is repeated, and no redirect is followed
    if isinstance(caught.value, Unavailable):
        assert caught.value.retry_after == 30


def test_nobody_there_is_no_doubt(hook: _Hook) -> None:
    port = hook.server_port
    hook.shutdown()
    hook.server_close()
    with pytest.raises(Unavailable):
        SlackDoor(f"http://127.0.0.1:{port}/x", user_agent="psdm/test").send(message())


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (message(""), WrongUsage),
        (message(None), WrongUsage),
        (message("x" * 40_001), WrongUsage),
        (message(audience=Audience.CUSTOMER), RefusedByRule),
    ],
)
def test_what_is_not_sent_at_all(hook: _Hook, change: Change, error: type[PsdmError]) -> None:
    with pytest.raises(error):
        door(hook).check(change)
    door(hook).check(message())
    assert hook.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "hooks.slack.com/x",
        "http://hooks.slack.com/x",
        "https:///no-host",
        "https://a b/x",
        "https://u:p@hooks/x",
        "http://[",
    ],
)
def test_an_address_that_is_no_webhook_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(WrongConfiguration) as caught:
        checked_webhook(url, "PSDM_SLACK_WEBHOOK")
    assert url not in caught.value.message


def test_without_a_webhook_there_is_no_door() -> None:
    assert slack_doors(None, user_agent="x") == {}
    good = "https://hooks.slack.com/services/T/B/x"
    assert ("slack", "message") in slack_doors(checked_webhook(good, "x"), user_agent="x")
