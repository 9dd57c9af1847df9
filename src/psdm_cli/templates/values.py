"""Values on their way into a template: of the type that the catalogue says, harmless, visible blanks where empty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from psdm_cli.domain.foreign import Own
from psdm_cli.domain.markers import marker
from psdm_cli.domain.quick_actions import neutralised
from psdm_cli.domain.text_templates import SEVERAL, FieldType, TemplateField, TemplateInfo
from psdm_cli.errors import WrongUsage
from psdm_cli.output.text import markdown_block, markdown_cell, plain_block, shown_plain

BLANK_TEXT = "_to be filled_"
ADDRESSES = frozenset({"url", "link"})  # columns of rows that hold an address
_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*(?<=[A-Za-z0-9])@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_UNFIT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f<>\"'`\\|{}^\[\]]")
_KEY = re.compile(r"[\w][\w./+-]{0,199}")
_UNFIT_IN_LABEL = re.compile(r"[\"<>\s]+")


class Blank(Own):
    """An empty field: something to fill in where it is printed, false where it is asked for."""

    __slots__ = ()

    def __new__(cls) -> Blank:
        return super().__new__(cls, BLANK_TEXT)

    def __bool__(self) -> bool:
        return False


class Rows(tuple[Any, ...]):
    """The rows or items of a field; where there are none, one of blanks, and false where it is asked for."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return any(bool(each) if isinstance(each, str) else any(each.values()) for each in self)


def prepared(info: TemplateInfo, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a template, every field of the catalogue among them; other values are passed on as they are.

    None and empty texts become blanks. Raises `WrongUsage` where a required field is empty or a value does not fit.
    """
    missing = [name for name in info.required if _is_empty(values.get(name))]
    if missing:
        raise WrongUsage(
            f"The template {info.name} needs {', '.join(missing)}.", hint=f"psdm template show {info.name}"
        )
    found = dict(values)
    for each in info.fields:
        found[each.name] = value_of(each, values.get(each.name), markdown=info.is_markdown)
    return found


def value_of(field: TemplateField, value: Any, *, markdown: bool) -> Any:
    """One value as its template gets it. Raises `WrongUsage` where it is not of the field's type."""
    several = _several(field, value) if field.type in SEVERAL else ()
    if field.type is FieldType.ROWS:
        rows = [_row(field, row, markdown=markdown) for row in several]
        return Rows(rows or [dict.fromkeys(field.columns, Blank())])
    if field.type is FieldType.LIST:
        return Rows([_single(each, markdown=markdown) for each in several] or [Blank()])
    if field.type is FieldType.LABELS:
        return _labels(several)
    if field.type is FieldType.FLAG:
        return _flag(field, value)
    return Blank() if _is_empty(value) else _alone(field, value, markdown=markdown)


def _alone(field: TemplateField, value: Any, *, markdown: bool) -> Any:
    """A value that is one text and not empty."""
    if field.type is FieldType.URL:
        return _address(field, str(value))
    if field.type is FieldType.DATE:
        return _day(field, value)
    if field.type is FieldType.KEY:
        return _key(field, str(value).strip())
    if field.type is FieldType.BLOCK:
        return _block(value, markdown=markdown)
    return _single(value, markdown=markdown)


def cleaned(value: Any, *, markdown: bool) -> Any:
    """What a template prints, whatever it came from: trusted Markdown as it is, all else harmless on one line."""
    if isinstance(value, Own):
        return value
    if value is None:
        return Blank()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _on_one_line(value, markdown=markdown)


def hidden_marker(key: str, kind: str) -> Own:
    """The hidden marker of psdm's for an object. Raises `WrongUsage` for a key that would not stay hidden."""
    try:
        return Own(marker(kind, key))
    except ValueError as error:
        raise WrongUsage(f"A marker cannot be made: {error}.", hint="A key looks like SOW-1234.") from None


def link(address: Any, words: str) -> Own:
    """A Markdown link; words and a blank where there is no address."""
    said = markdown_cell(words)
    return Own(f"[{said}]({address})") if isinstance(address, Own) and address else Own(f"{said}: {Blank()}")


def tick(value: Any) -> Own:
    """The box of a task list, ticked for a true value."""
    return Own("[x]" if value else "[ ]")


def commas(values: Iterable[Any], *, markdown: bool) -> Own:
    """The items of a list on one line."""
    return Own(", ".join(str(one_line(each, markdown=markdown)) for each in values))


def one_line(value: Any, *, markdown: bool) -> Own:
    """A text on one line, for the cell of a table or a list."""
    ready = str(cleaned(value, markdown=markdown))
    if "\n" not in ready:
        return Own(ready)
    return Own(neutralised(ready, cell=True) if markdown else " ".join(ready.split()))


def _single(value: Any, *, markdown: bool) -> str:
    """A value on one line, or a blank."""
    if _is_empty(value):
        return Blank()
    return value if isinstance(value, Own) else _on_one_line(value, markdown=markdown)


def _on_one_line(value: Any, *, markdown: bool) -> str:
    """A foreign value on one line, wherever in a line it will stand."""
    text = " ".join((value.isoformat() if isinstance(value, date) else str(value)).split())
    if not markdown:
        return Own(shown_plain(text))
    # GitLab takes the address of a mailbox for no mention
    return Own(text if _EMAIL.fullmatch(text) else markdown_cell(text))


def _block(value: Any, *, markdown: bool) -> str:
    """Foreign text of several lines: apart from all that stands around it, where its first and last line would change.

    In a mail the lines follow on as they are.
    """
    if isinstance(value, Own):
        return value
    text = str(value).strip()
    if not markdown:
        return Own(plain_block(text))
    if "\n" in text:
        return Own(f"\n\n{markdown_block(text)}\n\n")
    return Own(neutralised(text, cell=True, headings=False))


def _row(field: TemplateField, row: Any, *, markdown: bool) -> dict[str, Any]:
    """A row by column. A text has its columns parted by `|`, as on a command line."""
    if isinstance(row, str):
        row = [cell.strip() for cell in row.split("|")]
    if isinstance(row, Mapping):
        given = dict(row)
    else:
        cells = list(row)
        if len(cells) > len(field.columns):
            names = " | ".join(field.columns)
            raise WrongUsage(f"{field.name} has {len(field.columns)} columns ({names}), not {len(cells)}.")
        given = dict(zip(field.columns, cells, strict=False))
    found = {}
    for name in (*field.columns, *(name for name in given if name not in field.columns)):
        value = given.get(name)
        is_address = name in ADDRESSES and markdown and not _is_empty(value)
        found[name] = _address(field, str(value)) if is_address else _single(value, markdown=markdown)
    return found


def _several(field: TemplateField, value: Any) -> Sequence[Any]:
    if _is_empty(value):
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return tuple(value)
    raise WrongUsage(f"{field.name} is a list, not {type(value).__name__}.")


def _labels(names: Sequence[Any]) -> Own:
    """Labels as a quick action takes them; a blank would be a label, so that no labels are nothing at all."""
    shown = (shown_plain(_UNFIT_IN_LABEL.sub(" ", str(name))).strip() for name in names)
    return Own(" ".join(f'~"{name}"' for name in shown if name))


def _flag(field: TemplateField, value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word in ("yes", "y", "true", "1", "x"):
        return True
    if word in ("no", "n", "false", "0", ""):
        return False
    raise WrongUsage(f"{field.name} is yes or no, not {value!r}.")


def _day(field: TemplateField, value: Any) -> str:
    if isinstance(value, date):
        return Own(value.isoformat()[:10])
    try:
        return Own(date.fromisoformat(str(value).strip()).isoformat())
    except ValueError:
        raise WrongUsage(f"{field.name} is a day (YYYY-MM-DD), not {str(value)!r}.") from None


def _key(field: TemplateField, text: str) -> str:
    if not _KEY.fullmatch(text):
        raise WrongUsage(f"{field.name} is a short name without blanks (such as SOW-1234), not {text!r}.")
    return text


def _address(field: TemplateField, text: str) -> Own:
    """A web address in which nothing ends the link around it. Raises `WrongUsage` for any other text."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and not _UNFIT_IN_ADDRESS.search(address)
    except ValueError:
        fits = False
    if not fits:
        raise WrongUsage(f"{field.name} is the address of a page (https://…), not {text!r}.")
    return Own(quote(address, safe="%/:=&?~#+!,;@-._"))


def _is_empty(value: Any) -> bool:
    if value is None or isinstance(value, Blank):
        return True
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, (tuple, list)) and not value
