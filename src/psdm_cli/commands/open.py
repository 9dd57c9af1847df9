"""`psdm open`: a link of the handbook by name, or an engagement's page in Kantata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument, Context

from psdm_cli.commands.completion_values import openable
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.context import environment
from psdm_cli.errors import NotFound
from psdm_cli.lazy import examples, near

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.domain.engagements import Engagement


@examples("psdm open SOW-1234", "psdm open escalated_report", "psdm open --json")
def open_(
    ctx: Context,
    name: Annotated[
        str | None,
        Argument(
            metavar="[NAME|SOW]",
            help="A link of the settings by name, or an engagement (SOW-1234, 1234, title, id). None: list the links.",
            autocompletion=openable,
        ),
    ] = None,
    *,
    lead: LeadOption = None,
) -> None:
    """Print the address of a handbook link or of an engagement's Kantata page; at a terminal open it in a browser.

    Engagements are looked up in the mirror, without a network. In a pipe, with --json, --no-input or --sandbox the
    address is printed and nothing is opened.
    """
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.open_document import OpenLink, OpenResult, listed, opened

    env = environment(ctx)
    links = env.settings.links
    if name is None:
        every = OpenResult(links=[OpenLink(name=key, url=url) for key, url in links.items()], opened=False)
        env.finish(Answer("open", every, listed))
        return
    key = name.strip().casefold().replace("-", "_").replace(" ", "_")
    if key in links:
        link = OpenLink(name=key, url=links[key])
    else:
        engagement = _engagement(env, name, lead)
        url = env.kantata_page(engagement.id)
        if url is None:
            raise NotFound(
                f"{engagement.name} is project {engagement.id} of the practice Kantata, which has no pages to open.",
                hint="Without --sandbox this opens the project in Kantata.",
            )
        link = OpenLink(name=engagement.name, url=url, sow=engagement.sow, project=engagement.id)
    result = OpenResult(links=[link], opened=_show(env, link.url))
    env.finish(Answer("open", result, opened))


def _engagement(env: Environment, name: str, lead: list[str] | None) -> Engagement:
    """The engagement that is meant. Raises `NotFound` with the nearest link or engagement."""
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.commands.staffing_options import ask_which
    from psdm_cli.workflows import forecasting
    from psdm_cli.workflows.engagement_choice import choose

    meant = near(name.strip().casefold().replace("-", "_"), list(env.settings.links))
    try:
        with sources(env, offline=True) as source:
            assessment = forecasting.prepare(source, selection(lead, None)).assessment
        return choose(assessment, name, ask_which(env))
    except NotFound as nothing:
        link = f"Or did you mean the link {meant}? " if meant else ""
        nothing.hint = f"{link}psdm open lists the links; psdm sync reads engagements."
        raise


def _show(env: Environment, url: str) -> bool:
    """Open the address in a browser where a person sits; says whether one was started."""
    if not env.interactive or not env.terminal.out_is_terminal or env.options.sandbox or env.options.dry_run:
        return False
    import webbrowser

    return webbrowser.open(url)
