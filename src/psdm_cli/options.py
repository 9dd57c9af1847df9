"""The options every command has: one table, read by the parser, the help and the environment (interface.md 1-2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.core import TyperOption

from psdm_cli.errors import WrongUsage
from psdm_cli.version import VERSION

if TYPE_CHECKING:
    from typer import Context

META_KEY = "psdm.common"
WEATHERS = ("calm", "showers")
TRUE_WORDS = ("1", "true", "yes", "on")
FALSE_WORDS = ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class CommonOptions:
    """What the common options and their environment variables say; the same for every command."""

    config: Path | None = None
    sandbox: bool = False
    as_of: date | None = None
    json: bool = False
    fields: tuple[str, ...] = ()
    no_input: bool = False
    yes: bool = False
    dry_run: bool = False
    max_changes: int | None = None
    exit_zero: bool = False
    offline: bool = False
    no_color: bool = False
    verbose: int = 0
    quiet: bool = False
    weather: str = "calm"


def iso_date(text: str, what: str = "a date") -> date:
    """The date that `text` (YYYY-MM-DD) means; `what` names the option in the complaint. Raises `WrongUsage`."""
    try:
        if len(text) != 10:
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(
            f"{what}: {text!r} is not a date; expected YYYY-MM-DD, such as 2026-11-23.",
        ) from None


def truth(text: str, what: str) -> bool:
    """The yes or no that an environment variable means. Raises `WrongUsage`."""
    word = text.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise WrongUsage(f"{what}: {text!r} is neither yes nor no; set it to 1 or 0.")


def _names(text: str, what: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise WrongUsage(f"{what} needs at least one field name, such as --fields sow,to_forecast.")
    return names


def _positive(text: str, what: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise WrongUsage(f"{what}: {text!r} is not a number of changes; expected 0 or more.")
    return number


def _weather(text: str, what: str) -> str:
    if text not in WEATHERS:
        raise WrongUsage(f"{what}: there is no weather {text!r}; the sandbox knows {' and '.join(WEATHERS)}.")
    return text


def _path(text: str, what: str) -> Path:
    if not text:
        raise WrongUsage(f"{what} needs a file name.")
    return Path(text).expanduser()


@dataclass(frozen=True, slots=True)
class CommonOption:
    """One row of the table. `parse` makes the value of a text and the option's name; None: a flag."""

    name: str
    declarations: tuple[str, ...]
    help: str
    metavar: str | None = None
    parse: Callable[[str, str], Any] | None = None
    count: bool = False
    variable: str | None = None
    hidden: bool = False


COMMON: tuple[CommonOption, ...] = (
    CommonOption(
        "config", ("--config",), "Use this configuration file.", metavar="FILE", parse=_path, variable="PSDM_CONFIG"
    ),
    CommonOption("sandbox", ("--sandbox",), "Practise: an embedded Kantata with sample data.", variable="PSDM_SANDBOX"),
    CommonOption(
        "as_of",
        ("--as-of",),
        "Look at the plan as of this date instead of today.",
        metavar="YYYY-MM-DD",
        parse=iso_date,
        variable="PSDM_AS_OF",
    ),
    CommonOption("json", ("--json",), "Print one JSON document on stdout."),
    CommonOption("fields", ("--fields",), "With --json: only these fields of each row.", metavar="A,B", parse=_names),
    CommonOption("no_input", ("--no-input",), "Never ask, even at a terminal.", variable="PSDM_NO_INPUT"),
    CommonOption("yes", ("-y", "--yes"), "Apply a plan without asking."),
    CommonOption("dry_run", ("-n", "--dry-run"), "Show what would change, change nothing."),
    CommonOption("max_changes", ("--max-changes",), "Refuse a larger plan.", metavar="N", parse=_positive),
    CommonOption("exit_zero", ("--exit-zero",), "Findings do not fail a script."),
    CommonOption("offline", ("--offline",), "Answer from the local mirror alone."),
    CommonOption("no_color", ("--no-color",), "Plain text (also: NO_COLOR, TERM=dumb).", variable="NO_COLOR"),
    CommonOption("verbose", ("-v", "--verbose"), "Say more on stderr; twice for every request.", count=True),
    CommonOption("quiet", ("-q", "--quiet"), "Say nothing on stderr but errors."),
    CommonOption(
        "weather",
        ("--weather",),
        "Sandbox: calm, or showers for the outages a PM meets.",
        metavar="calm|showers",
        parse=_weather,
        hidden=True,
    ),
)


class CommonParameter(TyperOption):
    """A common option as the parser knows it: it keeps its value for the whole run, not for one command."""

    def __init__(self, row: CommonOption) -> None:
        flag = row.parse is None and not row.count
        super().__init__(
            param_decls=[f"common_{row.name}", *row.declarations],
            type=None if flag else (int if row.count else str),
            is_flag=flag or None,
            count=row.count,
            default=None,
            metavar=row.metavar,
            help=row.help,
            hidden=row.hidden,
            expose_value=False,
        )
        self.row = row

    def process_value(self, ctx: Any, value: Any) -> Any:
        """Keep a value that was given; a later position on the command line wins, repeated -v add up."""
        if value is None or ctx.resilient_parsing:
            return None
        given: dict[str, Any] = ctx.meta.setdefault(META_KEY, {})
        row = self.row
        if row.count:
            given[row.name] = int(given.get(row.name, 0)) + int(value)
        else:
            given[row.name] = True if row.parse is None else row.parse(str(value), row.declarations[-1])
        return None


class VersionParameter(TyperOption):
    """`--version`, before or after any command."""

    def __init__(self) -> None:
        super().__init__(
            param_decls=["common_version", "--version"],
            is_flag=True,
            default=None,
            is_eager=True,
            expose_value=False,
            help="Print the version.",
        )

    def process_value(self, ctx: Any, value: Any) -> Any:
        """Print the version and end, if the option was given."""
        if value and not ctx.resilient_parsing:
            import sys

            sys.stdout.write(f"psdm {VERSION}\n")
            ctx.exit(0)
        return None


def common_parameters() -> list[TyperOption]:
    """Fresh parser options for one command: the common ones and `--version`."""
    return [*(CommonParameter(row) for row in COMMON), VersionParameter()]


def is_common(parameter: object) -> bool:
    """Whether a parser option is one that every command has."""
    return isinstance(parameter, CommonParameter | VersionParameter)


def resolve(given: Mapping[str, Any], environ: Mapping[str, str]) -> CommonOptions:
    """The common options: the command line first, then the environment, then the defaults. Raises `WrongUsage`."""
    values = dict(given)
    for row in COMMON:
        if row.name in values or row.variable is None or not environ.get(row.variable):
            continue
        text = environ[row.variable]
        if row.variable == "NO_COLOR":  # https://no-color.org: any text means yes
            values[row.name] = True
        elif row.parse is None:
            values[row.name] = truth(text, row.variable)
        else:
            values[row.name] = row.parse(text, row.variable)
    options = replace(CommonOptions(), **values)
    if options.fields and not options.json:
        raise WrongUsage("--fields chooses among the fields of a JSON document: add --json.")
    if options.quiet and options.verbose:
        raise WrongUsage("--quiet and --verbose ask for opposite things; give one of them.")
    return options


def common_options(ctx: Context) -> CommonOptions:
    """The common options of the running command."""
    import os

    return resolve(ctx.meta.get(META_KEY, {}), os.environ)
