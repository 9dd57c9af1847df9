"""`psdm report`: pages that are made of what psdm knows. `week` is the Monday call on one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Context, Option

from psdm_cli.commands.forecast_sources import FORM_PANEL, LeadOption, MarkdownOption, StatusOption
from psdm_cli.commands.writing import PlanOutOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.domain.week_report import WeekReport
    from psdm_cli.output.drawing import Studio
    from psdm_cli.workflows.applying import Outcome

PUBLISH_PANEL = "Publishing"


@examples(
    "psdm report week",
    "psdm report week --html week.html",
    "psdm report week --lead all --markdown",
    "psdm report week --publish",
    "psdm report week --publish --on 12 --yes --no-input",
    "psdm report week --json --fields type,currency,forecast,change",
)
def week(
    ctx: Context,
    *,
    lead: LeadOption = None,
    status: StatusOption = None,
    markdown: MarkdownOption = False,
    html: Annotated[
        Path | None,
        Option(
            "--html",
            metavar="FILE",
            help="Write one HTML file with charts: for the call, for paper, for a phone.",
            rich_help_panel=FORM_PANEL,
        ),
    ] = None,
    publish: Annotated[
        bool,
        Option("--publish", help="Put it into the internal project's wiki, by a plan.", rich_help_panel=PUBLISH_PANEL),
    ] = False,
    on: Annotated[
        str | None,
        Option(
            "--on",
            metavar="ISSUE",
            help="With --publish: as a comment on this issue of the internal project instead.",
            rich_help_panel=PUBLISH_PANEL,
        ),
    ] = None,
    plan_out: PlanOutOption = None,
) -> None:
    """Show the Monday call on one page: forecast, pushes and pulls, upside, accuracy, gaps, people, red-yellow-green.

    The forecast by month and type stands beside the one frozen in an earlier week (psdm forecast freeze), the last 13
    weeks beside what they brought, over the band of tolerance. The HTML file needs no network and no other file; its
    charts need the extra psdm-cli[report]. It is internal: --publish writes to the ps_plan project alone, the same
    page for the same week and selection. Exit 3 when something could not be looked at.
    """
    from psdm_cli.commands.forecast_sources import finish, form, selection, sources
    from psdm_cli.output.week_document import WeekDocument
    from psdm_cli.workflows import forecasting
    from psdm_cli.workflows.week_report import gather

    env = environment(ctx)
    chosen = form(env, markdown=markdown, csv=False)
    if not publish and (on is not None or plan_out is not None):
        raise WrongUsage(f"{'--on' if on is not None else '--plan-out'} goes with --publish.")
    if publish and env.options.offline:
        raise WrongUsage("--publish asks GitLab, and --offline forbids it; give one of them.")
    issue = _issue(env, on)
    studio = _studio(html) if html is not None else None
    with sources(env) as source:
        prepared = forecasting.prepare(source, selection(lead, status))
        report = gather(source, prepared)
    if html is not None and studio is not None:
        _write(env, report, html, studio)
    outcome = _published(env, report, prepared.assessment.scope.key, issue, plan_out) if publish else None
    document = WeekDocument(
        report,
        env.clock.real,
        file=str(html) if html is not None and not env.options.dry_run else None,
        plan=outcome.plan if outcome is not None else None,
        failed=outcome.exit_code if outcome is not None else 0,
        saved_in=str(plan_out) if plan_out is not None else None,
    )
    finish(env, document, chosen)


def _studio(file: Path) -> Studio:
    """What draws the charts; before anything is read, so that a missing extra or a wrong file is told at once."""
    from psdm_cli.output.drawing import Studio
    from psdm_cli.output.files import refuse_others
    from psdm_cli.output.html.page import is_ours

    refuse_others(file, ours=is_ours)
    return Studio()


def _write(env: Environment, report: WeekReport, file: Path, studio: Studio) -> None:
    """The HTML file."""
    from psdm_cli.output.files import put_file
    from psdm_cli.output.html.page import is_ours
    from psdm_cli.output.week_html import week_html

    text = week_html(report, env.clock.real, studio)
    if env.options.dry_run:
        env.say(f"Would write {file}.")
        return
    put_file(file, text.encode(), ours=is_ours)
    env.say(f"Written: {file}")


def _issue(env: Environment, on: str | None) -> str | None:
    """The number of the issue that `--on` names."""
    from psdm_cli.workflows.week_publishing import on_issue

    return None if on is None else on_issue(on, env.place_names.ps_plan, env.settings.gitlab.url)


def _published(env: Environment, report: WeekReport, scope: str, issue: str | None, plan_out: Path | None) -> Outcome:
    """Plan the page or comment, and carry the plan out."""
    from psdm_cli.commands.staffing_options import plan_of
    from psdm_cli.commands.writing import outcome_of
    from psdm_cli.domain.audience import internal
    from psdm_cli.output.text import file_name
    from psdm_cli.output.week_markdown import week_markdown
    from psdm_cli.workflows.week_publishing import Publication, publishing

    whose = report.leads[0] if len(report.leads) == 1 else f"{len(report.leads)} leads"
    body = internal(week_markdown(report, None))
    publication = Publication(report.week, scope, file_name(whose).casefold(), body)
    change = publishing(env.gitlab(), env.place_names, publication, issue)
    return outcome_of(env, plan_of(env, "psdm report week", [change]), plan_out=plan_out)
