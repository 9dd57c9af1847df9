"""`psdm help`: the help of a command, or a topic."""

from __future__ import annotations

from typing import Annotated, Any

from typer import Argument, Context

from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.help_topics import topics
from psdm_cli.lazy import examples, near


@examples("psdm help", "psdm help exit-codes", "psdm help config show")
def show(
    ctx: Context,
    subject: Annotated[list[str] | None, Argument(metavar="[COMMAND|TOPIC]", help="What to explain.")] = None,
) -> None:
    """Explain a command, or a topic: exit-codes, environment."""
    env = environment(ctx)
    words = list(subject or ())
    known = topics()
    if len(words) == 1 and words[0] in known:
        env.terminal.write(known[words[0]] + "\n")
        return
    here: Any = ctx.find_root()
    for word in words:
        command = here.command.get_command(here, word) if hasattr(here.command, "table") else None
        if command is None:
            names = [*getattr(here.command, "table", ()), *(known if here.parent is None else ())]
            meant = near(word, names)
            tail = f"; did you mean {meant!r}?" if meant else f"; topics are: {', '.join(known)}."
            raise WrongUsage(f"There is no help about {word!r}{tail}")
        here = Context(command, info_name=word, parent=here)
    env.terminal.write(here.get_help() + "\n")
