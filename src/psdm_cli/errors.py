"""Every error a user can meet: a sentence, a hint (the way out) and an exit code (interface.md section 3).

Raised where it is known, printed in one place (`app.run`). Anything else that escapes is a bug (exit 1).
"""

from __future__ import annotations

from typing import ClassVar

#: What people call the systems
SYSTEM_NAMES = {"kantata": "Kantata", "gitlab": "GitLab"}


class PsdmError(Exception):
    """Base of all errors that are shown to a user as one sentence and one hint."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "unexpected"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class WrongUsage(PsdmError):
    """An option, a date, a key or an import row is wrong (exit 2)."""

    exit_code = 2
    code = "usage"


class WrongConfiguration(PsdmError):
    """The configuration file or the environment is wrong (exit 2)."""

    exit_code = 2
    code = "configuration"


class NotAllowed(PsdmError):
    """A token is missing, wrong or expired, or lacks a permission without which nothing can be answered (exit 4)."""

    exit_code = 4
    code = "auth"


class Forbidden(NotAllowed):
    """The user behind a valid token may not make one call; `call` and `permission` name it (exit 4 if it decides)."""

    code = "permission"

    def __init__(self, message: str, *, call: str, permission: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.call = call
        self.permission = permission


class NotFound(PsdmError):
    """A SOW, project, group, customer or entry is not there; or `--offline` without a mirror (exit 5)."""

    exit_code = 5
    code = "not_found"


class RefusedByRule(PsdmError):
    """A rule of the handbook or a promise of psdm forbids it (exit 6)."""

    exit_code = 6
    code = "rule"


class PartlyApplied(PsdmError):
    """Some changes are in, the rest failed; run again to go on (exit 7)."""

    exit_code = 7
    code = "partly_applied"


class Unavailable(PsdmError):
    """An outside system is down or limits us and the answer cannot be given without it (exit 75)."""

    exit_code = 75
    code = "unavailable"

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class BadAnswer(Unavailable):
    """A system answered something that is not what its contract says: HTML, truncated JSON, no envelope (exit 75)."""

    code = "bad_answer"


class StoreProblem(PsdmError):
    """The local database cannot be used: damaged, newer than this program, disk full, folder not writable (exit 2).

    It is the machine's set-up that is wrong, not the program: hence the code of a wrong configuration.
    """

    exit_code = 2
    code = "store"


class StoreUnavailable(StoreProblem):
    """The server of a shared database is down or lets nobody in for now (exit 75)."""

    exit_code = 75
    code = "unavailable"


class StoreNotAllowed(StoreProblem):
    """The server of a shared database does not know this name or password, or this name may not do it (exit 4)."""

    exit_code = 4
    code = "auth"


class Interrupted(PsdmError):
    """Ctrl-C; the state is saved (exit 130)."""

    exit_code = 130
    code = "interrupted"
