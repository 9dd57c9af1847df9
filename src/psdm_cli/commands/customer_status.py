"""`psdm customer-status`: the weekly status for the customer, drafted from the week, edited, posted in GitLab."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Context, Option

from psdm_cli.commands.arguments import SowArgument
from psdm_cli.commands.forecast_sources import LeadOption
from psdm_cli.commands.writing import PlanOutOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from psdm_cli.context import Environment
    from psdm_cli.output.customer_status_document import CustomerStatusDocument
    from psdm_cli.workflows.customer_status import Fill, Looked

EDIT_PANEL = "What it says"


@examples(
    "psdm customer-status SOW-1234",
    "psdm customer-status SOW-1234 --dry-run",
    "psdm customer-status SOW-1234 --set 'overall=Wave A is live.' --set 'upcoming=Wave B; Training' --yes",
    "psdm customer-status SOW-1234 --notes status.yaml --week 2026-W48 --yes",
    "psdm customer-status SOW-1234 --list",
)
def customer_status(
    ctx: Context,
    sow: SowArgument,
    *,
    set_: Annotated[
        list[str] | None,
        Option(
            "--set",
            metavar="FIELD=TEXT",
            help="A field in your words; items parted by ;, columns by |; empty clears it. Repeatable.",
            rich_help_panel=EDIT_PANEL,
        ),
    ] = None,
    notes: Annotated[
        Path | None,
        Option("--notes", metavar="FILE.yaml", help="Fields from a file, by name.", rich_help_panel=EDIT_PANEL),
    ] = None,
    week: Annotated[
        str | None,
        Option("--week", metavar="YYYY-Www", help="Another week than as-of's.", rich_help_panel=EDIT_PANEL),
    ] = None,
    list_: Annotated[bool, Option("--list", help="List the statuses that were posted, write nothing.")] = False,
    lead: LeadOption = None,
    plan_out: PlanOutOption = None,
) -> None:
    """Post the week's status where the customer reads it: done, next, milestones, hours, RAID, decisions, absences.

    Drafted from the project's issues, Kantata's milestones and hours; you edit it field by field, or by --set and
    --notes. Hours, never amounts. What says something internal is left out of the draft, and refused in your own
    words (exit 6). One issue a week: a second post of a week brings the same issue up to date.
    """
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.commands.staffing_options import ask_which
    from psdm_cli.workflows import customer_status as work
    from psdm_cli.workflows import forecasting
    from psdm_cli.workflows.engagement_choice import choose

    env = environment(ctx)
    if env.options.offline:
        raise WrongUsage("customer-status asks GitLab and cannot answer --offline.", hint="Run it without --offline.")
    if list_ and (set_ or notes is not None or plan_out is not None):
        raise WrongUsage("--list only lists: leave out --set, --notes and --plan-out.")
    monday = _monday(week)
    given = _given(set_ or (), notes)
    with sources(env) as source:  # nothing is asked while progress is shown
        prepared = forecasting.prepare(source, selection(lead, None))
    engagement = choose(prepared.assessment, sow, ask_which(env))
    looked = work.look(source, env.gitlab(), env.settings, prepared, engagement)
    looked = work.with_statuses(looked, env.gitlab())
    env.finish(_listed(env, looked) if list_ else _posted(env, looked, monday, given, plan_out))


def _monday(week: str | None) -> date | None:
    """The Monday of --week. Raises `WrongUsage`."""
    import re
    from datetime import date

    if week is None:
        return None
    found = re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})", week.strip())
    try:
        if found is None:
            raise ValueError(week)
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise WrongUsage(f"--week: expected a week such as 2026-W48, not {week!r}.") from None


def _given(settings: list[str] | tuple[str, ...], notes: Path | None) -> dict[str, Any]:
    """The fields that were said, by name; --set wins. Raises `WrongUsage` for a field that there is not."""
    from psdm_cli.yamlfile import load

    found: dict[str, Any] = {}
    if notes is not None:
        data = load(notes, "notes file", way_out="A notes file has the fields of psdm customer-status by name.").data
        found |= {_field(str(name), str(notes)): value for name, value in data.items()}
    for text in settings:
        name, sign, value = text.partition("=")
        if not sign:
            raise WrongUsage(f"--set: expected FIELD=TEXT, not {text!r}.")
        found[_field(name, "--set")] = value
    return found


def _field(name: str, where: str) -> str:
    from difflib import get_close_matches

    from psdm_cli.domain.customer_status.fields import FIELDS

    word = name.strip().casefold().replace("-", "_").replace(" ", "_")
    if word not in FIELDS:
        near = get_close_matches(word, FIELDS, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise WrongUsage(f"{where}: there is no field {name.strip()!r}.{meant}", hint=f"Fields: {', '.join(FIELDS)}.")
    return word


def _listed(env: Environment, looked: Looked) -> CustomerStatusDocument:
    from psdm_cli.output.customer_status_document import CustomerStatusDocument, Posted

    posted = Posted(looked.name, looked.engagement.id, tuple(vars_of(each) for each in looked.earlier))
    return CustomerStatusDocument(posted, env.as_of, warnings=looked.prepared.warnings)


def vars_of(earlier: Any) -> dict[str, str | None]:
    """A posted status as its document has it."""
    return {"week": earlier.week, "title": earlier.title, "state": earlier.state, "url": earlier.url}


def _posted(
    env: Environment, looked: Looked, monday: date | None, given: Mapping[str, Any], plan_out: Path | None
) -> CustomerStatusDocument:
    """Draft, edit, plan, write."""
    from psdm_cli.commands.staffing_options import plan_of
    from psdm_cli.commands.writing import outcome_of
    from psdm_cli.domain.customer_status.fields import Sieve
    from psdm_cli.domain.dates import week_start
    from psdm_cli.output.customer_status_document import CustomerStatusDocument, Posted, Shown
    from psdm_cli.workflows import customer_status as work
    from psdm_cli.workflows.customer_status_editing import edited, told

    week = work.week_from(looked, monday or week_start(env.as_of))
    looked = work.with_activity(looked, env.gitlab(), week)
    sieve = Sieve(env.internal_rules)
    status = told(work.drafted(looked, env.settings, week, sieve), given, sieve)
    fill = _fill(env)
    if env.interactive and not given:
        status = edited(env.prompter(), status, sieve)
    text = work.text_of(looked, week, status, fill, sieve)
    change = work.planned(looked, week, text, env.settings, env.doors())
    plan = plan_of(env, f"psdm customer-status {looked.name}", (change,))
    outcome = outcome_of(env, plan, plan_out=plan_out)
    posted = Posted(looked.name, looked.engagement.id, tuple(vars_of(each) for each in looked.earlier))
    shown = Shown(week.name, week.monday, week.until, status, text.value)
    return CustomerStatusDocument(
        posted,
        env.as_of,
        shown=shown,
        plan=outcome.plan,
        left_out=tuple(sieve.left_out),
        unseen=work.unseen(looked),
        run=outcome.run,
        failed=outcome.exit_code,
        saved_in=str(plan_out) if plan_out is not None else None,
        warnings=looked.prepared.warnings,
    )


def _fill(env: Environment) -> Fill:
    from psdm_cli.templates.bodies import body

    own = env.templates_folder
    return lambda name, values: body(name, values, own)
