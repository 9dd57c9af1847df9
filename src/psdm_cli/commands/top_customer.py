"""`psdm top-customer`: the notes that leadership reads, drafted from data, completed by the PM, checked, posted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Context, Option

from psdm_cli.commands.completion_values import posting_places, sow_numbers
from psdm_cli.commands.forecast_sources import FORM_PANEL, LeadOption, MarkdownOption
from psdm_cli.commands.writing import PlanOutOption
from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.domain.pushes import GivenReason, Push, PushReason
    from psdm_cli.domain.top_customer import Entry
    from psdm_cli.output.top_customer_document import TopCustomerDocument
    from psdm_cli.workflows.forecasting import Sources
    from psdm_cli.workflows.top_customer_list import Desk, WeekList
    from psdm_cli.workflows.top_customer_notes import GivenNotes

POSTS = ("epic", "slack")


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the options ask for, checked before anything is read."""

    listed: Path | None
    customers: tuple[str, ...]
    notes: tuple[GivenNotes, ...]
    reasons: tuple[GivenReason, ...]
    posts: tuple[str, ...]
    only_mine: bool
    edit: bool
    history: bool
    plan_out: Path | None
    printed: bool = False  # a form to be printed was asked for: nothing is asked then, unless it is to be edited

    @property
    def asks(self) -> bool:
        """Whether a person at a terminal is asked for what is missing."""
        return self.edit or not (self.history or self.printed)


@examples(
    "psdm top-customer --list customers.csv",
    "psdm top-customer --notes notes.yaml --json",
    'psdm top-customer --push-reason SOW-1234:2026-11:2026-12="change freeze at the customer"',
    "psdm top-customer --text",
    "psdm top-customer --post epic --dry-run",
)
def top_customer(
    ctx: Context,
    *,
    list_: Annotated[
        Path | None, Option("--list", metavar="FILE", help="PS Ops' list: text, CSV or YAML; else the last list.")
    ] = None,
    customer: Annotated[
        list[str] | None,
        Option(
            "--customer",
            metavar="NAME|SOW",
            help="A customer or SOW of the list. Repeatable.",
            autocompletion=sow_numbers,
        ),
    ] = None,
    only_mine: Annotated[
        bool, Option("--only-mine", help="Leave out what the list names and is not among the engagements looked at.")
    ] = False,
    notes: Annotated[
        Path | None, Option("--notes", metavar="FILE", help="Your notes: YAML, by SOW or customer.")
    ] = None,
    push_reason: Annotated[
        list[str] | None,
        Option("--push-reason", metavar="SOW:FROM:TO=WHY", help="Why forecast moved to a later month. Repeatable."),
    ] = None,
    edit: Annotated[bool, Option("--edit", help="At a terminal: ask again also what is complete.")] = False,
    history: Annotated[bool, Option("--history", help="Show all that was noted about these engagements.")] = False,
    post: Annotated[
        list[str] | None,
        Option(
            "--post",
            metavar="epic|slack",
            help="Post the complete entries, by a plan. Repeatable.",
            autocompletion=posting_places,
        ),
    ] = None,
    lead: LeadOption = None,
    text: Annotated[
        bool, Option("--text", help="Print the cells, ready for the sheet.", rich_help_panel=FORM_PANEL)
    ] = False,
    markdown: MarkdownOption = False,
    html: Annotated[
        bool, Option("--html", help="Print one page that stands alone.", rich_help_panel=FORM_PANEL)
    ] = False,
    xlsx: Annotated[
        Path | None, Option("--xlsx", metavar="FILE", help="Write a workbook too.", rich_help_panel=FORM_PANEL)
    ] = None,
    plan_out: PlanOutOption = None,
) -> None:
    """Draft, complete and check the Top Customer notes; due Wednesday 08:00 Eastern.

    Drafted from GitLab and Kantata: progress, pushes, upside, escalations, links. Yours: issue, action with its date,
    assistance, DRI, both temperatures. Exit 3 while an entry is incomplete, 2 for a malformed file, 5 for an unknown
    name.
    """
    from psdm_cli.commands.forecast_sources import selection, sources
    from psdm_cli.workflows import forecasting
    from psdm_cli.workflows.top_customer_list import Desk

    env = environment(ctx)
    form = _form(env, {"--text": text, "--markdown": markdown, "--html": html})
    wishes = _wishes(list_, customer, notes, push_reason, post, only_mine, edit, history, plan_out)
    wishes = replace(wishes, printed=form is not None)
    if not env.options.dry_run:
        env.store(writing=True)
    with sources(env, "Reading Kantata and GitLab") as source:
        prepared = forecasting.prepare(source, selection(lead, None))
        gitlab = env.gitlab_or_none()
        why = "GitLab was not asked: --offline" if env.options.offline else NO_GITLAB
        desk = Desk(source, prepared, env.settings, gitlab, "" if gitlab is not None else why, env.detail)
        document = _made(env, source, desk, wishes)
    if xlsx is not None:
        _write(xlsx, document.workbook())
    renders = {"--text": document.text, "--markdown": document.markdown, "--html": document.html}
    env.finish(document, text=renders[form]() if form is not None else None)


NO_GITLAB = "GitLab was not asked: there is no token. Run: psdm auth login gitlab"


def _form(env: Environment, asked: dict[str, bool]) -> str | None:
    chosen = [name for name, given in (("--json", env.options.json), *asked.items()) if given]
    if len(chosen) > 1:
        raise WrongUsage(f"{' and '.join(chosen)} ask for different forms of the result; give one of them.")
    return next((name for name in chosen if name != "--json"), None)


def _wishes(  # noqa: PLR0917 - the options in their order
    list_: Path | None,
    customer: list[str] | None,
    notes: Path | None,
    push_reason: list[str] | None,
    post: list[str] | None,
    only_mine: bool,
    edit: bool,
    history: bool,
    plan_out: Path | None,
) -> _Wishes:
    from psdm_cli.domain.pushes import given_reason
    from psdm_cli.workflows.top_customer_notes import read_notes

    if list_ is not None and customer:
        raise WrongUsage("--list and --customer both say who is on the list; give one of them.")
    for name in customer or ():
        if not name.strip():
            raise WrongUsage("--customer needs a customer or a SOW; it was empty.")
    for name in post or ():
        if name not in POSTS:
            raise WrongUsage(f"--post: {name!r} is no place to post to; expected epic or slack.")
    if plan_out is not None and not post:
        raise WrongUsage("--plan-out saves what --post would write; say --post epic or --post slack too.")
    reasons = []
    for text in push_reason or ():
        try:
            reasons.append(given_reason(text))
        except ValueError as error:
            raise WrongUsage(f"--push-reason: {error}.") from None
    return _Wishes(
        list_,
        tuple(customer or ()),
        read_notes(notes) if notes is not None else (),
        tuple(reasons),
        tuple(dict.fromkeys(post or ())),
        only_mine,
        edit,
        history,
        plan_out,
    )


def _made(env: Environment, source: Sources, desk: Desk, wishes: _Wishes) -> TopCustomerDocument:
    from psdm_cli.commands.top_customer_posting import post_entries
    from psdm_cli.domain.cadence import instant_of, moment
    from psdm_cli.domain.dates import freeze_monday
    from psdm_cli.output.top_customer_document import TopCustomerDocument
    from psdm_cli.workflows import top_customer as work
    from psdm_cli.workflows.top_customer_list import assigned

    who = desk.prepared.me.name
    week = _list(desk, wishes)
    given = assigned(desk, week, wishes.notes)
    reasons = work.reasons_given(desk, week, given, wishes.reasons, who)
    entries = work.entries(desk, week, given, reasons)
    if not env.options.dry_run:
        work.keep(desk, week, (each for each in entries if each.project in given), reasons, who)
    if env.interactive and wishes.asks:
        entries = _asked(env, desk, entries, who, again=wishes.edit)
    posted = post_entries(env, desk, entries, wishes.posts, wishes.plan_out)
    monday, zone, cadence = freeze_monday(env.as_of), source.rules.zone, env.settings.cadence
    room = source.store.top_customers
    return TopCustomerDocument(
        week=desk.week,
        as_of=env.as_of,
        opens=instant_of(monday, moment(cadence.top_customer_list), zone),
        due=instant_of(monday, moment(cadence.top_customer_notes), zone),
        origin=week.origin,
        entries=entries,
        history=tuple(kept for each in entries for kept in room.history(each.project)) if wishes.history else (),
        left_out=(*(f"{name}: not among the engagements looked at" for name in week.left_out), *posted.left_out),
        plan=posted.plan,
        run=posted.run,
        message=posted.message,
        failed=posted.failed,
        unposted=bool(posted.left_out),
        warnings=(*desk.prepared.warnings, *_no_snapshot(desk)),
    )


def _no_snapshot(desk: Desk) -> tuple[str, ...]:
    if desk.prepared.assessment.previous is not None:
        return ()
    return ("Pushes are unknown: no forecast of an earlier week was frozen. Freeze with: psdm forecast freeze",)


def _list(desk: Desk, wishes: _Wishes) -> WeekList:
    from psdm_cli.workflows.top_customer_files import Listed, read_list
    from psdm_cli.workflows.top_customer_list import list_of, stored_list

    if wishes.listed is not None:
        return list_of(desk, read_list(wishes.listed), str(wishes.listed), only_mine=wishes.only_mine)
    if wishes.customers:
        named = [Listed(name, "--customer") for name in wishes.customers]
        return list_of(desk, named, "--customer", only_mine=wishes.only_mine)
    return stored_list(desk, wishes.notes)


def _asked(env: Environment, desk: Desk, entries: tuple[Entry, ...], who: str, *, again: bool) -> tuple[Entry, ...]:
    """The entries after the person at the terminal completed them; each is kept as soon as it is done."""
    from psdm_cli.workflows import top_customer as work
    from psdm_cli.workflows.top_customer_asking import Conversation

    room, dry = desk.sources.store.top_customers, env.options.dry_run

    def keep(entry: Entry) -> None:
        if not dry:
            work.keep_entry(desk, entry, who)

    def reason(push: Push, why: str) -> None:
        if not dry:
            made: PushReason = work.reason_of(desk, push.project, push.sow, push.month_from, push.month_to, why, who)
            room.give_reason(made)

    return Conversation(env.prompter(), env.as_of, keep, reason).complete(entries, again=again)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise WrongUsage(f"{path} cannot be written: {error.strerror}.") from None
