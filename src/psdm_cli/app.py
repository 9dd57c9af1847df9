"""The front door: the table of commands, and the one place that runs them, prints errors and chooses the exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import Any

from typer.exceptions import Abort, Exit, TyperException

from psdm_cli.errors import Interrupted, PsdmError, StoreProblem
from psdm_cli.lazy import Family, Lazy, LazyGroup, Table

OUTPUT_TROUBLE = (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT)
KICKOFF = "A new SOW"
MONDAY, LOOK, SET_UP, SCRIPTS = "Monday", "Any day", "Set-up", "Scripts and help"
WRITES = "Plans and what was written"

COMMANDS: Table = {
    "forecast-prep": Lazy(
        "psdm_cli.commands.forecast_prep:forecast_prep", "Check all that Monday's forecast call needs.", MONDAY
    ),
    "forecast": Family(
        {
            "show": Lazy("psdm_cli.commands.forecast:show", "Show the forecast by project, month, role, person, type."),
            "freeze": Lazy("psdm_cli.commands.forecast:freeze", "Store this week's forecast as a snapshot."),
            "diff": Lazy("psdm_cli.commands.forecast:diff", "Show what changed since a frozen forecast, and why."),
            "accuracy": Lazy("psdm_cli.commands.forecast_looking_back:accuracy", "Show how right the forecasts were."),
            "people": Lazy("psdm_cli.commands.forecast_looking_back:people", "Show how booked everybody is, and free."),
        },
        "The forecast: show, freeze, compare, judge.",
        MONDAY,
    ),
    "report": Family(
        {"week": Lazy("psdm_cli.commands.report:week", "Show the Monday call on one page, with charts if wanted.")},
        "Reports: the Monday call on one page.",
        MONDAY,
    ),
    "checklist": Family(
        {
            "list": Lazy("psdm_cli.commands.checklist:list_all", "List the checklists and their runs."),
            "show": Lazy("psdm_cli.commands.checklist:show", "Show how a checklist stands."),
            "resume": Lazy("psdm_cli.commands.checklist:resume", "Go on with a checklist, answer its open steps."),
            "export": Lazy("psdm_cli.commands.checklist:export", "Print a checklist as a Markdown task list."),
            "check": Lazy("psdm_cli.commands.checklist:check", "Check a checklist file of your team."),
        },
        "Checklists: list, show, resume, export, check a file.",
        MONDAY,
    ),
    "template": Family(
        {
            "list": Lazy("psdm_cli.commands.template:list_", "List the templates of issues, documents and mails."),
            "show": Lazy("psdm_cli.commands.template:show", "Show a template's fields, or its text with values."),
            "export": Lazy("psdm_cli.commands.template:export", "Copy templates into a folder, to be changed."),
        },
        "Templates of issues, documents, mails: list, show, export.",
        SCRIPTS,
    ),
    "init-project": Lazy(
        "psdm_cli.commands.init_project:init_project", "Build and prove a SOW's collaboration space.", KICKOFF
    ),
    "top-customer": Lazy(
        "psdm_cli.commands.top_customer:top_customer", "Draft and check the Top Customer notes, post them.", MONDAY
    ),
    "today": Lazy("psdm_cli.commands.today:today", "Show what is due, for which project, by when.", LOOK),
    "cadence": Lazy("psdm_cli.commands.cadence:cadence", "Show the reporting schedule; write it as a calendar.", LOOK),
    "open": Lazy("psdm_cli.commands.open:open_", "Open a handbook link or an engagement's Kantata page.", LOOK),
    "status": Lazy("psdm_cli.commands.status:status", "Show one engagement on one page, from both systems.", LOOK),
    "audit": Family(
        {"leaks": Lazy("psdm_cli.commands.audit:leaks", "Look for internal content where customers read.")},
        "Audits: internal content that customers can read.",
        LOOK,
    ),
    "check": Lazy("psdm_cli.commands.check:check", "Hold a collaboration space against the handbook, heal it.", LOOK),
    "customer-status": Lazy(
        "psdm_cli.commands.customer_status:customer_status", "Post the week's status for the customer.", LOOK
    ),
    "health": Lazy("psdm_cli.commands.health:health", "Suggest, decide and write an engagement's health.", LOOK),
    "portfolio": Lazy("psdm_cli.commands.portfolio:portfolio", "Show every engagement at a glance.", LOOK),
    "handover": Lazy("psdm_cli.commands.handover:handover", "Show what a colleague must know who takes over.", LOOK),
    "why": Lazy("psdm_cli.commands.why:why", "Explain a figure, a finding or a step: rows, rule, handbook.", LOOK),
    "apply": Lazy("psdm_cli.commands.apply:apply", "Apply a plan that was saved with --plan-out.", WRITES),
    "undo": Lazy("psdm_cli.commands.undo:undo", "Take back what a run wrote.", WRITES),
    "journal": Family(
        {
            "list": Lazy("psdm_cli.commands.journal:list_", "Show the runs that wrote something."),
            "show": Lazy("psdm_cli.commands.journal:show", "Show one run, change by change."),
        },
        "What was written to outside systems: list, show.",
        WRITES,
    ),
    "booking": Family(
        {
            "list": Lazy("psdm_cli.commands.booking:list_bookings", "Show bookings, or requests and their answers."),
            "request": Lazy("psdm_cli.commands.booking:request", "Request hours from the project coordinator."),
            "change": Lazy("psdm_cli.commands.booking:change", "Ask for a booking to be changed."),
            "harden": Lazy("psdm_cli.commands.booking:harden", "Ask for soft bookings to be made hard."),
        },
        "Bookings: list, request, change, harden.",
        LOOK,
    ),
    "upside": Family(
        {
            "add": Lazy("psdm_cli.commands.upside_add:add", "Add what could land beyond the forecast."),
            "edit": Lazy("psdm_cli.commands.upside:edit", "Change an open entry."),
            "list": Lazy("psdm_cli.commands.upside:list_", "List the ledger with its totals."),
            "show": Lazy("psdm_cli.commands.upside:show", "Show an entry with its history."),
            "review": Lazy("psdm_cli.commands.upside_review:review", "Go through what converted and what is stale."),
            "convert": Lazy("psdm_cli.commands.upside:convert", "Close an entry that is in the forecast now."),
            "push": Lazy("psdm_cli.commands.upside:push", "Push an entry out to a later month or quarter."),
            "close": Lazy("psdm_cli.commands.upside:close", "Close an entry that will not come."),
            "export": Lazy("psdm_cli.commands.upside_sheet:export", "Write the weekly revenue tracking sheet."),
            "import": Lazy(
                "psdm_cli.commands.upside_sheet:import_", "Take a sheet back, after a plan of what differs."
            ),
        },
        "Upside: add, edit, list, show, review, convert, push, close, export, import.",
        MONDAY,
    ),
    "fix": Lazy("psdm_cli.commands.fix:fix", "Repair what the forecast preparation found, by a plan.", MONDAY),
    "people": Lazy("psdm_cli.commands.people:people", "Show free hours, and who could take open work.", LOOK),
    "config": Family(
        {
            "init": Lazy("psdm_cli.commands.config:init", "Write a commented configuration file, asking a little."),
            "show": Lazy("psdm_cli.commands.config:show", "Show every setting and where it comes from."),
            "check": Lazy("psdm_cli.commands.config:check", "Check the configuration file, all of it."),
            "path": Lazy("psdm_cli.commands.config:path", "Print where files are kept."),
        },
        "Settings: write, show, check.",
        SET_UP,
    ),
    "auth": Family(
        {
            "login": Lazy("psdm_cli.commands.auth:login", "Keep a token in the system's keyring, once it works."),
            "logout": Lazy("psdm_cli.commands.auth:logout", "Take a token out of the keyring."),
            "status": Lazy("psdm_cli.commands.auth:status", "Show which tokens there are, and whose."),
        },
        "Tokens: log in, log out, status.",
        SET_UP,
    ),
    "doctor": Lazy("psdm_cli.commands.doctor:doctor", "Check the set-up, with the way out of what is wrong.", SET_UP),
    "sandbox": Family(
        {
            "start": Lazy(
                "psdm_cli.commands.sandbox:start", "Serve the practice Kantata and GitLab to other programs."
            ),
            "reset": Lazy("psdm_cli.commands.sandbox:reset", "Start the practice data over."),
        },
        "Practise without an account: serve, reset.",
        SET_UP,
    ),
    "state": Family(
        {
            "show": Lazy("psdm_cli.commands.state:show", "Say where psdm's memory is, how large, how old."),
            "export": Lazy("psdm_cli.commands.state:export", "Write it into one file, to be moved."),
            "import": Lazy("psdm_cli.commands.state:import_", "Take a file in, after a plan of what differs."),
            "check": Lazy("psdm_cli.commands.state:check", "Check the database, or a state file."),
        },
        "psdm's memory: where it is; export, import, check.",
        SCRIPTS,
        default="show",
    ),
    "sync": Lazy("psdm_cli.commands.sync:sync", "Bring the local mirror of Kantata up to date.", SCRIPTS),
    "import": Family(
        {
            "kantata": Lazy(
                "psdm_cli.commands.import_kantata:kantata", "Take report exports (CSV, XLSX) into the mirror."
            )
        },
        "Work from files: report exports of Kantata.",
        SCRIPTS,
    ),
    "schema": Lazy("psdm_cli.commands.schema:schema", "Print the JSON Schema of a command's document.", SCRIPTS),
    "completion": Family(
        {
            "install": Lazy("psdm_cli.commands.completion:install", "Install completion for your shell."),
            "show": Lazy("psdm_cli.commands.completion:show", "Print the completion script."),
        },
        "Completion in the shell: install, show.",
        SCRIPTS,
    ),
    "help": Lazy("psdm_cli.commands.help:show", "Explain a command or a topic: exit-codes, environment.", SCRIPTS),
}

ABOUT = "The command line for project managers in GitLab Professional Services."
NEXT = """Start here:
  psdm --sandbox forecast-prep   practise with sample data, no account needed
  psdm config init               write your settings
  psdm auth login kantata        give it your token

Exit codes: 0 done, 2 wrong usage, 3 something needs attention, 4 not allowed,
5 not found, 6 refused by a rule, 75 try later. More: psdm help exit-codes"""


def root() -> LazyGroup:
    """The parser of everything."""
    return LazyGroup("psdm", COMMANDS, epilog=NEXT, help=ABOUT)


def run(argv: Sequence[str]) -> int:
    """Run one command line and give the exit code. Prints every error, as a sentence; never a traceback."""
    if os.environ.get("_PSDM_COMPLETE"):
        return _complete(argv)
    state: dict[str, Any] = {}
    try:
        return _answer(list(argv), state)
    except BrokenPipeError:
        return _reader_left(state)
    except (KeyboardInterrupt, Exception) as error:
        return _complain(_told(error, argv, state), argv, state)


def _told(error: BaseException, argv: Sequence[str], state: dict[str, Any]) -> PsdmError:
    """What a person is told about an exception; anything unforeseen is a bug, whose details go to a log file."""
    if isinstance(error, PsdmError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted("Interrupted; what was answered or applied so far is kept.")
    if isinstance(error, OSError) and error.errno in OUTPUT_TROUBLE:
        _reader_left(state)  # what is still buffered cannot be written either
        return StoreProblem(f"The result cannot be written: {error.strerror}.")
    from psdm_cli.trouble import unexpected

    return unexpected(error, list(argv))


def _answer(argv: list[str], state: dict[str, Any]) -> int:
    group = root()
    if not argv:
        argv = ["--help"]
    try:
        with group.make_context("psdm", argv, obj=state) as ctx:
            group.invoke(ctx)
    except Exit as end:
        return int(end.exit_code)
    except (Abort, EOFError):
        raise Interrupted("Interrupted; nothing was changed.") from None
    except TyperException as error:
        from psdm_cli.usage import explained

        raise explained(error) from None
    sys.stdout.flush()
    return int(state.get("exit_code", 0))


def _complete(argv: Sequence[str]) -> int:
    from psdm_cli.shells import prepare_completion

    prepare_completion()
    try:
        root().main(args=list(argv), prog_name="psdm", complete_var="_PSDM_COMPLETE")
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _wants_json(argv: Sequence[str]) -> bool:
    before_values = list(argv)[: list(argv).index("--")] if "--" in argv else argv
    return "--json" in before_values


def _complain(error: PsdmError, argv: Sequence[str], state: dict[str, Any]) -> int:
    from psdm_cli.terminal import process_terminal

    terminal = process_terminal()
    if _wants_json(argv) and not state.get("document_written"):
        from psdm_cli.masking import mask
        from psdm_cli.output.document import as_text, error_document

        document = error_document(error)
        for name in ("message", "hint"):
            document["error"][name] = mask(document["error"][name])
        try:
            terminal.write(as_text(document))
        except OSError:  # stdout is gone or full: stderr still says it
            _reader_left(state)
    terminal.say(f"psdm: {error.message}", always=True)
    if error.hint:
        terminal.say(f"      {error.hint}", always=True)
    return error.exit_code


def _reader_left(state: dict[str, Any]) -> int:
    """The reader of stdout ended (`psdm … | head`): end quietly, and keep the interpreter from complaining later."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return int(state.get("exit_code", 0))
