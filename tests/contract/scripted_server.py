"""What both scripted servers share: a real socket, answers written as the script says, scripts by call."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """An answer of the script. `cut`: after so many bytes of the body the connection is closed (-1: before any)."""

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    then: Callable[[], object] | None = None


class ScriptedServer(ABC):
    """A server on a loopback port. Scripted replies to a call come before the ordinary answer."""

    def __init__(self) -> None:
        self._scripts: dict[str, deque[Reply | None]] = defaultdict(deque)
        self._always: dict[str, Reply] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    @abstractmethod
    def answer(self, method: str, target: str, headers: Mapping[str, str], raw: bytes) -> Reply:
        """The answer to a request, whose body is `raw`."""

    def close(self) -> None:
        """Stop listening and answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def script(self, call: str, *replies: Reply | None) -> None:
        """The next answers to `call`, in order; None is the ordinary one."""
        self._scripts[call].extend(replies)

    def always(self, call: str, reply: Reply) -> None:
        """Every answer to `call` from now on."""
        self._always[call] = reply

    def scripted(self, call: str) -> Reply | None:
        """The script's answer to `call`, taken off it; callers hold their lock."""
        if call in self._always:
            return self._always[call]
        return self._scripts[call].popleft() if self._scripts[call] else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                reply = server.answer(self.command, self.path, self.headers, raw)
                if reply.cut == -1:
                    self.close_connection = True
                    return
                body = reply.body if reply.body is not None else b"{}"
                self.send_response_only(reply.status)  # no Date of its own
                length = {} if reply.status == 204 else {"Content-Length": str(len(body))}
                for name, value in {**length, "X-Request-Id": "req-1", **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(ConnectionError):  # the client may be gone, as in a test of its patience
                    if reply.status != 204:
                        self.wfile.write(body if reply.cut is None else body[: reply.cut])
                    self.wfile.flush()
                if reply.cut is not None:
                    self.close_connection = True

            do_POST = do_GET  # noqa: N815 - a write is answered, and found by the fixture
            do_PUT = do_GET  # noqa: N815
            do_DELETE = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        return Handler
