"""What a credential says about itself: its kind, scopes and end (gitlab.md 3)."""

from __future__ import annotations

import re
from collections.abc import Callable

from psdm_cli.domain.gitlab import GitLabToken, GitLabUser
from psdm_cli.systems.gitlab import rows
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.refusals import Refused
from psdm_cli.systems.gitlab.transport import TokenKind
from psdm_cli.systems.http.attributes import Row, Wrong, day, shown

#: The users behind project and group access tokens.
_BOT = re.compile(r"^(project|group)_\d+_bot")


def credential(client: GitLabClient, me: Callable[[], GitLabUser]) -> GitLabToken:
    """The credential in use. A job token is not asked: it may not ask that."""
    if client.token_kind is TokenKind.JOB:
        return GitLabToken("job")
    try:
        row = client.get("/personal_access_tokens/self")
    except Refused as refused:
        if refused.status != 400:
            raise
        row = None  # it is no access token
    if row is None:
        return GitLabToken("oauth")
    owner = _BOT.match(me().username)
    return rows.understood("token", row, lambda one: _token(one, owner[1] if owner else "personal"))


def _token(row: Row, kind: str) -> GitLabToken:
    scopes = row.get("scopes")
    if scopes is not None and not isinstance(scopes, list):
        raise Wrong(f"scopes: {shown(scopes)} is no list")
    return GitLabToken(kind, None if scopes is None else tuple(map(str, scopes)), day(row, "expires_at"))
