"""Texts made from templates: ours in this folder, a team's own before them; sandboxed, strict, foreign text cleaned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psdm_cli.errors import WrongConfiguration
from psdm_cli.output.text import shown_plain

SUFFIX = ".j2"


def render(name: str, values: Mapping[str, Any], own: Path | None = None) -> str:
    """The text of template `name`, one trailing newline cut.

    `own` is a team's folder: a file NAME.j2 in it wins over ours. Every value that is put into a text loses its control
    characters, whatever it came from. Raises `WrongConfiguration` for a template of the team's that cannot be used,
    with file and line.
    """
    from jinja2 import (
        ChoiceLoader,
        FileSystemLoader,
        PackageLoader,
        StrictUndefined,
        TemplateError,
        TemplateSyntaxError,
    )
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    folders = [FileSystemLoader(own)] if own is not None else []
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*folders, PackageLoader("psdm_cli", "templates")]),
        undefined=StrictUndefined,
        autoescape=False,  # plain text for a message, no page
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        finalize=_clean,
    )
    file = (own / f"{name}{SUFFIX}") if own is not None else Path(f"{name}{SUFFIX}")
    try:
        text = environment.get_template(f"{name}{SUFFIX}").render(values)
    except TemplateSyntaxError as error:
        raise WrongConfiguration(f"The template {file}, line {error.lineno}: {error.message}.") from None
    except (TemplateError, SecurityError, TypeError, UnicodeDecodeError) as error:
        raise WrongConfiguration(
            f"The template {file} cannot be used: {error}.", hint="Compare it with ours."
        ) from None
    return text.strip()


def _clean(value: Any) -> Any:
    return shown_plain(value) if isinstance(value, str) else value
