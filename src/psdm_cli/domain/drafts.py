"""Texts that psdm writes for a person to paste: to whom, what, where, and why psdm does not send them itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """A text ready to paste. `steps` are the clicks; `reason` says why it was not sent; `url` where to begin."""

    to: str
    subject: str
    text: str
    steps: tuple[str, ...] = ()
    reason: str = ""
    url: str | None = None


IN_RESOURCE_CENTER = 'Kantata > Resourcing > Resource Center > Projects, filter "Project Lead = you", expand {name}'

REQUEST_STEPS = (
    IN_RESOURCE_CENTER,
    'under the team: "Add Team Member" or "Add unnamed Resource", fill in the top of the pop-up',
    '"Submit Request" ("Post" does not submit a request)',
)
MESSAGE_STEPS = (
    IN_RESOURCE_CENTER,
    "click the row of the person or role, open Activity, paste the text as a message",
    'address it to {coordinator}, then "Post"',
)


def steps_for(steps: tuple[str, ...], *, name: str, coordinator: str) -> tuple[str, ...]:
    """The clicks with the engagement and the coordinator in them (handbook: Kantata, points 5 and 6)."""
    return tuple(step.format(name=name, coordinator=coordinator) for step in steps)
