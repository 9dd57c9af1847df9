"""The error bodies of the contract (kantata.md 4), raised where a request is found wanting."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A request answered with an error status and the documented body."""

    def __init__(self, status: int, errors: list[dict[str, Any]]) -> None:
        super().__init__(f"{status}: {errors}")
        self.status = status
        self.errors = errors


def _system(status: int, message: str) -> Refusal:
    return Refusal(status, [{"type": "system", "message": message}])


def malformed(message: str) -> Refusal:
    """400."""
    return _system(400, message)


def no_login() -> Refusal:
    """401, with the exact body seen on the live service."""
    return Refusal(401, [{"type": "oauth", "message": "Invalid OAuth 2 Request"}])


def forbidden(message: str = "You are not authorized to perform this action.") -> Refusal:
    """403."""
    return _system(403, message)


def not_found(what: str = "The resource you were looking for could not be found.") -> Refusal:
    """404: unknown, invisible, or hidden by a default filter."""
    return _system(404, what)


def invalid(field: str, message: str, index: int | None = None) -> Refusal:
    """422 naming the attribute at fault, or `base`."""
    error: dict[str, Any] = {"type": "validation", "message": message, "field": field}
    if index is not None:
        error["index"] = index
    return Refusal(422, [error])
