"""`psdm completion`: completion of commands and options in the shell."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Context

from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples, near

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
Shell = Annotated[str | None, Argument(metavar="[SHELL]", help=f"{', '.join(SHELLS)}; the one you are in.")]


def _shell(name: str | None) -> str:
    if name is None:
        from typer._completion_shared import _get_shell_name  # Typer has no public name for it

        name = _get_shell_name()
    if name is None:
        raise WrongUsage("Which shell this is could not be seen.", hint=f"Name it: {', '.join(SHELLS)}.")
    if name not in SHELLS:
        meant = near(name, list(SHELLS))
        tail = f"; did you mean {meant}?" if meant else f"; there are: {', '.join(SHELLS)}."
        raise WrongUsage(f"There is no completion for {name!r}{tail}")
    return name


@examples("psdm completion show bash", "psdm completion show zsh > ~/.zfunc/_psdm")
def show(ctx: Context, shell: Shell = None) -> None:
    """Print the completion script for a shell."""
    from typer._completion_shared import get_completion_script

    script = get_completion_script(prog_name="psdm", complete_var="_PSDM_COMPLETE", shell=_shell(shell))
    environment(ctx).terminal.write(script.strip() + "\n")


@examples("psdm completion install", "psdm completion install zsh")
def install(ctx: Context, shell: Shell = None) -> None:
    """Install completion for your shell: a script in your home folder, and a line in the shell's start-up file."""
    from typer._completion_shared import install as put

    env = environment(ctx)
    name = _shell(shell)
    if env.options.dry_run:
        env.say(f"Completion for {name} would be installed in your home folder; `psdm completion show` prints it.")
        return
    try:
        _, path = put(shell=name, prog_name="psdm", complete_var="_PSDM_COMPLETE")
    except OSError as error:
        raise WrongUsage(
            f"Completion cannot be written: {error.strerror}.", hint=f"Print it instead: psdm completion show {name}"
        ) from None
    env.say(f"Completion for {name} is in {path}; it works in the next shell that you open.")
