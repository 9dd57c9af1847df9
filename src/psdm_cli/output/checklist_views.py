"""How checklists look: the screen of a run, of the list, of a checked file; a run as a Markdown task list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from psdm_cli.domain.checklist_report import CheckedFile, ChecklistReport, ChecklistsReport, RunLine, StepNote
from psdm_cli.domain.findings import Finding, State, Step
from psdm_cli.output.layout import Column, Page, Row, Span
from psdm_cli.output.markdown import INTERNAL, Markdown, Own, Part, own, said
from psdm_cli.output.views import good_to_know
from psdm_cli.output.wording import STYLES, SYMBOLS, WORDS, counted, message_of, standing

FORECAST = "forecast-prep"
ADDRESS = "%/:=&?#+!,;@~-._"  # what stays as it is in the address of a page
TICKED = frozenset({State.PASS, State.DONE, State.SKIPPED})
WIDE = 100
FINDINGS = 3


def run_page(report: ChecklistReport, command: str, width: int, *, verbose: bool = False) -> Page:
    """How a run stands: what is left first, every step, what is waived, what to type next."""
    page = Page(width)
    parts = (
        f"psdm {command}",
        report.title,
        report.subject,
        f"as of {report.as_of:%a} {report.as_of.isoformat()}",
        f"{report.done} of {report.total} done",
    )
    page.text(Span(" · ".join(parts), "bold"), indent=2)
    _left(page, report)
    _steps(page, report, verbose=verbose)
    _waivers(page, report)
    good_to_know(page, report.warnings)
    _type_next(page, _next(report))
    return page


def _left(page: Page, report: ChecklistReport) -> None:
    if not report.open:
        return
    page.heading("Open", f"{counted(len(report.open), 'step')} that only a person can tell")
    titles = {step.id: step for step in report.steps}
    for name in report.open:
        note = report.notes.get(name, StepNote())
        waits = f" (after {', '.join(note.waits_for)})" if note.waits_for else ""
        lead = Span(f"{SYMBOLS[titles[name].state]} {name} ", STYLES[titles[name].state])
        page.text(f"{titles[name].title}{waits}", first=lead, indent=2)
        for line in (*titles[name].evidence, _wanted(note), note.help):
            if line:
                page.text(Span(line, "dim"), first="  ")
        if note.link:
            page.line("  ", Span(note.link, "dim"))  # on one line, to be copied


def _wanted(note: StepNote) -> str:
    shown = f"to show: {', '.join(note.evidence)}" if note.evidence else ""
    answers = f"answer: {note.answers}" if note.answers else ""
    return "; ".join(part for part in (answers, shown) if part)


def _steps(page: Page, report: ChecklistReport, *, verbose: bool) -> None:
    page.heading("Steps", standing(report.steps))
    wide = page.width >= WIDE
    rows: list[Row] = []
    for step in report.steps:
        style = STYLES[step.state]
        waived = f" (waived: {step.waived})" if step.waived else ""
        rows.append(
            (
                Span(SYMBOLS[step.state], style),
                step.id,
                step.title + waived if wide else f"{step.title}{waived}: {step.reason}",
                Span(step.owner, "dim"),
                Span(step.reason if wide else "", "" if step.state is State.ATTENTION else "dim"),
            )
        )
    page.table(
        (
            Column(""),
            Column("step", least=5, most=20),
            Column("title", least=20, lines=8),
            Column("owner", least=2, most=12, drop=1),
            Column("what", least=30, lines=8) if wide else Column(""),
        ),
        rows,
    )
    for step in report.steps:
        if verbose or report.id != FORECAST or not step.live:  # forecast-prep itself shows its findings better
            _below(page, step, report.notes.get(step.id, StepNote()).link, verbose=verbose)


def _below(page: Page, step: Step, link: str, *, verbose: bool) -> None:
    """The findings of a step that needs somebody, its page, and what an answer noted."""
    answered = step.state is State.DONE or (not step.findings and step.state in (State.ATTENTION, State.SKIPPED))
    lines = [f"{finding.subject}: {message_of(finding)}" for finding in (step.findings if verbose else step.live)]
    notes = list(step.evidence) if verbose or answered else []
    link = link if verbose or lines else ""
    if not lines and not notes and not link:
        return
    page.blank()
    page.text(Span(f"{step.id} {step.title}", "bold"), first=Span(f"{SYMBOLS[step.state]} ", STYLES[step.state]))
    most = len(lines) if verbose else FINDINGS
    for line in (*lines[:most], *notes):
        page.text(line, first="  · ")
    if len(lines) > most:
        page.text(Span(f"and {len(lines) - most} more: add -v", "dim"), first="  · ")
    if link:
        page.line("  → ", Span(link, "dim"))


def _waivers(page: Page, report: ChecklistReport) -> None:
    if not report.waivers:
        return
    page.heading("Waived", counted(len(report.waivers), "finding"))
    for waiver in report.waivers:
        page.text(f"{waiver.subject}: {waiver.said}", first="  · ")
        page.text(Span(waiver.finding, "dim"), first="    ")


def _next(report: ChecklistReport) -> list[tuple[str, str]]:
    commands = []
    if report.open:
        first = next((name for name in report.open if not report.notes[name].waits_for), report.open[0])
        commands.append((f"psdm checklist resume {report.id} {report.reference}", "answer the open steps one by one"))
        commands.append(
            (f"psdm checklist resume {report.id} {report.reference} --answer {first}=…", report.notes[first].answers)
        )
    if report.id == FORECAST and any(step.state is State.ATTENTION and step.findings for step in report.steps):
        commands.append(("psdm forecast-prep", "the findings in full, with what to do about them"))
    commands.append((f"psdm checklist export {report.id} {report.reference} --markdown", "as a task list for an issue"))
    return commands


def _type_next(page: Page, commands: Sequence[tuple[str, str]]) -> None:
    page.heading("Next")
    page.table((Column(""), Column("", least=12, lines=3)), commands, indent=2)


def run_markdown(report: ChecklistReport) -> str:
    """A run as a GitLab task list: finished steps ticked, findings and notes below their step."""
    page = Markdown()
    page.heading(1, report.title, own(", "), report.subject)
    page.quote(own(INTERNAL))
    page.paragraph(own(f"As of {report.as_of.isoformat()}: {report.done} of {report.total} done. "), _sum(report))
    page.tasks(_tasks(report))
    if report.warnings:
        page.heading(2, "Good to know")
        page.items(report.warnings)
    return page.text()


def _sum(report: ChecklistReport) -> Own:
    return own(f"{standing(report.steps)}.")


def _tasks(report: ChecklistReport) -> Iterable[tuple[bool, Part, Sequence[Part]]]:
    for step in report.steps:
        note = report.notes.get(step.id, StepNote())
        below: list[Part] = [_finding(finding) for finding in step.findings]
        below.extend(step.evidence)
        if step.state is State.MANUAL and note.help:
            below.append(note.help)
        if note.link:
            below.append(own(f"<{quote(note.link, safe=ADDRESS)}>"))
        state = "" if step.state in (State.PASS, State.ATTENTION, State.DONE) else f" ({WORDS[step.state]})"
        what = said(own("**"), step.id, own("** "), step.title, own(" ("), step.owner, own(f"){state}: "), step.reason)
        yield step.state in TICKED, what, below


def _finding(finding: Finding) -> Own:
    fix = said(own(" → "), finding.fix) if finding.fix and finding.is_live else Own("")
    return said(own("**"), finding.subject, own("**: "), message_of(finding), fix)


def list_page(report: ChecklistsReport, width: int) -> Page:
    """The checklists and their runs."""
    page = Page(width)
    page.line(Span("psdm checklist list", "bold"))
    page.heading("Checklists")
    page.table(
        (
            Column("id", least=10),
            Column("title", least=20, lines=3),
            Column("about"),
            Column("steps", "right"),
            Column("from", least=4, lines=3),
        ),
        [(each.id, each.title, each.subject, str(each.steps), Span(each.origin, "dim")) for each in report.checklists],
    )
    page.heading("Runs", "" if report.runs else "none yet")
    columns = (
        Column("checklist", least=10),
        Column("subject", least=8),
        Column("done", "right"),
        Column("answers", "right", drop=1),
        Column("last", least=16, drop=2),
        Column("by", least=8),
    )
    if report.runs:
        page.table(columns, [_run(run) for run in report.runs])
    first = report.runs[0] if report.runs else None
    name = first.checklist if first else report.checklists[0].id
    _type_next(page, [(f"psdm checklist show {name}{f' {first.reference}' if first else ''}", "how it stands now")])
    return page


def _run(run: RunLine) -> Row:
    done = "" if run.total is None else f"{run.done} of {run.total}"
    style = STYLES[State.DONE] if run.complete else ""
    touched = f"{run.touched_at:%Y-%m-%d %H:%M}"
    return run.checklist, run.subject, Span(done, style), str(run.answers), touched, run.who


def checked_page(report: CheckedFile, width: int) -> Page:
    """All right, or every complaint on its own."""
    page = Page(width)
    for problem in report.problems:
        page.text(problem, first=Span("! ", STYLES[State.ATTENTION]))
    if not report.problems:
        text = f"{report.file}: {report.id}, {counted(report.steps, 'step')}, all right."
        page.text(text, first=Span("✓ ", STYLES[State.PASS]))
    return page
