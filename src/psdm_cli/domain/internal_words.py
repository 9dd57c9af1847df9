"""What must not stand where a customer can read: internal words, labels, links, markers and amounts of money.

The second line of defence: the door refuses such content in a customer-visible place whatever its type said, and
`psdm audit leaks` looks for it in what stands there already (interface.md 6, domain.md 1.4).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from psdm_cli.domain.markers import markers_in

#: Words, as patterns between word boundaries; blanks and hyphens count alike.
WORDS: tuple[tuple[str, str], ...] = (
    ("margin", r"(?:gross[ -])?margins?"),
    ("upside", r"upsides?"),
    ("bill rate", r"(?:bill|billing|hourly|daily|cost|blended)[ -]?rates?|rate[ -]?cards?"),
    ("work at risk", r"works?[ -]at[ -]risk"),
    ("work exception", r"work[ -]exceptions?"),
    ("exception label", r"we-(?:product|ps|scoping|time)"),
    ("internal temperature", r"internal[ -]temperature|temperature[ :,-]+internal"),
    ("internal retrospective", r"internal[ -](?:project[ -])?retrospectives?|retrospectives?[ -]\(internal\)"),
)
_WORDS = re.compile("|".join(f"(?P<w{n}>(?<![\\w]){pattern}(?![\\w]))" for n, (_, pattern) in enumerate(WORDS)), re.I)
#: Labels that say something internal, whatever a team calls the others.
LABELS = re.compile(r"we-.*|work[ -]at[ -]risk|work[ -]exceptions?|change orders?|ps health::.*|.*\bupside\b.*", re.I)
#: Markers of records that are kept internally.
MARKED = frozenset({"retro", "co", "war", "we"})

_COMMON = "USD|EUR|GBP|JPY|CHF|usd|eur|gbp|jpy|chf"
_CODES = (
    f"{_COMMON}|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|ISK|TRY|ILS|AED|SAR|QAR|KWD|INR|CNY|RMB|HKD|TWD|"
    "KRW|SGD|MYR|THB|IDR|PHP|VND|ZAR|NGN|KES|EGP|BRL|MXN|ARS|CLP|COP|PEN|UAH"
)
_DIGITS = r"\d(?:[\d.,'’ ]{0,20}\d)?"
_AMOUNT = re.compile(
    rf"[$€£¥₹₩₪₺₽฿]\s?(?:{_DIGITS})(?:\s?(?:[kKmM]|bn|thousand|million)\b)?"
    rf"|(?<![\w.,])(?:{_DIGITS})\s?(?:[kKmM]|bn|thousand|million)?\s?(?:[€£¥₹]|\$(?!\w)|(?:{_CODES})\b)"
    rf"|\b(?:{_CODES})\s?(?:{_DIGITS})(?![\w])"
    rf"|(?<![\w.,])(?:{_DIGITS})\s?(?:dollars?|euros?|pounds sterling)\b"
)
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.S)
_SHELL = re.compile(r"\$\d(?![\d.,])")
_KANTATA = re.compile(r"https?://(?:[\w-]+\.)*(?:mavenlink|kantata)\.com\b[^\s)>\]\"']*", re.I)
_URL = re.compile(r"https?://[^\s)>\]\"']+", re.I)
_REFERENCE = re.compile(r"(?<![\w/.-])([\w.-]+(?:/[\w.-]+)+)[#&!]\d+")
EXCERPT = 60


@dataclass(frozen=True, slots=True)
class InternalRules:
    """What an instance calls internal: `labels`, its `address`, paths of ours and customers, Kantata's host."""

    labels: frozenset[str] = frozenset()
    address: str = ""
    internal_paths: tuple[str, ...] = ()
    customer_paths: tuple[str, ...] = ()
    kantata_host: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Something internal in a text. `kind`: word, label, link, marker or amount; `what` names it, amounts masked."""

    kind: str
    what: str
    excerpt: str = ""

    def __str__(self) -> str:
        return f"{self.kind} “{self.what}”"


def internal_in(text: str | None, rules: InternalRules) -> tuple[Found, ...]:
    """Everything internal in a text, in order of kind, each thing once."""
    if not text:
        return ()
    plain = comparable(text)
    found = [*_words(_without_figures(plain)), *_links(plain, rules), *_markers(text), *_amounts(plain)]
    return tuple(dict.fromkeys(found))


def internal_labels(labels: Iterable[str], rules: InternalRules) -> tuple[Found, ...]:
    """The labels among these that say something internal."""
    known = {label.casefold() for label in rules.labels}
    return tuple(
        Found("label", label)
        for label in labels
        if comparable(label).casefold() in known or LABELS.fullmatch(comparable(label).strip())
    )


def comparable(text: str) -> str:
    """A text as words are looked for in it: compatibility forms and blanks made plain, hidden characters left out."""
    plain = unicodedata.normalize("NFKC", unescape(text))
    shown = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    return re.sub(r"[^\S\n]+", " ", shown.translate(_DASHES))


_DASHES = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212"}


def _words(text: str) -> Iterator[Found]:
    bare = re.sub(r"[*~`]+", "", text).replace("_", " ").replace("\n", " ")
    for match in _WORDS.finditer(bare):
        number = next(n for n in range(len(WORDS)) if match[f"w{n}"] is not None)
        yield Found("word", WORDS[number][0], _around(bare, match.start(), match.end()))


def _amounts(text: str) -> Iterator[Found]:
    prose = _CODE.sub(lambda code: _SHELL.sub("", code[0]), text)
    for match in _AMOUNT.finditer(prose):
        start, end = match.span()
        before, masked = _without_figures(prose[max(start - 2 * EXCERPT, 0) : start]), _masked(match[0])
        around = f"{before}{masked}{_without_figures(prose[end : end + 2 * EXCERPT])}"
        excerpt = _around(around, len(before), len(before) + len(masked))
        yield Found("amount", masked, excerpt)


def _without_figures(text: str) -> str:
    return _AMOUNT.sub(lambda each: _masked(each[0]), text)


def _masked(amount: str) -> str:
    """An amount without its figures: the finding must not repeat the leak."""
    return re.sub(r"\d(?:[\d.,'’ ]*\d)?", "…", amount.strip())


def _markers(text: str) -> Iterator[Found]:
    for kind, key in markers_in(text):
        if kind in MARKED:
            yield Found("marker", f"{kind}:{key}")


def _links(text: str, rules: InternalRules) -> Iterator[Found]:
    text = text.replace("\n", " ")
    for match in _URL.finditer(text):
        url = unquote(match[0])
        if rules.address and url.casefold().startswith(rules.address.casefold().rstrip("/") + "/"):
            if is_internal_path(_path_in(url[len(rules.address.rstrip("/")) + 1 :]), rules):
                yield Found("link", url)
        elif is_internal_path(_path_in(url.partition("://")[2].partition("/")[2]), rules, anywhere=True):
            yield Found("link", url)  # the instance may have another address for people
        elif _KANTATA.match(url) or (rules.kantata_host and _host(url) == rules.kantata_host):
            yield Found("link", url)
    for match in _REFERENCE.finditer(text):
        if is_internal_path(match[1], rules):
            yield Found("link", match[0])


def _path_in(address: str) -> str:
    """The path of a group or project in an address without its host."""
    return address.removeprefix("groups/").partition("/-/")[0].partition("?")[0].partition("#")[0]


def is_internal_path(path: str, rules: InternalRules, *, anywhere: bool = False) -> bool:
    """Whether a path lies in an internal tree; the longest configured beginning decides.

    `anywhere`: of an address that may be another server's, where a path of one word says nothing.
    """
    asked = _as_path(path)
    trees = (each for each in rules.internal_paths if "/" in each or not anywhere)
    inside = max((len(each) for each in trees if _below(asked, _as_path(each))), default=0)
    outside = max((len(each) for each in rules.customer_paths if _below(asked, _as_path(each))), default=0)
    return inside > outside


def _as_path(path: str) -> str:
    return comparable(path).strip().strip("/.,;:").casefold()


def _below(path: str, tree: str) -> bool:
    return path == tree or path.startswith(f"{tree}/")


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].casefold()


def _around(text: str, start: int, end: int) -> str:
    room = max((EXCERPT - (end - start)) // 2, 0)
    left, right = max(start - room, 0), min(end + room, len(text))
    return f"{'…' if left else ''}{text[left:right].strip()}{'…' if right < len(text) else ''}"
