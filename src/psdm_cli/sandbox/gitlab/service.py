"""One request in, one answer out: login, routing, parameter check and handlers, without any network."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.gitlab import routes
from psdm_cli.sandbox.gitlab.bodies import sent
from psdm_cli.sandbox.gitlab.calls import API, Call, Reply
from psdm_cli.sandbox.gitlab.contract import check, operations
from psdm_cli.sandbox.gitlab.readings import GitLabReadings
from psdm_cli.sandbox.gitlab.refusals import Refusal, no_route, not_allowed, token_problem, unauthorized
from psdm_cli.sandbox.service import Answer, Request, Violation

TOKEN_PREFIX = "sandbox-gitlab-"  # noqa: S105  (opens nothing but the sandbox)
JSON = {"Content-Type": "application/json"}
LONGEST = 8000  # characters of path and query
READ_SCOPES = frozenset({"api", "read_api"})
NARROW = {"/user": "read_user", "/users": "read_user", "/metadata": "read_user"}


class GitLabService:
    """GitLab's behaviour for one account; calls are serialised by a lock, so any thread may ask."""

    def __init__(
        self,
        account: Account,
        readings: GitLabReadings,
        plan: str,
        *,
        now: Callable[[], datetime],
        log: Callable[[Violation], None],
        url_path: str = "",
    ) -> None:
        self.account = account
        self.readings = readings
        self.plan = plan
        self.now = now
        self.log = log
        self.url_path = url_path
        self.refused: list[tuple[str, str, str]] = []
        self.lock = threading.RLock()

    def answer(self, request: Request) -> Answer:
        """Answers one request; refusals become the documented error bodies."""
        with self.lock:
            try:
                reply = self._reply(request)
            except Refusal as refusal:
                reply = Reply(refusal.status, refusal.body, refusal.headers)
        return _encoded(reply)

    def _reply(self, request: Request) -> Reply:
        raw = request.path if self.readings.decoding_proxy else request.raw_path or request.path
        if self.url_path and not raw.startswith(self.url_path + "/"):
            raise Refusal(404, "<html><body>404</body></html>")
        if len(raw) + len(request.query) > LONGEST:
            raise Refusal(414, "<html><head><title>414 Request-URI Too Large</title></head></html>")
        below = raw[len(self.url_path) :]
        found = routes.find(request.method, below[len(API) :] if below.startswith(API + "/") else below)
        if found.route is None:
            self._unserved(request, found)
        assert found.route is not None  # noqa: S101  (for the type checker)
        call = self._call(request, found)
        operation = operations().get((request.method, found.route.alias_of or found.route.pattern))
        if operation is not None:
            parameters, call.file = sent(request)
            checked = check(operation, parameters)
            for problem in checked.problems:
                call.note(problem)
            call.params, call.given = checked.params, checked.given
        return found.route.handler(call)

    def _unserved(self, request: Request, found: routes.Found) -> None:
        """Raises for a path or method that is not served."""
        if found.documented:
            self._note(request, "this is in the contract, but this sandbox does not serve it")
            raise no_route()
        self._note(request, f"unknown method {request.method}" if found.known else "unknown path")
        raise not_allowed() if found.known else no_route()

    def _note(self, request: Request, problem: str) -> None:
        self.log(Violation(request.method, request.raw_path or request.path, problem))

    # -- who asks -----------------------------------------------------------------------------------------------

    def _call(self, request: Request, found: routes.Found) -> Call:
        call = Call(
            request=request,
            account=self.account,
            readings=self.readings,
            plan=self.plan,
            user=None,
            token=None,
            now=self.now(),
            root=f"http://{request.headers.get('host', 'localhost')}{self.url_path}",
            note=lambda problem: self._note(request, problem),
            args=found.args,
        )
        route = found.route
        try:
            token = self._token(request, call)
        except Refusal:
            if route is not None and route.own_login:
                return call
            raise
        if token is not None and token["kind"] == "job" and not (route is not None and route.job_token):
            # A job token counts on its few endpoints only; elsewhere it is as good as none.
            call.token = token
        elif token is not None:
            call.token = token
            call.user = self.account.row("users", token["user_id"])
            if route is None or not route.own_scopes:
                _scopes(request, token, found)
        if request.method != "GET" and call.user is None and not (route is not None and route.own_login):
            raise unauthorized()
        self._refuse(request)
        return call

    def _token(self, request: Request, call: Call) -> Row | None:
        headers = request.headers
        sent_as = [(name, headers[name].strip()) for name in ("private-token", "job-token") if headers.get(name)]
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            sent_as.append(("bearer", bearer.strip()))
        if not sent_as:
            return None
        how, value = sent_as[0]
        name = value.removeprefix(TOKEN_PREFIX) if value.startswith(TOKEN_PREFIX) else ""
        token = next(iter(self.account.find("tokens", "token_name", name)), None)
        fits = {"private-token": ("personal", "project", "group"), "job-token": ("job",)}
        fits["bearer"] = ("personal", "project", "group", "oauth")
        if token is None or token["kind"] not in fits[how]:
            raise unauthorized()
        request.persona = token["token_name"]
        if token["revoked"]:
            raise token_problem(401, "invalid_token", "Token was revoked. You have to re-authorize from the user.")
        if not token["active"] or (token["expires_at"] or "9999") <= call.today.isoformat():
            text = "Token is expired. You can either do re-authentication or token refresh."
            raise token_problem(401, "invalid_token", text)
        return token

    def _refuse(self, request: Request) -> None:
        """Refuses what a test wants refused; see `GitLabSandbox.refuse`."""
        from psdm_cli.sandbox.gitlab.refusals import forbidden

        path = request.path[len(self.url_path) :].removeprefix(API)
        for persona, method, prefix in self.refused:
            if persona in ("*", request.persona) and method in ("*", request.method) and path.startswith(prefix):
                raise forbidden()


def _scopes(request: Request, token: Row, found: routes.Found) -> None:
    scopes = set(token["scopes"])
    pattern = found.route.pattern if found.route else ""
    if pattern == "/personal_access_tokens/self" or "api" in scopes or token["kind"] == "job":
        return
    reading = request.method == "GET"
    narrow = NARROW.get(pattern) or ("read_repository" if "/repository/files/" in pattern else "")
    if reading and (scopes & READ_SCOPES or narrow in scopes):
        return
    text = "The request requires higher privileges than provided by the access token."
    raise token_problem(403, "insufficient_scope", text, "api read_api" if reading else "api")


def _encoded(reply: Reply) -> Answer:
    body: Any = reply.body
    if reply.status == 204:
        return Answer(204, b"", dict(reply.headers))
    if isinstance(body, bytes):
        return Answer(reply.status, body, {"Content-Type": "application/octet-stream"} | dict(reply.headers))
    if isinstance(body, str):
        kind = "text/html" if body.startswith("<") else "text/plain"
        return Answer(reply.status, body.encode(), {"Content-Type": f"{kind}; charset=utf-8"} | dict(reply.headers))
    return Answer(reply.status, json.dumps(body, ensure_ascii=False).encode(), JSON | dict(reply.headers))
