"""How GitLab says no: errors that carry what a door decides by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psdm_cli.errors import NotFound, RefusedByRule

#: `extensions.code` of errors that say: this server does not know that part of the schema.
_SCHEMA_CODES = frozenset(
    {
        "undefinedField",
        "undefinedType",
        "argumentNotAccepted",
        "argumentLiteralsIncompatible",
        "undefinedInputField",
        "missingRequiredInputObjectAttribute",
        "variableMismatch",
        "variableRequiresValidType",
        "undefinedEnumValue",
    }
)
_SCHEMA_WORDS = (
    "doesn't exist on type",
    "doesn't accept argument",
    "isn't a defined input type",
    "is not defined on",
    "cannot query field",
    "unknown argument",
    "unknown type",
    "field is not defined",
)


class Refused(RefusedByRule):
    """GitLab refuses a call (400, 405, 409, 412, 422 …): it was not done. `words` are the server's."""

    def __init__(self, message: str, *, status: int, words: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.words = words


class Unseen(NotFound):
    """A group or project that was named is not there, or hidden: GitLab does not tell which."""


class GraphQLRefused(RefusedByRule):
    """A GraphQL answer with errors: top-level ones, or those of a mutation's payload; nothing was changed.

    `messages` and `codes` are those of the errors (`extensions.code`), `paths` where each happened. `data` is what the
    server answered beside them. `of_payload`: the mutation ran and said no by itself.
    """

    def __init__(
        self,
        message: str,
        *,
        messages: Sequence[str],
        codes: Sequence[str] = (),
        paths: Sequence[str] = (),
        data: Any = None,
        of_payload: bool = False,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.messages = tuple(messages)
        self.codes = tuple(codes)
        self.paths = tuple(paths)
        self.data = data
        self.of_payload = of_payload

    @property
    def unknown_to_schema(self) -> bool:
        """Whether this server does not know a field, argument or type: too old, or changed; fall back."""
        if self.of_payload:
            return False
        if any(code in _SCHEMA_CODES for code in self.codes):
            return True
        return any(word in message.lower() for message in self.messages for word in _SCHEMA_WORDS)

    @property
    def too_complex(self) -> bool:
        """Whether the query asks for too much at once; ask for smaller pages."""
        return any("complexity" in message.lower() for message in self.messages)
