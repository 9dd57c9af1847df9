"""`psdm state`: where psdm's memory is, moving it, checking it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Context, Option

from psdm_cli.context import environment
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.output.state_shapes import ImportResult
    from psdm_cli.workflows.state_moving import Import

StateFileArgument = Annotated[Path, Argument(metavar="FILE", help="A state file.")]


@examples("psdm state", "psdm state show --json")
def show(ctx: Context) -> None:
    """Say where psdm's memory is, how large and how old it is, and which accounts, scopes and snapshots it holds."""
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.state_document import state_shown
    from psdm_cli.output.state_shapes import StateResult
    from psdm_cli.workflows.state_moving import look

    env = environment(ctx)
    seen = look(env.store())
    env.finish(Answer("state", StateResult.model_validate(seen), state_shown(env.clock.real)))


@examples("psdm state export psdm.state", "psdm state export /media/stick/psdm.state --without-mirror")
def export(
    ctx: Context,
    file: StateFileArgument,
    *,
    without_mirror: Annotated[
        bool, Option("--without-mirror", help="Leave out the copy of Kantata, which can be read anew.")
    ] = False,
    force: Annotated[bool, Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write psdm's whole memory into one file: snapshots, answers, waivers, facts, journal, and the mirror of Kantata.

    The file is readable by you alone (0600) and holds no token. psdm state import takes it in on another machine, or
    into another database: that of store.url, whatever kind it is.
    """
    from psdm_cli.errors import WrongUsage
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.state_document import exported
    from psdm_cli.output.state_shapes import ExportResult
    from psdm_cli.version import VERSION
    from psdm_cli.workflows.state_moving import look, save

    env = environment(ctx)
    store = env.store()
    if env.options.dry_run:
        if file.exists() and not force:
            raise WrongUsage(f"There is a file already: {file}.", hint="Replace it with --force.")
        counts = [{"name": name, "rows": rows, "sha256": ""} for name, rows in look(store).tables.items()]
        values: dict[str, Any] = {"written": False, "size": None, "tables": counts, "exported_at": env.clock.real}
    else:
        done = save(store, file, program=VERSION, now=env.clock.real, mirror=not without_mirror, replace=force)
        tables = [
            {"name": name, "rows": len(rows), "sha256": done.checksums[name]} for name, rows in done.tables.items()
        ]
        values = {
            "written": True,
            "size": file.stat().st_size,
            "tables": tables,
            "exported_at": done.manifest.exported_at,
        }
    result = ExportResult.model_validate({"file": str(file), "mirror": not without_mirror, **values})
    env.finish(Answer("state export", result, exported))


@examples(
    "psdm state import psdm.state",
    "psdm state import psdm.state --dry-run",
    "psdm state import psdm.state --yes --no-input --keep mine",
)
def import_(
    ctx: Context,
    file: StateFileArgument,
    *,
    keep: Annotated[
        str | None,
        Option("--keep", metavar="mine|theirs", help="Whose stays where what never changes says different things."),
    ] = None,
) -> None:
    """Take a state file in, after a plan of what is new, changed, the same, or kept as it is here.

    Facts, runs and waivers go by the later word, a mirror of Kantata by the later reading. Frozen forecasts never
    change: the same week, scope and revision with another content is refused (exit 6), unless --keep says whose stays.
    All of the import happens, or nothing.
    """
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.state_document import import_page, imported
    from psdm_cli.workflows.state_moving import Question, keep_of, take_in

    env = environment(ctx)
    options = env.options

    def confirmed(wanted: Import) -> bool:
        console = env.terminal.console(env.terminal.err)
        import_page(_result(wanted, applied=False), console.width).write(console)
        rows = wanted.differences.writes
        return env.terminal.ask(f"Import {rows} rows? y/N", check=_yes_or_no) == "y"

    done = take_in(
        env.store(writing=True),
        file,
        keep_of(keep),
        Question(
            dry_run=options.dry_run,
            yes=options.yes,
            confirm=confirmed if env.interactive else None,
            max_changes=options.max_changes,
        ),
    )
    env.finish(Answer("state import", _result(done.wanted, applied=done.applied), imported))


@examples("psdm state check", "psdm state check psdm.state", "psdm state check --json")
def check(
    ctx: Context,
    file: Annotated[Path | None, Argument(metavar="[FILE]", help="A state file; without one the database.")] = None,
) -> None:
    """Check the database: its integrity, what points to what, every record and snapshot readable. Or a state file.

    Exit 2 when something is wrong, each thing named.
    """
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.state_document import checked
    from psdm_cli.output.state_shapes import CheckResult
    from psdm_cli.workflows import state_moving

    env = environment(ctx)
    found = state_moving.check(env.store()) if file is None else state_moving.check_file(file)
    result = CheckResult.model_validate(found)
    env.finish(Answer("state check", result, checked, exit_code=2 if found.problems else 0))


def _result(wanted: Import, *, applied: bool) -> ImportResult:
    from psdm_cli.output.state_shapes import ImportResult

    found = wanted.differences
    tables = [
        {"table": t.table, "new": len(t.new), "changed": len(t.changed), "same": t.same, "kept": t.kept}
        for t in found.tables
    ]
    return ImportResult.model_validate(
        {
            "file": str(wanted.file),
            "exported_at": wanted.manifest.exported_at,
            "applied": applied,
            "writes": found.writes,
            "tables": tables,
            "skipped": list(found.skipped),
        }
    )


def _yes_or_no(text: str) -> str:
    word = text.strip().casefold()
    if word and word[0] not in "yn":
        raise ValueError("please answer y or n")
    return word[:1]
