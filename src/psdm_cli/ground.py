"""What a run stands on before any system is asked: settings, clock, streams, the team's texts, the local database."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psdm_cli.clock import Clock, start_clock
from psdm_cli.errors import RefusedByRule, StoreProblem, WrongConfiguration
from psdm_cli.masking import register
from psdm_cli.options import CommonOptions
from psdm_cli.settings.folders import Folders, find_folders
from psdm_cli.terminal import Terminal, process_terminal

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from psdm_cli.prompting import Prompter
    from psdm_cli.settings.loading import Loaded
    from psdm_cli.settings.model import Settings
    from psdm_cli.store.database import Store
    from psdm_cli.systems.ports import Progress

ProgressReport = Callable[["Progress"], None]


class Ground:
    """What of a run's environment asks no outside system. Everything is made at first use, closed at the end."""

    def __init__(self, options: CommonOptions, environ: Mapping[str, str], state: dict[str, Any]) -> None:
        self.options = options
        self.environ = environ
        self.warnings: list[str] = []
        self.terminal: Terminal = process_terminal(
            no_color=options.no_color, quiet=options.quiet, verbose=options.verbose, environ=environ
        )
        self._state = state
        self._opened: Store | None = None
        self._closing = contextlib.ExitStack()

    # settings and clock

    @cached_property
    def folders(self) -> Folders:
        """Where this user's files are."""
        return find_folders(self.environ)

    @cached_property
    def loaded(self) -> Loaded:
        """The settings and where each comes from. Raises `WrongConfiguration`."""
        from psdm_cli.settings.loading import load

        return load(self.folders, self.options.config, self.environ)

    @cached_property
    def settings(self) -> Settings:
        """The settings; with --sandbox GitLab's address and places are the sandbox's. Raises `WrongConfiguration`."""
        found = self.loaded.settings
        if not self.options.sandbox:
            return found
        from dataclasses import replace

        from psdm_cli.sandbox.collaboration import INSTANCE
        from psdm_cli.settings.model import GitLab

        return replace(found, gitlab=GitLab(url=INSTANCE))  # what its pages are called, whatever port it has

    @cached_property
    def clock(self) -> Clock:
        """The run's clock; its as-of date is --as-of or today in `calendar.zone`."""
        return start_clock(self.settings.calendar.zone, self.options.as_of)

    @property
    def as_of(self) -> date:
        """The date that the rules look from."""
        return self.clock.as_of

    # talk

    @property
    def interactive(self) -> bool:
        """Whether a question may be asked: a person at a terminal who did not say --no-input and wants no JSON."""
        return self.terminal.can_ask and not self.options.no_input and not self.options.json

    def say(self, text: str) -> None:
        """A line for people on stderr; nothing with --quiet."""
        self.terminal.say(text)

    def detail(self, text: str) -> None:
        """A line on stderr for those who asked with -v."""
        if self.options.verbose:
            self.terminal.say(text)

    def prompter(self) -> Prompter:
        """The person at the terminal; ask only when `interactive`."""
        from psdm_cli.terminal_prompter import TerminalPrompter

        return TerminalPrompter(self.terminal)

    def console(self) -> Console:
        """Rich's view of stdout."""
        return self.terminal.console()

    @contextlib.contextmanager
    def progress(self, label: str) -> Iterator[ProgressReport]:
        """Show how far reading has come, on stderr and only at a terminal; gives the function to report pages to."""
        if self.options.quiet or not self.terminal.err_is_terminal:
            yield lambda _progress: None
            return
        if not self.terminal.colour:  # plain text was asked for: a moving bar is made of escape sequences
            self.say(f"{label} …")
            yield lambda _progress: None
            return
        from psdm_cli.output.progress import page_progress

        with page_progress(self.terminal.console(self.terminal.err), label) as report:
            yield report

    # the team's texts

    def render(self, template: str, values: Mapping[str, Any]) -> str:
        """A text made of a template; a team's own (NAME.j2 in `templates_folder`) wins. Raises what `render` raises."""
        from psdm_cli.templates import render

        return render(template, values, self.templates_folder)

    @property
    def templates_folder(self) -> Path | None:
        """The team's templates: `templates.folder`, else `templates` beside the configuration file; None: none.

        A relative folder begins where the configuration file is. Raises `WrongConfiguration` for one that is not there.
        """
        named = self.settings.templates.folder
        if named is None:
            return self.default_templates_folder if self.default_templates_folder.is_dir() else None
        folder = self.default_templates_folder.parent / Path(named).expanduser()
        if not folder.is_dir():
            raise WrongConfiguration(
                f"templates.folder: {folder} is no folder.",
                hint="Make it, or correct templates.folder in the configuration file.",
            )
        return folder

    @property
    def default_templates_folder(self) -> Path:
        """Where a team's templates are looked for unless the settings say otherwise: beside the configuration file."""
        return (self.options.config or self.folders.config_file).parent / "templates"

    # store

    @property
    def account_scope(self) -> str:
        """What the local mirror is kept apart by, before anybody was asked: the base address of Kantata."""
        return "sandbox" if self.options.sandbox else self.settings.kantata.url

    def private_folder(self, folder: Path) -> Path:
        """The folder, made for this user only (0700) if it is not there. Raises `StoreProblem`."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreProblem(
                f"The folder {folder} cannot be made: {error.strerror}.",
                hint="Set PSDM_HOME to a folder that you may write to.",
            ) from None
        return folder

    @property
    def store_folder(self) -> Path:
        """The folder of the local database: the sandbox has its own."""
        return self.folders.sandbox if self.options.sandbox else self.folders.data

    def store(self, *, writing: bool = False) -> Store:
        """The local database, open; the same one for the whole run. With --offline it is only read, unless `writing`.

        Raises `StoreProblem`, and `NotFound` with --offline when there is none yet.
        """
        if self._opened is None:
            self._opened = self._open_store(read_only=self.options.offline and not writing)
        return self._opened

    def _open_store(self, *, read_only: bool) -> Store:
        from psdm_cli.store import open_store

        url = None if self.options.sandbox else self.settings.store.url
        if url is not None:
            register_password(url)
        store = open_store(url, self.store_folder, read_only=read_only, site=self.account_scope)
        self._closing.callback(store.close)
        return store

    def refuse_sandbox(self, what: str) -> None:
        """Raise `RefusedByRule` where the sandbox has nothing to do."""
        if self.options.sandbox:
            raise RefusedByRule(f"{what} has nothing to do in the sandbox: it needs no account and no token.")

    def close(self) -> None:
        """Close what was opened, the latest first."""
        self._closing.close()


def register_password(url: str) -> None:
    """Remember the password of a database address for masking."""
    from urllib.parse import parse_qs, unquote, urlsplit

    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        for password in (parts.password or "", *parse_qs(parts.query).get("password", ())):
            register(password)
            register(unquote(password))
