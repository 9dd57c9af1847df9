"""Composition: the systems of one run and its end, built when asked; alone knows concrete adapters."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, cast

from psdm_cli.clock import Clock, start_clock
from psdm_cli.errors import WrongConfiguration
from psdm_cli.ground import Ground
from psdm_cli.masking import register
from psdm_cli.options import common_options
from psdm_cli.settings import tokens
from psdm_cli.version import VERSION

if TYPE_CHECKING:
    from typer import Context

    from psdm_cli.changes.doors import Doors
    from psdm_cli.changes.gitlab_places import PlaceNames
    from psdm_cli.domain.internal_words import InternalRules
    from psdm_cli.output.document import ResultDocument
    from psdm_cli.sandbox.gitlab.readings import Plan
    from psdm_cli.sandbox.gitlab.server import GitLabSandbox
    from psdm_cli.sandbox.server import KantataSandbox
    from psdm_cli.systems.gitlab.adapter import GitLabAdapter
    from psdm_cli.systems.gitlab_ports import GitLab
    from psdm_cli.systems.http.manner import Manner
    from psdm_cli.systems.kantata.adapter import KantataAdapter
    from psdm_cli.systems.ports import Directory, Kantata
    from psdm_cli.workflows.diagnosis_checks import TokenOwner

META_KEY = "psdm.environment"
SANDBOX_PERSONA = "full"  # a PM who sees money and people


class Environment(Ground):
    """All that one run of a command stands on. Everything is made at first use and closed at the end."""

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

        adapter = KantataAdapter(self.kantata_url, register(token), self._manner)
        self._closing.callback(adapter.close)
        return adapter

    @property
    def _manner(self) -> Manner:
        from psdm_cli.systems.http.manner import Manner

        return Manner(
            parallel=self.settings.kantata.parallel_requests,
            time_budget_seconds=self.settings.kantata.patience_seconds,
            user_agent=f"psdm/{VERSION}",
            log=self.detail if self.options.verbose > 1 else None,
        )

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
        url, memory = self.system_url("gitlab"), KeptCapabilities(self.store)
        adapter = GitLabAdapter(url, found.value, self._manner, memory=memory)
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
