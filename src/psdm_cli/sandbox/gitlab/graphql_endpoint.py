"""POST /api/graphql: who may ask, what is too much, and answers that are 200 even when they are refusals."""

from __future__ import annotations

import json
from typing import Any

from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.refusals import Refusal, no_route
from psdm_cli.sandbox.gitlab.routes import Route

READING = frozenset({"api", "read_api"})
CREDENTIALS = ("private-token", "job-token", "authorization")


def answer(call: Call) -> Reply:
    """Runs a query or mutation. 401 for a credential that does not count here, 404 where GraphQL is switched off."""
    if call.readings.graphql == "off":
        raise no_route()
    _login(call)
    asked = _asked(call)
    from psdm_cli.sandbox.gitlab.graphql_running import run

    return Reply(200, run(call, asked))


def _login(call: Call) -> None:
    sent = any(call.request.headers.get(name) for name in CREDENTIALS)
    good = call.user is not None and call.token is not None and bool(READING & set(call.token["scopes"]))
    if sent and not good:
        raise Refusal(401, {"errors": [{"message": "Invalid token"}]})


def _asked(call: Call) -> dict[str, Any]:
    """The request's `query`, `variables` and `operationName`; variables may be a JSON text."""
    try:
        asked = json.loads(call.request.body or b"{}")
        if isinstance(asked, dict) and isinstance(asked.get("variables"), str):
            asked["variables"] = json.loads(asked["variables"] or "{}")
    except ValueError:
        call.note("the GraphQL request is no JSON")
        raise Refusal(400, {"errors": [{"message": "Unexpected end of document"}]}) from None
    if not isinstance(asked, dict) or not isinstance(asked.get("variables") or {}, dict):
        call.note("the GraphQL request is not an object with query and variables")
        raise Refusal(422, {"errors": [{"message": "variables must be a JSON object"}]})
    for name in asked.keys() - {"query", "variables", "operationName"}:
        call.note(f"unknown member {name!r} of the GraphQL request")
    return asked


ROUTES = [Route("POST", "/api/graphql", answer, own_login=True, own_scopes=True)]
