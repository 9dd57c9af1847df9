"""`psdm doctor`: is the set-up right, and if not, what to do."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from typer import Context

from psdm_cli.context import Environment, environment
from psdm_cli.lazy import examples
from psdm_cli.settings import tokens

if TYPE_CHECKING:
    from psdm_cli.workflows.diagnosis_checks import Configured, KeyringSeen, SettingsSeen, TokenOwner


@examples("psdm doctor", "psdm --sandbox doctor", "psdm doctor --json --fields id,state,way_out")
def doctor(ctx: Context) -> None:
    """Check the set-up: settings, Kantata and what you may read there, GitLab, clock, local database, keyring.

    Each line is right (✓), needs attention (!) or could not be looked at (–), with the way out below it.
    Exit code: 0 all right, 3 something needs attention, 4 no usable token, 75 Kantata is not available.
    """
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.setup_shapes import Check, Diagnosis
    from psdm_cli.output.setup_views import diagnosis
    from psdm_cli.workflows.diagnosis import diagnose, exit_code
    from psdm_cli.workflows.diagnosis_checks import Surroundings

    env = environment(ctx)
    checks = diagnose(
        Surroundings(
            python=sys.version_info[:3],
            settings=lambda: _settings(env),
            kantata=env.kantata,
            kantata_url=lambda: env.kantata_url,
            gitlab=lambda: _gitlab(env),
            store=env.store,
            keyring=lambda: _keyring(env),
            now=lambda: datetime.now(UTC),
            account_scope=lambda: env.account_scope,
            offline=env.options.offline,
            gitlab_reading=env.gitlab_or_none,
            gitlab_group=lambda: env.place_names.customer_epics,
            gitlab_places=lambda: _places(env),
        )
    )
    result = Diagnosis(
        checks=[
            Check.model_validate(
                {"id": c.id, "title": c.title, "state": c.state, "reason": c.reason, "way_out": c.way_out}
            )
            for c in checks
        ]
    )
    env.finish(Answer("doctor", result, diagnosis, exit_code=exit_code(checks)))


def _settings(env: Environment) -> SettingsSeen:
    from psdm_cli.settings.keys import all_keys
    from psdm_cli.workflows.diagnosis_checks import SettingsSeen

    loaded = env.loaded
    given = len(loaded.origins.keys() & {key.place for key in all_keys()})
    local = env.clock.real.astimezone(env.clock.zone)
    return SettingsSeen(
        file=str(loaded.file) if loaded.file else "",
        keys=given,
        zone=env.settings.calendar.zone,
        local_time=f"{local:%A %H:%M}",
    )


def _gitlab(env: Environment) -> TokenOwner | None:
    found = env.find_token("gitlab")
    return None if found is None else env.system_with("gitlab", found.value)


def _places(env: Environment) -> list[Configured]:
    from psdm_cli.workflows.diagnosis_checks import Configured

    groups, projects = env.settings.gitlab.groups, env.settings.gitlab.projects
    return [
        Configured("gitlab.groups.customer_epics", groups.customer_epics, "group"),
        Configured("gitlab.groups.delivery_internal", groups.delivery_internal, "group"),
        Configured("gitlab.groups.delivery_partner", groups.delivery_partner, "group"),
        Configured("gitlab.projects.ps_plan", projects.ps_plan, "project"),
    ]


def _keyring(env: Environment) -> KeyringSeen:
    from psdm_cli.workflows.diagnosis_checks import KeyringSeen

    state = tokens.keyring_state()
    found = env.find_token("kantata")
    return KeyringSeen(state.usable, state.name if state.usable else state.reason, found.origin if found else None)
