"""Whose GitLab token it is, asked without patience: the answer is wanted now, or a word why there is none."""

from __future__ import annotations

from psdm_cli.errors import BadAnswer
from psdm_cli.systems.gitlab import rows
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.wording import URL_HINT
from psdm_cli.systems.http.attributes import text
from psdm_cli.systems.http.manner import Manner
from psdm_cli.systems.ports import Me

READ_TIMEOUT = 20.0  # seconds without a byte


class GitLabOwner:
    """Asks one GitLab instance who owns a token of any kind (contract: gitlab.md, /user)."""

    def __init__(self, url: str, token: str, *, user_agent: str = "psdm") -> None:
        hurried = Manner(parallel=1, user_agent=user_agent, time_budget_seconds=0, read_timeout=READ_TIMEOUT)
        self._client = GitLabClient(url, token, hurried)

    def __repr__(self) -> str:
        return f"GitLabOwner({self._client.url})"

    def me(self) -> Me:
        """The token's owner. Raises `NotAllowed`, `Unavailable`, `BadAnswer`."""
        try:
            row = self._client.get("/user", permission="the scope read_user, read_api or api")
        finally:
            self._client.close()
        if row is None:
            raise BadAnswer(f"This is no GitLab: {self._client.url} does not know GET /user.", hint=URL_HINT)
        user = rows.understood("user", row, rows.user)
        return Me(user.id, user.name, rows.understood("user", row, lambda one: text(one, "email")))
