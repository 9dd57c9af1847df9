"""What psdm says about GitLab's answers: the server's own words on one line, and ways out."""

from __future__ import annotations

import json
from typing import Any

LOGIN_HINT = (
    "Create a token with scope api (or read_api to read only), then run: psdm auth login gitlab "
    "(or set PSDM_GITLAB_TOKEN)."
)
URL_HINT = "Check gitlab.url (PSDM_GITLAB_URL): it is the root of the instance, for example https://gitlab.com."
JOB_HINT = (
    "A CI job token may read issues and little more. Use a project or group access token, scope api, as "
    "PSDM_GITLAB_TOKEN in scheduled pipelines."
)
CAPTCHA_HINT = "GitLab takes it for spam and asks for a captcha: do this one thing in the browser, then run it again."
_MOST = 5


def server_words(body: bytes) -> str:
    """What the server says is wrong, in any of GitLab's shapes (gitlab.md 4.4). Never raises.

    A page of HTML is only named. Not yet fit for a sentence: see `one_line`.
    """
    text = body[:100_000].decode("utf-8", errors="replace")
    try:
        told: Any = json.loads(text)
    except (ValueError, RecursionError):
        return "an HTML page" if text.lstrip().startswith("<") else text
    if not isinstance(told, dict):
        return flat(told)
    if told.get("error_description"):
        return f"{flat(told.get('error'))}: {flat(told['error_description'])}".removeprefix(": ")
    if told.get("errors"):
        return "; ".join(messages_of(told["errors"]))
    return flat(told.get("message") or told.get("error"))


def flat(told: Any, depth: int = 3) -> str:
    """A text, a list or attribute → texts, as one text."""
    if told is None or depth == 0:
        return ""
    if isinstance(told, dict):
        parts = [
            flat(value, depth - 1) if name in ("error", "base", "message") else f"{name}: {flat(value, depth - 1)}"
            for name, value in list(told.items())[:_MOST]
        ]
        return "; ".join(parts)
    if isinstance(told, list):
        return ", ".join(flat(item, depth - 1) for item in told[:_MOST])
    return str(told)


def messages_of(errors: Any) -> list[str]:
    """The messages of a GraphQL answer's `errors`, or of a payload's."""
    listed = errors if isinstance(errors, list) else [errors]
    return [str(one.get("message", "")) if isinstance(one, dict) else str(one) for one in listed[:_MOST]]
