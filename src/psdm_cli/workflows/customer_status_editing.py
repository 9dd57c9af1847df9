"""Editing a customer's status: a person's words for single fields, given beforehand or asked for at the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.customer_status.fields import FIELDS, Draft, InternalTextError, Sieve, as_written, written
from psdm_cli.errors import RefusedByRule, WrongUsage
from psdm_cli.prompting import Choice

if TYPE_CHECKING:
    from psdm_cli.prompting import Prompter

READY = "done"


def told(draft: Draft, given: Mapping[str, Any], sieve: Sieve) -> Draft:
    """The draft with the fields in a person's words. Raises `RefusedByRule` for internal ones, `WrongUsage`."""
    for name, value in given.items():
        try:
            draft = draft.with_field(name, written(name, value, sieve))
        except InternalTextError as internal:
            raise RefusedByRule(
                f"{name}: the customer reads this, and it says {internal}.",
                hint="Internal stays internal: say it in psdm health, or leave it out.",
            ) from None
        except ValueError as error:
            raise WrongUsage(f"{error}.") from None
    return draft


def edited(person: Prompter, draft: Draft, sieve: Sieve) -> Draft:
    """The draft as a person changes it, field by field; internal words are asked for again.

    Raises what a `Prompter` raises.
    """
    choices = [Choice(READY, "ready"), *(Choice(name, named(name)) for name in FIELDS)]
    for sentence in sieve.left_out:
        person.say(f"Left out, {sentence}")
    for name in FIELDS:
        person.say(f"{named(name)}: {as_written(name, getattr(draft, name)) or '(nothing)'}")
    while (chosen := person.choose("Change which field", choices, default=READY)) != READY:
        text = person.text(f"New {named(chosen)} (items parted by ;, columns by |)", check=_checked(chosen, sieve))
        draft = draft.with_field(chosen, written(chosen, text, sieve))
        person.say(f"{named(chosen)}: {as_written(chosen, getattr(draft, chosen)) or '(nothing)'}")
    return draft


def named(field: str) -> str:
    """A field in words."""
    return field.replace("_", " ")


def _checked(field: str, sieve: Sieve) -> Callable[[str], str]:
    """What takes a text for a field, or raises `ValueError` with what is wrong."""

    def check(text: str) -> str:
        try:
            written(field, text, sieve)
        except InternalTextError as internal:
            raise ValueError(f"the customer reads this, and it says {internal}") from None
        return text.strip()

    return check
