"""What a GraphQL answer says: data, errors at the top, errors of a mutation's payload (gitlab.md 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psdm_cli.systems.gitlab.refusals import GraphQLRefused
from psdm_cli.systems.gitlab.wording import messages_of
from psdm_cli.systems.http.asking import Misread

_HINT = "Change what it names, then plan again."
_GENERIC = ("internal server error", "something went wrong", "timeout", "timed out")


@dataclass(frozen=True, slots=True)
class GraphQLSaid:
    """An answer: `data` (None when the whole document was refused) and the top-level `errors`."""

    data: Mapping[str, Any] | None
    errors: Sequence[Any]

    @property
    def messages(self) -> list[str]:
        """The errors' messages."""
        return messages_of(self.errors)

    @property
    def perhaps_done(self) -> bool:
        """Whether a mutation may have been done in spite of them: its payload is there, or the server broke."""
        if self.data and any(value is not None for value in self.data.values()):
            return True
        return any(word in message.lower() for message in self.messages for word in _GENERIC)


def said(payload: Any) -> GraphQLSaid:
    """The answer. Raises `Misread` when it is none."""
    if not isinstance(payload, dict):
        raise Misread("it is no GraphQL answer")
    errors, data = payload.get("errors") or [], payload.get("data")
    if not isinstance(errors, list):
        errors = [errors]
    if data is not None and not isinstance(data, dict):
        raise Misread("its data is no object")
    if data is None and not errors:
        raise Misread("it has neither data nor errors")
    return GraphQLSaid(data, errors)


def top_level(what: str, found: GraphQLSaid, clean: Callable[[str], str]) -> GraphQLRefused:
    """The error for errors at the top: permission, schema, complexity, a feature flag."""
    objects = [error for error in found.errors if isinstance(error, dict)]
    extensions = [error["extensions"] for error in objects if isinstance(error.get("extensions"), dict)]
    return GraphQLRefused(
        f"GitLab refuses {what}: {clean('; '.join(found.messages))}.".replace("..", "."),
        messages=found.messages,
        codes=[str(extension["code"]) for extension in extensions if "code" in extension],
        paths=[".".join(map(str, error["path"])) for error in objects if isinstance(error.get("path"), list)],
        data=found.data,
        hint=_HINT,
    )


def refused_payload(what: str, found: GraphQLSaid, clean: Callable[[str], str]) -> GraphQLRefused | None:
    """The error for a mutation that ran and said no in its payload; None when all is well."""
    for field, payload in (found.data or {}).items():
        errors = payload.get("errors") if isinstance(payload, dict) else None
        if errors:
            messages = messages_of(errors)
            return GraphQLRefused(
                f"GitLab refuses {what}: {clean('; '.join(messages))}.".replace("..", "."),
                messages=messages,
                paths=[field],
                data=found.data,
                of_payload=True,
                hint=_HINT,
            )
    return None
