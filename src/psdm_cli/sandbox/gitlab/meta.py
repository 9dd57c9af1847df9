"""Who am I, who is who, which GitLab: /metadata, /user, /users, /personal_access_tokens/self."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psdm_cli.sandbox.gitlab import shapes
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.refusals import failed, unauthorized
from psdm_cli.sandbox.gitlab.routes import Route

if TYPE_CHECKING:
    from psdm_cli.sandbox.account import Row

REVISION = "5e1f9c0a7d2"


def metadata(call: Call) -> Reply:
    """Version and edition; needs a login."""
    assert_login(call)
    kas = {"enabled": False, "externalUrl": None, "version": None}
    enterprise = call.readings.version.endswith("-ee")
    return Reply(200, {"version": call.readings.version, "revision": REVISION, "kas": kas, "enterprise": enterprise})


def assert_login(call: Call) -> Row:
    """The user; 401 without a credential that counts here."""
    return call.me


def current_user(call: Call) -> Reply:
    """The token's owner."""
    me = assert_login(call)
    own = {
        "email": me["email"],
        "bot": me["bot"],
        "can_create_group": True,
        "can_create_project": True,
        "external": False,
        "namespace_id": me["id"] + 100_000,
        "two_factor_enabled": False,
    }
    return Reply(200, shapes.user(call, me) | own)


def users(call: Call) -> Reply:
    """Users by exact username (whatever its case), or by a part of name, username or by the whole e-mail address."""
    assert_login(call)
    name, text = call.params.get("username"), (call.params.get("search") or "").lower()
    rows = [row for row in call.account.rows("users") if not row.get("hidden")]
    if name is not None:
        rows = [row for row in rows if row["username"].lower() == name.lower()]
    if text:
        rows = [r for r in rows if text in r["username"].lower() or text in r["name"].lower() or text == r["email"]]
    if call.params.get("active"):
        rows = [row for row in rows if row["state"] == "active"]
    return call.paged(sorted(rows, key=lambda row: -row["id"]), lambda row: shapes.user(call, row))


def own_token(call: Call) -> Reply:
    """The token itself, whatever its scopes; 400 for a credential that is no access token."""
    token = call.token
    if token is None:
        raise unauthorized()
    if token["kind"] in ("job", "oauth"):
        raise failed("400 Bad request - This endpoint requires token type to be a personal access token")
    return Reply(
        200,
        {
            "id": token["id"],
            "name": token["token_name"],
            "description": None,
            "revoked": token["revoked"],
            "active": token["active"],
            "scopes": token["scopes"],
            "user_id": token["user_id"],
            "created_at": "2026-01-05T09:00:00.000Z",
            "last_used_at": None,
            "last_used_ips": [],
            "expires_at": token["expires_at"],
        },
    )


ROUTES = [
    Route("GET", "/metadata", metadata),
    Route("GET", "/user", current_user),
    Route("GET", "/users", users),
    Route("GET", "/personal_access_tokens/self", own_token, own_login=False),
]
