"""The small language of `when`: `type in [a, b]`, `type not in [a, b]`, `staffing is partner`, `… is not partner`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from psdm_cli.checklists.definition import FACTS, Condition, SubjectKind

EXPECTED = "expected FACT in [A, B], FACT not in [A, B], FACT is A or FACT is not A"
_MANY = re.compile(r"(?P<fact>\S+)\s+(?P<negated>not\s+)?in\s+\[(?P<values>[^\[\]]*)\]")
_ONE = re.compile(r"(?P<fact>\S+)\s+is\s+(?P<negated>not\s+)?(?P<values>[^,\[\]]+)")


def condition(text: str, subject: SubjectKind) -> Condition:
    """The condition that a text means. Raises `ValueError` with what is expected."""
    found = _MANY.fullmatch(text.strip()) or _ONE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{EXPECTED}, not {text!r}")
    facts = FACTS[subject]
    fact = found["fact"]
    if fact not in facts:
        raise ValueError(f"there is no fact {fact!r} of a subject that is {_a(subject)}{meant(fact, tuple(facts))}")
    values = tuple(dict.fromkeys(_value(word, fact, facts[fact]) for word in found["values"].split(",")))
    return Condition(fact, values, negated=found["negated"] is not None)


def _value(word: str, fact: str, known: tuple[str, ...] | None) -> str:
    value = word.strip().strip("'\"").strip().casefold()
    if not value:
        raise ValueError(f"a value of {fact} is missing")
    if known is not None and value not in known:
        raise ValueError(f"{fact} is never {value!r}{meant(value, known)}")
    return value


def _a(subject: SubjectKind) -> str:
    return "an engagement" if subject is SubjectKind.ENGAGEMENT else "a week"


def meant(word: str, known: Sequence[str]) -> str:
    """The end of a complaint: the nearest of the known words, else all of them."""
    near = get_close_matches(word.casefold(), known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(known) or 'none'}."
