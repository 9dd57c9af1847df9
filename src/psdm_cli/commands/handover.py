"""`psdm handover`: everything a colleague needs who takes over for a holiday, or for good."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Context, Option

from psdm_cli.commands.completion_values import lead_names
from psdm_cli.commands.forecast_sources import FORM_PANEL, LeadOption, MarkdownOption, StatusOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.domain.contract_clocks import RiskWatch
    from psdm_cli.domain.handover import Handover


@examples(
    "psdm handover",
    'psdm handover "Dana Lindqvist" --html handover.html',
    "psdm handover --offline --markdown",
    "psdm handover --json",
)
def handover(
    ctx: Context,
    pm: Annotated[
        str | None,
        Argument(metavar="[PM]", help="Whose engagements; the same as --lead.", autocompletion=lead_names),
    ] = None,
    *,
    lead: LeadOption = None,
    status: StatusOption = None,
    markdown: MarkdownOption = False,
    html: Annotated[
        Path | None,
        Option("--html", metavar="FILE", help="Write one HTML file, to send or to print.", rich_help_panel=FORM_PANEL),
    ] = None,
) -> None:
    """Show what a colleague must know who takes over: the state of every engagement, and who waits for what.

    Open steps of the forecast and of checklists, clocks, pending resource requests, open scope changes, upside,
    waivers. Internal only. GitLab is asked for scope changes and works at risk where there is a token. Exit 3 when
    something could not be looked at.
    """
    from psdm_cli.commands.cadence_settings import cadence
    from psdm_cli.commands.checklist import team_folder
    from psdm_cli.commands.forecast_sources import finish, form, selection, sources
    from psdm_cli.output.files import refuse_others
    from psdm_cli.output.handover_document import HandoverDocument
    from psdm_cli.output.html.page import is_ours
    from psdm_cli.workflows.handover import gather

    env = environment(ctx)
    chosen = form(env, markdown=markdown, csv=False)
    if pm is not None and lead:
        raise WrongUsage(f"{pm!r} and --lead both say whose engagements; give one of them.")
    if html is not None:
        refuse_others(html, ours=is_ours)
    with sources(env) as source:
        found = gather(
            source,
            selection([pm] if pm is not None else lead, status),
            cadence(env.settings),
            env.clock.now,
            settings=env.settings,
            gitlab=env.gitlab_or_none(),
            checklist_folder=team_folder(env),
            risks=lambda: _risks(env),
        )
    if html is not None:
        _write(env, found, html)
    file = str(html) if html is not None and not env.options.dry_run else None
    finish(env, HandoverDocument(found, env.clock.real, file), chosen)


def _risks(env: Environment) -> RiskWatch:
    """The open works at risk: asked of GitLab where that can be, else as it showed them last."""
    from psdm_cli.workflows.risk_watch import ask, remembered

    gitlab = env.gitlab_or_none()
    if gitlab is None:
        return remembered(env.store(), "GitLab was not asked for works at risk: there is no token, or --offline")
    keep = not env.options.dry_run
    return ask(gitlab, env.settings, env.store(), as_of=env.as_of, at=env.clock.real, keep=keep)


def _write(env: Environment, found: Handover, file: Path) -> None:
    from psdm_cli.output.files import put_file
    from psdm_cli.output.handover_html import handover_html
    from psdm_cli.output.html.page import is_ours

    text = handover_html(found, env.clock.real)
    if env.options.dry_run:
        env.say(f"Would write {file}.")
        return
    put_file(file, text.encode(), ours=is_ours)
    env.say(f"Written: {file}")
