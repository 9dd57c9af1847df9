"""What a template of a text is: its audience, its kind, where it goes, and the fields that it is filled with."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from psdm_cli.domain.audience import Audience


class Kind(StrEnum):
    """What a text becomes. Issues, documents and files are Markdown; mails and messages are plain text to paste."""

    ISSUE = "issue"
    DOCUMENT = "document"
    MAIL = "mail"
    FILE = "file"
    MESSAGE = "message"


class FieldType(StrEnum):
    """What a field holds: a text on one line, a block of several, an address, a day, yes or no, a list, rows and so on.

    Rows have named `columns`; labels become what a quick action takes; a key is part of a hidden marker.
    """

    TEXT = "text"
    BLOCK = "block"
    URL = "url"
    DATE = "date"
    FLAG = "flag"
    LIST = "list"
    ROWS = "rows"
    LABELS = "labels"
    KEY = "key"


MARKDOWN = frozenset({Kind.ISSUE, Kind.DOCUMENT, Kind.FILE})
SEVERAL = frozenset({FieldType.LIST, FieldType.ROWS, FieldType.LABELS})


@dataclass(frozen=True, slots=True)
class TemplateField:
    """A field. `source` says where psdm takes it from, or who is asked; `columns` are those of rows.

    `headings`: under which a team's own template may ask for it, besides its name.
    """

    name: str
    meaning: str
    source: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    columns: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """A template as the catalogue describes it. `place` says where the text goes."""

    name: str
    title: str
    audience: Audience
    kind: Kind
    place: str
    fields: tuple[TemplateField, ...] = ()
    by_name: dict[str, TemplateField] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})

    @property
    def is_markdown(self) -> bool:
        """Whether its text is Markdown for GitLab."""
        return self.kind in MARKDOWN

    @property
    def required(self) -> tuple[str, ...]:
        """The fields without which the text makes no sense."""
        return tuple(each.name for each in self.fields if each.required)
