"""What a health report judges: dimensions, their colours with reasons, the overall colour that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from psdm_cli.domain.portfolio_rows import Health

__all__ = ["CLIENT_WORDS", "Dimension", "Health", "Judged", "client_colour", "overall", "worst"]


class Dimension(StrEnum):
    """What is judged. Kantata's report has categories for all but risk."""

    SCHEDULE = "schedule"
    BUDGET = "budget"
    SCOPE = "scope"
    RISK = "risk"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Judged:
    """A suggestion for one dimension. `color` None: it cannot be known from data, `reasons` say why.

    `numbers` are those behind the reasons, for scripts.
    """

    dimension: Dimension
    color: Health | None
    reasons: tuple[str, ...]
    numbers: Mapping[str, Any] = field(default_factory=dict)


#: how the client is, in the handbook's words, and the colour each means
CLIENT_WORDS: Mapping[str, Health] = {
    "happy": Health.GREEN,
    "engaged": Health.GREEN,
    "disengaged": Health.YELLOW,
    "mildly frustrated": Health.YELLOW,
    "frustrated": Health.RED,
    "escalated": Health.RED,
}
_RANK = {Health.GREEN: 0, Health.YELLOW: 1, Health.RED: 2}
#: From this many red dimensions on, the whole is red.
RED_AT = 2


def client_colour(text: str) -> Health:
    """The colour that a word about the client means; colours themselves are words too. Raises `ValueError`."""
    word = " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
    if word in {each.value for each in Health}:
        return Health(word)
    if word not in CLIENT_WORDS:
        raise ValueError(f"expected one of {', '.join(CLIENT_WORDS)}, or green, yellow, red, not {text!r}")
    return CLIENT_WORDS[word]


def worst(colours: Iterable[Health]) -> Health:
    """The worst of some colours; green of none."""
    return max(colours, key=_RANK.__getitem__, default=Health.GREEN)


def overall(colours: Iterable[Health | None], *, beyond_pm: bool = False) -> Health | None:
    """All green: green. Any yellow, or one red that the PM can mend: yellow. Two reds, or one beyond the PM: red.

    Unknown dimensions count for nothing; where none is known, neither is the whole.
    """
    known = [colour for colour in colours if colour is not None]
    if not known:
        return None
    reds = known.count(Health.RED)
    if reds >= RED_AT or (reds and beyond_pm):
        return Health.RED
    return Health.YELLOW if reds or Health.YELLOW in known else Health.GREEN
