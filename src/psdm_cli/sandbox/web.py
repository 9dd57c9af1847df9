"""The network side: a Starlette application on uvicorn in a thread, able to cut connections and to stop at once."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from psdm_cli.sandbox.service import Answer, Request

if TYPE_CHECKING:
    import asyncio

Respond = Callable[[Request], "Delivery"]
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]


class Delivery:
    """How an answer travels: after a delay, whole or cut."""

    __slots__ = ("answer", "cut", "delay")

    def __init__(self, answer: Answer | None, delay: float = 0.0, cut: bool = False) -> None:
        self.answer = answer
        self.delay = delay
        self.cut = cut


class Web:
    """Serves `respond` on a loopback socket until stopped; the socket listens before `start` returns."""

    def __init__(self, respond: Respond, port: int = 0) -> None:
        self._respond = respond
        # asyncio turns Nagle's algorithm off only where the protocol is named: 40 ms for every kept-alive answer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
            self._socket.listen(256)
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._stopping = threading.Event()
        self._ready = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="psdm-sandbox", daemon=True)
        self._transports: dict[Any, asyncio.Transport] = {}
        self._numbers = itertools.count(1)

    def start(self) -> None:
        """Starts serving in a background thread; connections queue until it is up."""
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Stops serving at once: open connections are cut."""
        self._stopping.set()
        with self._ready:
            if self._loop is not None and self._stop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)
        self._socket.close()

    def _run(self) -> None:
        import asyncio

        import uvicorn
        from starlette.applications import Starlette
        from starlette.requests import Request as StarletteRequest
        from starlette.routing import Route
        from uvicorn.protocols.http.h11_impl import H11Protocol

        web = self

        class Protocol(H11Protocol):
            """Remembers its transport, so that a request can be cut."""

            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                web._transports[transport.get_extra_info("peername")] = transport
                super().connection_made(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                web._transports.pop(self.transport.get_extra_info("peername"), None)
                super().connection_lost(exc)

        class Server(uvicorn.Server):
            """Waits for the stop event instead of polling, and closes without waiting for clients."""

            async def main_loop(self) -> None:
                await self.on_tick(0)
                with web._ready:
                    web._loop, web._stop = asyncio.get_running_loop(), asyncio.Event()
                if not web._stopping.is_set():
                    await web._stop.wait()

            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
                for server in self.servers:
                    server.close()
                for transport in list(web._transports.values()):
                    transport.abort()
                for task in list(self.server_state.tasks):
                    task.cancel()
                await asyncio.sleep(0)

        async def endpoint(request: StarletteRequest) -> Any:
            body = await request.body()
            arrived = Request(
                request.method,
                request.url.path,
                request.url.query,
                {key.lower(): value for key, value in request.headers.items()},
                body,
                raw_path=request.scope.get("raw_path", b"").decode("latin-1"),
            )
            return await web._deliver(arrived, request.scope)

        app = Starlette(routes=[Route("/{path:path}", endpoint, methods=METHODS)])
        config = uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=300,
        )
        Server(config).run(sockets=[self._socket])

    async def _deliver(self, request: Request, scope: Any) -> Any:
        import asyncio

        from starlette.responses import Response

        delivery = self._respond(request)
        if delivery.delay > 0:
            await asyncio.sleep(delivery.delay)
        answer = delivery.answer
        if answer is None:
            return _cut_now(self._transports.get(tuple(scope["client"])))
        headers = answer.headers | {"x-request-id": f"sandbox-{next(self._numbers)}"}
        if delivery.cut:
            return _cut_in_body(answer, headers)
        if answer.status == 204:
            return Response(status_code=204, headers=headers)
        return Response(answer.body, answer.status, headers)


def _cut_now(transport: asyncio.Transport | None) -> Callable[[Any, Any, Any], Awaitable[None]]:
    """A response that ends the connection without a byte."""

    async def respond(_scope: Any, receive: Any, _send: Any) -> None:
        if transport is not None:
            transport.abort()
        await receive()

    return respond


def _cut_in_body(answer: Answer, headers: dict[str, str]) -> Callable[[Any, Any, Any], Awaitable[None]]:
    """A response that promises the whole body and breaks off half-way."""

    async def respond(_scope: Any, _receive: Any, send: Any) -> None:
        raw = [(key.lower().encode(), value.encode()) for key, value in headers.items()]
        raw.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        half = answer.body[: max(1, len(answer.body) // 2)]
        await send({"type": "http.response.body", "body": half, "more_body": True})

    return respond
