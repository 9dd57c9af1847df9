"""Refused requests, in every error shape that gitlab.md 4.4 lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Messages = Mapping[str, Sequence[str]]


class Refusal(Exception):
    """Raised anywhere below the service; becomes the answer. A `str` body goes out as plain text."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def said(status: int, text: str) -> Refusal:
    """A string under `message`, the most usual shape."""
    return Refusal(status, {"message": text})


def unauthorized() -> Refusal:
    """401: no credential, or one that means nothing here."""
    return said(401, "401 Unauthorized")


def forbidden(reason: str | None = None) -> Refusal:
    """403: visible, but refused by role, plan or flag; a reason follows ` - `."""
    return said(403, "403 Forbidden" + (f" - {reason}" if reason else ""))


def not_found(what: str | None = None) -> Refusal:
    """404: absent or hidden; `what` is the resource, as in "404 Group Not Found"."""
    return said(404, f"404 {what} Not Found" if what else "404 Not Found")


def failed(text: str) -> Refusal:
    """400 with a string."""
    return said(400, text)


def invalid(messages: Messages) -> Refusal:
    """400 with the model's messages: attribute to list of texts."""
    return Refusal(400, {"message": {name: list(texts) for name, texts in messages.items()}})


def nested(status: int, text: str) -> Refusal:
    """The nested shape, `{"message": {"error": …}}`."""
    return Refusal(status, {"message": {"error": text}})


def wrong_parameter(text: str) -> Refusal:
    """400 of the parameter check, `{"error": …}`."""
    return Refusal(400, {"error": text})


def no_route() -> Refusal:
    """404 for a path that is none."""
    return Refusal(404, {"error": "404 Not Found"})


def not_allowed() -> Refusal:
    """405: the path is known, the method is not."""
    return Refusal(405, {"error": "405 Not Allowed"})


def conflict(text: str) -> Refusal:
    """409: exists already, or is linked already."""
    return said(409, text)


def unprocessable(text: str) -> Refusal:
    """422: a service refused."""
    return said(422, text)


def token_problem(status: int, error: str, description: str, scope: str | None = None) -> Refusal:
    """The shape of OAuth: an expired or revoked token (401), or a scope that is missing (403)."""
    body = {"error": error, "error_description": description}
    return Refusal(status, body | ({"scope": scope} if scope else {}))


def limited(retry_after: int) -> Refusal:
    """429 of an application limit: nested text, and how many seconds to wait."""
    text = "This endpoint has been requested too many times. Try again later."
    return Refusal(429, {"message": {"error": text}}, {"Retry-After": str(retry_after)})


def ruby(errors: Messages, old_style: bool) -> str:
    """Messages as Ruby prints a hash, before 3.4 and since (gitlab.md 4.5 warns that this changes)."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    parts = []
    for name, texts in errors.items():
        inner = "[" + ", ".join(quoted(text) for text in texts) + "]"
        parts.append(f":{name}=>{inner}" if old_style else f"{name}: {inner}")
    return "{" + ", ".join(parts) + "}"
