"""`psdm schema`: the JSON Schema of what a command prints with --json."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Context

from psdm_cli.context import environment
from psdm_cli.lazy import examples


@examples("psdm schema forecast-prep", "psdm schema config show", "psdm schema error")
def schema(
    ctx: Context,
    command: Annotated[list[str], Argument(metavar="COMMAND", help="As typed, such as: config show. Or: error.")],
) -> None:
    """Print the JSON Schema (2020-12) of the whole document that COMMAND prints with --json."""
    from psdm_cli.output.document import as_text
    from psdm_cli.output.shapes import document_schema

    env = environment(ctx)
    name = " ".join(" ".join(command).split()).removeprefix("psdm ")
    env.terminal.write(as_text(document_schema(name)))
