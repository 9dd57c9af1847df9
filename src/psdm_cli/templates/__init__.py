"""Texts made from templates: ours in this folder, a team's own before them; sandboxed, strict, foreign text tamed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.audience import Audience, Customer, Internal, Text, for_customer, internal
from psdm_cli.domain.text_templates import Kind
from psdm_cli.errors import PsdmError, RefusedByRule, WrongConfiguration
from psdm_cli.templates.catalog import template_catalog, template_named

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment


__all__ = [
    "HERE",
    "SUFFIX",
    "customer_text",
    "file_of",
    "internal_text",
    "render",
    "source_of",
    "template_catalog",
    "template_named",
    "with_actions",
]
SUFFIX = ".j2"
HERE = Path(__file__).parent
_GAP = re.compile(r"\n{4,}")  # the margins of a block and of its template together


def render(name: str, values: Mapping[str, Any], own: Path | None = None) -> str:
    """The text of template `name`, one trailing newline cut.

    `own` is a team's folder: a file NAME.j2 in it wins over ours. Values are what the catalogue says (None: a visible
    blank), and everything that is put into a text is made harmless for its kind, unless it is `Own` Markdown; there is
    no way around that in a template. Quick actions that a team's template has for an issue or a document are left out:
    `bodies.body` gives them as fields. Raises `WrongUsage` for values that do not fit, `WrongConfiguration` for a
    template of the team's that cannot be used, with file and line.
    """
    info = template_catalog().get(name)
    text = with_actions(name, values, own)
    if info is not None and info.kind not in (Kind.ISSUE, Kind.DOCUMENT):
        return text  # a file's quick actions are for those who use it; a mail goes nowhere where they run
    from psdm_cli.domain.quick_actions import parse

    return parse(text).text_without


def with_actions(name: str, values: Mapping[str, Any], own: Path | None = None) -> str:
    """As `render`, with the quick actions that a team's own template has."""
    from jinja2 import TemplateError, TemplateSyntaxError
    from jinja2.exceptions import SecurityError

    from psdm_cli.templates.values import prepared

    info = template_catalog().get(name)
    file = file_of(name, own)
    ready = dict(values) if info is None else prepared(info, values)
    is_markdown = info is None or info.is_markdown  # what the catalogue does not know counts as Markdown
    environment = _ours(is_markdown) if own is None else _environment(is_markdown, own)
    try:
        text = environment.get_template(f"{name}{SUFFIX}").render(ready)
    except PsdmError:
        raise
    except TemplateSyntaxError as error:
        raise WrongConfiguration(f"The template {file}, line {error.lineno}: {error.message}.") from None
    except (TemplateError, SecurityError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise WrongConfiguration(
            f"The template {file} cannot be used: {error}.",
            hint=f"Compare it with ours: psdm template export {name} --to FOLDER",
        ) from None
    return _GAP.sub("\n\n", text).strip()


def customer_text(name: str, values: Mapping[str, Any], own: Path | None = None) -> Text[Customer]:
    """As `render`, of a template that customers may read. Raises `RefusedByRule` for an internal one."""
    info = template_named(name)
    if info.audience is not Audience.CUSTOMER:
        raise RefusedByRule(f"The template {info.name} is internal: its text is not for a place that customers see.")
    return for_customer(render(info.name, values, own))


def internal_text(name: str, values: Mapping[str, Any], own: Path | None = None) -> Text[Internal]:
    """As `render`, for ourselves."""
    return internal(render(template_named(name).name, values, own))


def file_of(name: str, own: Path | None = None) -> Path:
    """The file that a template is read from: the team's where it has one."""
    if own is not None and (own / f"{name}{SUFFIX}").is_file():
        return own / f"{name}{SUFFIX}"
    return HERE / f"{name}{SUFFIX}"


def source_of(name: str) -> str:
    """Our template as it is written, to be copied and changed. Raises `NotFound`."""
    return (HERE / f"{template_named(name).name}{SUFFIX}").read_text(encoding="utf-8")


@lru_cache(maxsize=2)
def _ours(is_markdown: bool) -> ImmutableSandboxedEnvironment:
    """The sandbox of our own templates, which do not change while we run."""
    return _environment(is_markdown, None)


def _environment(is_markdown: bool, own: Path | None) -> ImmutableSandboxedEnvironment:
    """A sandbox for templates of one kind, a team's before ours."""
    from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from psdm_cli.templates import values

    def finalize(value: Any) -> Any:
        return value if isinstance(value, StrictUndefined) else values.cleaned(value, markdown=is_markdown)

    folders = [FileSystemLoader(own)] if own is not None else []
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*folders, FileSystemLoader(HERE)]),
        undefined=StrictUndefined,
        autoescape=False,  # Markdown and plain text, no page: `finalize` cleans instead, for every expression
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        finalize=finalize,
    )
    for unsafe in ("safe", "forceescape", "escape", "e", "xmlattr", "urlize", "tojson"):
        environment.filters.pop(unsafe, None)  # they make `Markup`, which is for pages
    environment.filters |= {
        "commas": partial(values.commas, markdown=is_markdown),
        "line": partial(values.one_line, markdown=is_markdown),
        "link": values.link,
        "marker": values.hidden_marker,
        "tick": values.tick,
    }
    return environment
