"""What the parser complains about, said in our words: one sentence, the nearest valid name."""

from __future__ import annotations

from typing import Any

from typer._click.exceptions import BadParameter, MissingParameter, NoSuchOption, UsageError
from typer.exceptions import TyperException

from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import near


def explained(error: TyperException) -> WrongUsage:
    """The parser's error as one of ours (exit 2). Typer names these classes only in its private copy of Click."""
    ctx: Any = error.ctx if isinstance(error, UsageError) else None
    path = ctx.command_path if ctx is not None else "psdm"
    hint = f"Run: {path} --help"
    if isinstance(error, NoSuchOption):
        known = [
            name
            for parameter in (ctx.command.get_params(ctx) if ctx is not None else [])
            for name in (*parameter.opts, *parameter.secondary_opts)
            if not getattr(parameter, "hidden", False)
        ]
        meant = near(error.option_name, known) if error.option_name.startswith("--") else None
        tail = f"; did you mean {meant}?" if meant else "."
        return WrongUsage(f"{path} has no option {error.option_name}{tail}", hint=hint)
    if isinstance(error, MissingParameter):
        parameter: Any = error.param
        name = parameter.make_metavar(ctx) if parameter.param_type_name == "argument" else parameter.opts[-1]
        return WrongUsage(f"{path} needs {name}.", hint=hint)
    if isinstance(error, BadParameter) and error.param is not None:
        bad: Any = error.param
        name = bad.make_metavar(ctx) if bad.param_type_name == "argument" else bad.opts[-1]
        return WrongUsage(f"{name}: {error.message}", hint=hint)
    what = f"{path}: " if ctx is not None else ""  # without a context the sentence names its option itself
    return WrongUsage(f"{what}{error.format_message()}", hint=hint)
