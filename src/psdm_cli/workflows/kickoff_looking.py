"""Looking so that one refused call leaves one part of a space unseen, and the rest readable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from psdm_cli.domain.space.parts import Part, Unseen
from psdm_cli.errors import Forbidden

T = TypeVar("T")


def looked(read: Callable[[], Part[T]]) -> Part[T]:
    """What reading gives; refused: unseen, with the server's words and the permission that is lacking."""
    try:
        return read()
    except Forbidden as refused:
        return Unseen(refused.message)
