"""Composition: settings, clock, streams, systems, store of one run, built when asked; alone knows concrete adapters."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from psdm_cli.clock import Clock, start_clock
from psdm_cli.errors import RefusedByRule, StoreProblem, WrongConfiguration
from psdm_cli.masking import register
from psdm_cli.options import CommonOptions, common_options
from psdm_cli.settings import tokens
from psdm_cli.settings.folders import Folders, find_folders
from psdm_cli.terminal import Terminal, process_terminal
from psdm_cli.version import VERSION

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console
    from typer import Context

    from psdm_cli.changes.doors import Doors
    from psdm_cli.changes.gitlab_places import PlaceNames
    from psdm_cli.domain.internal_words import InternalRules
    from psdm_cli.output.document import ResultDocument
    from psdm_cli.prompting import Prompter
    from psdm_cli.sandbox.gitlab.readings import Plan
    from psdm_cli.sandbox.gitlab.server import GitLabSandbox
    from psdm_cli.sandbox.server import KantataSandbox
    from psdm_cli.settings.loading import Loaded
    from psdm_cli.settings.model import Settings
    from psdm_cli.store.database import Store
    from psdm_cli.systems.gitlab.adapter import GitLabAdapter
    from psdm_cli.systems.gitlab_ports import GitLab
    from psdm_cli.systems.kantata.adapter import KantataAdapter
    from psdm_cli.systems.ports import Directory, Kantata, Progress
    from psdm_cli.workflows.diagnosis import TokenOwner

META_KEY = "psdm.environment"
SANDBOX_PERSONA = "full"  # a PM who sees money and people
ProgressReport = Callable[["Progress"], None]


class Environment:
    """All that one run of a command stands on. Everything is made at first use and closed at the end."""

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

    # systems

    @cached_property
    def sandbox(self) -> KantataSandbox | None:
        """The embedded Kantata of a --sandbox run, started now; None otherwise."""
        if not self.options.sandbox:
            return None
        return self._closing.enter_context(self.make_sandbox())

    def make_sandbox(self, port: int = 0) -> KantataSandbox:
        """The practice Kantata with its kept state, not started yet."""
        from psdm_cli.sandbox.server import KantataSandbox

        return KantataSandbox(
            state_dir=self.private_folder(self.folders.sandbox),
            as_of=self.as_of,
            weather="showers" if self.options.weather == "showers" else "calm",
            port=port,
        )

    @cached_property
    def gitlab_sandbox(self) -> GitLabSandbox | None:
        """The embedded GitLab of a --sandbox run, started now; None otherwise."""
        if not self.options.sandbox:
            return None
        return self._closing.enter_context(self.make_gitlab_sandbox())

    def make_gitlab_sandbox(self, port: int = 0, plan: Plan = "ultimate") -> GitLabSandbox:
        """The practice GitLab with its kept state, not started yet; each plan has a state of its own."""
        from psdm_cli.sandbox.gitlab.server import GitLabSandbox

        return GitLabSandbox(
            state_dir=self.private_folder(self.folders.sandbox),
            as_of=self.as_of,
            plan=plan,
            weather="showers" if self.options.weather == "showers" else "calm",
            port=port,
        )

    @property
    def kantata_url(self) -> str:
        """The base of Kantata's API for this run; the sandbox beats all others."""
        return self.sandbox.kantata_url if self.sandbox is not None else self.settings.kantata.url

    def find_token(self, system: str) -> tokens.Token | None:
        """The token of a system, from the sandbox, the environment or the keyring; remembered for masking."""
        if self.options.sandbox:
            known = self.sandbox if system == "kantata" else self.gitlab_sandbox
            found = tokens.Token(known.tokens[SANDBOX_PERSONA], "sandbox") if known is not None else None
        else:
            found = tokens.find(system, self.system_url(system), self.environ)
        if found is not None:
            register(found.value)
        return found

    def system_url(self, system: str) -> str:
        """The address that a system's token belongs to; the sandbox beats all others."""
        if system == "kantata":
            return self.kantata_url
        return self.gitlab_sandbox.url if self.gitlab_sandbox is not None else self.settings.gitlab.url

    def kantata(self) -> Kantata:
        """Kantata as workflows see it; the same one for the whole run. Raises `NotAllowed` when there is no token."""
        return self._adapter

    @cached_property
    def _adapter(self) -> KantataAdapter:
        found = self.find_token("kantata")
        if found is None:
            raise tokens.missing("kantata")
        return self.kantata_with(found.value)

    def kantata_with(self, token: str) -> KantataAdapter:
        """Kantata as the owner of this token sees it."""
        from psdm_cli.systems.kantata.adapter import KantataAdapter

        adapter = KantataAdapter(
            self.kantata_url,
            register(token),
            parallel=self.settings.kantata.parallel_requests,
            time_budget_seconds=self.settings.kantata.patience_seconds,
            user_agent=f"psdm/{VERSION}",
            log=self.detail if self.options.verbose > 1 else None,
        )
        self._closing.callback(adapter.close)
        return adapter

    def system_with(self, system: str, token: str) -> TokenOwner:
        """A system as the owner of this token sees it, to ask whose it is."""
        if system == "kantata":
            return self.kantata_with(token)
        from psdm_cli.systems.gitlab.owner import GitLabOwner

        return GitLabOwner(self.system_url("gitlab"), register(token), user_agent=f"psdm/{VERSION}")

    def gitlab(self) -> GitLab:
        """GitLab as workflows see it; the same one for the whole run. Raises `NotAllowed` when there is no token."""
        return self._gitlab

    def gitlab_or_none(self) -> GitLab | None:
        """GitLab for what can do without it: None with --offline, and where there is no token."""
        if self.options.offline or self.find_token("gitlab") is None:
            return None
        return self._gitlab

    @cached_property
    def _gitlab(self) -> GitLabAdapter:
        from psdm_cli.store.capabilities import KeptCapabilities
        from psdm_cli.systems.gitlab.adapter import GitLabAdapter

        found = self.find_token("gitlab")
        if found is None:
            raise tokens.missing("gitlab")
        adapter = GitLabAdapter(
            self.system_url("gitlab"),
            found.value,
            parallel=self.settings.kantata.parallel_requests,
            time_budget_seconds=self.settings.kantata.patience_seconds,
            user_agent=f"psdm/{VERSION}",
            log=self.detail if self.options.verbose > 1 else None,
            memory=KeptCapabilities(self.store),
        )
        self._closing.callback(adapter.close)
        return adapter

    def doors(self) -> Doors:
        """Every door that this run may write through, by system and kind; each system's are made when one is needed.

        Looking for a door raises `NotAllowed` where that system has no token.
        """
        from psdm_cli.changes.doors import DoorsBySystem

        return DoorsBySystem({"kantata": self._kantata_doors, "gitlab": self._gitlab_doors, "slack": self._slack_doors})

    def _slack_doors(self) -> Doors:
        from psdm_cli.systems.slack import slack_doors

        return slack_doors(self.slack_webhook, user_agent=f"psdm/{VERSION}")

    @cached_property
    def slack_webhook(self) -> str | None:
        """The incoming webhook, from PSDM_SLACK_WEBHOOK or the keyring (a secret); None without, and in the sandbox."""
        if self.options.sandbox:
            return None
        from psdm_cli.systems.slack import checked_webhook

        value, origin = self.environ.get("PSDM_SLACK_WEBHOOK", "").strip(), "PSDM_SLACK_WEBHOOK"
        if not value:
            found = tokens.from_keyring("slack", "webhook")
            value, origin = (found.value, "the keyring") if found is not None else ("", "")
        return checked_webhook(register(value), origin) if value else None

    def _kantata_doors(self) -> Doors:
        return self._adapter.doors()

    def _gitlab_doors(self) -> Doors:
        from psdm_cli.systems.gitlab.doors import gitlab_doors

        adapter = self._gitlab
        return gitlab_doors(adapter.client, adapter, adapter.probing, self.place_names, self.internal_rules)

    @property
    def place_names(self) -> PlaceNames:
        """The configured places of GitLab by path."""
        from psdm_cli.placing import place_names

        return place_names(self.settings)

    @property
    def internal_rules(self) -> InternalRules:
        """What customers must not read, as this configuration names it."""
        from psdm_cli.placing import internal_rules

        return internal_rules(self.settings, self.system_url("gitlab"), self.kantata_url)

    def directory(self) -> Directory | None:
        """Who is who in Kantata; None with --offline. Raises `NotAllowed` without a token."""
        return None if self.options.offline else self._adapter.directory()

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

    def kantata_page(self, workspace_id: str) -> str | None:
        """A project's page in Kantata, for people; None in the sandbox, which has no pages."""
        if self.options.sandbox:
            return None
        from psdm_cli.systems.kantata.pages import project_page

        return project_page(self.settings.kantata.url, workspace_id)

    @property
    def accounts(self) -> dict[str, str]:
        """What each system's plans are made for: an address, or the sandbox."""
        gitlab = "sandbox" if self.options.sandbox else self.settings.gitlab.url
        return {"kantata": self.account_scope, "gitlab": gitlab, "slack": self.settings.slack.channels.pmo}

    @property
    def account_scope(self) -> str:
        """What the local mirror is kept apart by, before anybody was asked: the base address of Kantata."""
        return "sandbox" if self.options.sandbox else self.settings.kantata.url

    # store

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

    # the end

    def finish(self, document: ResultDocument, *, text: str | None = None) -> int:
        """Show a result as JSON or to a person, and keep its exit code for the process. Returns that code.

        `text` is the result in a form that was asked for, Markdown or CSV: it is printed instead of the console's view.
        """
        code = document.exit_code
        if code == 3 and self.options.exit_zero:
            code = 0
        self._state["exit_code"] = code
        if self.options.json:
            self._finish_json(document)
        else:
            on_screen = text is None and getattr(document, "shows_warnings", False)
            for warning in self.warnings if on_screen else (*self.warnings, *document.warnings):
                self.say(f"Warning: {warning}")
            if text is None:
                document.render_console(self.console())
                self.terminal.out.flush()
            else:
                self.terminal.write(text)
        return code

    def _finish_json(self, document: ResultDocument) -> None:
        from psdm_cli.masking import mask
        from psdm_cli.output.document import as_text, chosen_fields, envelope

        clock = self._clock_whatever_the_settings()
        whole = envelope(document, as_of=clock.as_of, generated_at=clock.real, warnings=self.warnings)
        whole["warnings"] = [mask(text) for text in whole["warnings"]]
        if self.options.fields:
            from psdm_cli.output.shapes import row_fields

            whole["result"] = chosen_fields(whole["result"], self.options.fields, row_fields(document.command))
        text = as_text(whole)
        self._state["document_written"] = True
        self.terminal.write(text)

    def _clock_whatever_the_settings(self) -> Clock:
        """The clock; with wrong settings (that the doctor and `config check` report) one in the default zone."""
        try:
            return self.clock
        except WrongConfiguration:
            from psdm_cli.settings.model import Calendar

            return start_clock(Calendar().zone, self.options.as_of)

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


def environment(ctx: Context) -> Environment:
    """The environment of the running command: the same one however often it is asked for."""
    found = ctx.meta.get(META_KEY)
    if found is None:
        root = ctx.find_root()
        state = root.obj if isinstance(root.obj, dict) else {}
        found = Environment(common_options(ctx), os.environ, state)
        ctx.meta[META_KEY] = found
        root.call_on_close(found.close)
    return cast(Environment, found)
