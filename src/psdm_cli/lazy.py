"""Commands in a table, imported when they are called; help and completion that import none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, TypeVar

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

from psdm_cli.errors import WrongUsage
from psdm_cli.options import common_parameters, is_common

EXAMPLES = "__psdm_examples__"
Function = TypeVar("Function", bound=Callable[..., Any])


def examples(*lines: str) -> Callable[[Function], Function]:
    """Give a command its examples; they end its `--help`, and the documentation is made of them."""

    def decorate(function: Function) -> Function:
        setattr(function, EXAMPLES, lines)
        return function

    return decorate


@dataclass(frozen=True, slots=True)
class Lazy:
    """One command: where its function is ("module:function"), one line about it, and its section in the help."""

    target: str
    summary: str
    section: str = "Commands"


@dataclass(frozen=True, slots=True)
class Family:
    """Commands under one name: `psdm NAME COMMAND`. `default` is the one that `psdm NAME` alone runs."""

    commands: Mapping[str, Lazy]
    summary: str
    section: str = "Commands"
    default: str | None = None


Table = Mapping[str, Lazy | Family]


def every_command(table: Table, prefix: str = "") -> Iterator[tuple[str, Lazy]]:
    """All commands of a table with their full names, such as "config show"."""
    for name, entry in table.items():
        if isinstance(entry, Family):
            yield from every_command(entry.commands, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", entry


def near(word: str, words: list[str]) -> str | None:
    """The one of `words` that was most likely meant by `word`, if any is near."""
    found = get_close_matches(word, words, n=1, cutoff=0.6)
    if found:
        return found[0]
    starts = [candidate for candidate in words if word and candidate.startswith(word)]
    return starts[0] if len(starts) == 1 else None


def _write_options(command: Any, ctx: Any, formatter: Any) -> None:
    arguments: list[tuple[str, str]] = []
    own: list[tuple[str, str]] = []
    common: list[tuple[str, str]] = []
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is None:
            continue
        if parameter.param_type_name == "argument":
            arguments.append(record)
        elif is_common(parameter) or parameter.name == "help":
            common.append(record)
        else:
            own.append(record)
    for title, rows in (("Arguments", arguments), ("Options", own), ("Options of every command", common)):
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)


class LazyCommand(TyperCommand):
    """A command with the common options and its examples."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["rich_markup_mode"] = None  # plain help: rich alone would double its time
        super().__init__(*args, **kwargs)
        self.params.extend(common_parameters())

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments, own options, common options."""
        _write_options(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - Typer calls it so
        """The examples, each on its own line, never wrapped: they are to be copied."""
        lines = getattr(self.callback, EXAMPLES, ())
        if lines:
            with formatter.section("Examples"):
                for line in lines:
                    formatter.write(f"  {line}\n")


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and summary and imports the one that is called."""

    def __init__(self, name: str, table: Table, *, epilog: str = "", default: str | None = None, **kwargs: Any) -> None:
        super().__init__(name=name, rich_markup_mode=None, invoke_without_command=True, **kwargs)
        self.table = table
        self.default = default
        self.tail = epilog
        self.params.extend(common_parameters())

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer calls it so
        """The names in the table's order."""
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - Typer calls it so
        """Import and build one command; None when the table does not have it."""
        entry = self.table.get(cmd_name)
        if entry is None:
            return None
        if isinstance(entry, Family):
            return LazyGroup(cmd_name, entry.commands, help=entry.summary, default=entry.default)
        return load(cmd_name, entry)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that `args` begin with. Raises `WrongUsage` with the nearest name."""
        name = args[0]
        command = self.get_command(ctx, name)
        if command is None and not ctx.resilient_parsing:
            raise WrongUsage(f"There is no command {name!r} in {ctx.command_path}{self._meant(ctx, name)}")
        return (name if command else None), command, args[1:]

    def _meant(self, ctx: Any, name: str) -> str:
        if (meant := near(name, list(self.table))) is not None:
            return f"; did you mean {meant!r}?"
        return f"; `{ctx.command_path} --help` lists them."

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a group alone shows its help, except where options ask for something it cannot do."""
        if not ctx._protected_args and self.default is not None:
            ctx._protected_args = [self.default]
        if not ctx._protected_args:
            raise WrongUsage(
                f"{ctx.command_path} needs a command: {', '.join(self.table)}.",
                hint=f"Run: {ctx.command_path} --help",
            )
        return super().invoke(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The commands by section, then the common options."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, entry in self.table.items():
            sections.setdefault(entry.section, []).append((name, entry.summary))
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)
        _write_options(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - Typer calls it so
        """What to type next."""
        if self.tail:
            formatter.write("\n" + self.tail + "\n")

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Names of commands from the table, else options; no command is imported for it."""
        from typer._click.shell_completion import CompletionItem  # Typer has no public name for it

        names = [
            CompletionItem(name, help=entry.summary)
            for name, entry in self.table.items()
            if name.startswith(incomplete)
        ]
        return names or super(TyperGroup, self).shell_complete(ctx, incomplete)


def load(name: str, entry: Lazy) -> Any:
    """The parser's command for one entry of the table, its module imported now."""
    module, _, function = entry.target.partition(":")
    callback = getattr(import_module(module), function)
    info = CommandInfo(name=name, cls=LazyCommand, callback=callback, short_help=entry.summary)
    return get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode=None)
