"""The seeded engagements in GitLab: the collaboration spaces, as the handbook has them but for their blemishes."""

from __future__ import annotations

from collections.abc import Iterable

from psdm_cli.sandbox import collaboration
from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.calendars import DAY
from psdm_cli.sandbox.engagements import FF, Spec
from psdm_cli.sandbox.gitlab import levels, repository_rows, seed_texts, tables
from psdm_cli.sandbox.gitlab.seed_ground import BLEMISHES, Ground, Space, moment
from psdm_cli.sandbox.gitlab.seed_labels import PM_COLOR, RAID_LABELS
from psdm_cli.sandbox.gitlab.seed_sold import anchor_of, attached, sold
from psdm_cli.sandbox.portfolio import span

UNFILLED = "_to be filled_"


def engagement(ground: Ground, spec: Spec, customer: str) -> None:
    """Everything of one engagement in GitLab."""
    start, end = span(ground.calendar, spec)
    space = Space(ground, spec, customer, start, end, BLEMISHES.get(spec.number, frozenset()))
    if spec.number in collaboration.EARLIER:
        _earlier(space, collaboration.EARLIER[spec.number])
    if spec.number in collaboration.WITHOUT_EPIC:
        return
    anchor = anchor_of(space)
    sold(space, anchor)
    if spec.number not in collaboration.WITHOUT_SPACE:
        _build(space, anchor)


def _earlier(space: Space, number: int) -> None:
    """An engagement of the customer that ended long ago; Kantata does not know it any more."""
    old = Spec(number, "Platform Implementation", FF, -120, -80, status="Completed")
    begin = space.ground.as_of - 700 * DAY
    before = Space(space.ground, old, space.customer, begin, begin + 280 * DAY)
    _build(before, anchor_of(before))


def _build(space: Space, anchor: Row) -> None:
    ground, account = space.ground, space.ground.account
    path = collaboration.slug(space.customer)
    group = tables.place_at(account, "groups", f"{collaboration.INTERNAL}/{path}")
    if group is None:
        group = tables.make_group(account, space.customer, path, ground.internal, space.born)
        tables.make_member(account, group, space.pm, levels.OWNER, space.born)
        for name, color in RAID_LABELS.items():
            tables.make_label(account, group, name, color)
    project = tables.make_project(account, space.sow, space.sow, group, space.born)
    _activities(space, group, project)
    raid = _raid(space, group, project)
    if "no-readme" not in space.blemishes:
        commit = repository_rows.make_commit(
            account, project, "main", "Add README", space.born, author_name=space.pm["name"]
        )
        repository_rows.make_file(
            account, commit, "README.md", seed_texts.readme(space.customer, space.sow, space.spec.offering)
        )
        for name, text in seed_texts.SPACE_TEMPLATES.items() if "by-hand" not in space.blemishes else ():
            repository_rows.make_file(account, commit, f".gitlab/issue_templates/{name}.md", text)
        account.update("projects", project["id"], default_branch="main")
    if "no-board" not in space.blemishes and not account.find("boards", "group_id", group["id"]):
        board = tables.make_board(account, group, f"{space.sow} Delivery")
        for name in ("Not Started", "In Progress", "Blocked", "In Review", "Done"):
            tables.make_board_list(account, board, ground.labels[f"PSD Workflow::{name}"])
    retro = None
    if "no-retrospective" not in space.blemishes:
        title = f"Retrospective - {space.customer} - {space.sow}"
        text = seed_texts.RETROSPECTIVE.format(customer=space.customer, sow=space.sow)
        retro = attached(space, anchor, title, space.marked(text, "retro"), days=15, done=space.closed)
    _note(space, anchor, project, raid=raid, retro=retro)
    _shown_to_customers(space, project, raid)


def _activities(space: Space, group: Row, project: Row) -> None:
    """One epic for each activity, or, where the plan has none, a milestone for the SOW and an issue for each."""
    ground, account = space.ground, space.ground.account
    labels = {
        "pm": ground.label(ground.services, f"PM::{space.pm['username']}", PM_COLOR),
        "sow": space.sow_label(),
        "state": ground.labels[f"PSD Workflow::{'Done' if space.closed else 'In Progress'}"],
    }
    milestone = None
    if not ground.epics:
        dates = {"start_date": space.start.isoformat(), "due_date": space.end.isoformat()}
        milestone = tables.make_milestone(account, group, space.sow, space.born, **dates)
    share = (space.end - space.start) / len(space.activities)
    for number, activity in enumerate(space.activities):
        ids = {key: label["id"] for key, label in labels.items()}
        if number == 0 and "epic-without-sow-label" in space.blemishes:
            del ids["sow"]
        if number == 0 and "epic-without-pm-label" in space.blemishes:
            del ids["pm"]
        text = space.marked(
            f"{activity} for {space.customer}.", "activity", collaboration.slug(activity.replace("/", "-"))
        )
        tables.make_work_item(
            account,
            group if ground.epics else project,
            "Epic" if ground.epics else "Issue",
            activity,
            author=space.pm,
            at=space.born,
            description=text,
            label_ids=list(ids.values()),
            milestone_id=milestone["id"] if milestone else None,
            start_date=(space.start + number * share).isoformat(),
            due_date=(space.start + (number + 1) * share).isoformat(),
            **space.closing(space.closed),
        )


def _raid(space: Space, group: Row, project: Row) -> Row:
    named = f"RAID - {space.customer} - {space.sow}"
    by_hand = "by-hand" in space.blemishes
    unnamed = "raid-not-renamed" in space.blemishes
    label = next(
        row for row in space.ground.account.find("labels", "group_id", group["id"]) if row["name"] == "PS RAID Log"
    )
    return tables.make_work_item(
        space.ground.account,
        project,
        "Issue",
        "RAID - Customer - SOW/PO#" if unnamed else named,
        author=space.pm,
        at=space.born,
        description=seed_texts.RAID_TEMPLATE if unnamed else space.marked(seed_texts.RAID_TEMPLATE, "raid"),
        label_ids=[] if by_hand or unnamed else [label["id"]],
        **space.closing(space.closed),
    )


def _note(space: Space, anchor: Row, project: Row, *, raid: Row, retro: Row | None) -> None:
    """The note on the Customer Epic that links the space, as psdm writes it."""
    if {"no-note", "by-hand"} & space.blemishes:
        return
    account, root = space.ground.account, collaboration.INSTANCE
    group = account.row("groups", project["namespace_id"])
    inside, above = f"{root}/{project['path_with_namespace']}", f"{root}/groups/{group['full_path']}"
    retro_link = f"[Internal retrospective]({root}/{collaboration.PS_PLAN}/-/issues/{retro['iid']})" if retro else None
    links = [
        f"[Collaboration project]({inside})",
        f"[RAID log]({inside}/-/issues/{raid['iid']})",
        retro_link or f"Internal retrospective: {UNFILLED}",
        f"[Board]({above}/-/boards)" if "no-board" not in space.blemishes else f"Board: {UNFILLED}",
        f"Kantata project: {UNFILLED}",
        f"[Group of {space.customer}]({above})",
    ]
    place, pages = (group, f"{above}/-/epics") if space.ground.epics else (project, f"{inside}/-/issues")
    made = account.find("work_items", tables.column_of(place), place["id"])
    activities = [f"[{row['title']}]({pages}/{row['iid']})" for row in made if row["title"] in space.activities]
    text = (
        f"## {space.customer}, {space.sow}: where everything is\n\n{_lines(links)}\n\n"
        f"Activities:\n\n{_lines(activities)}\n\n"
        f"PM: {space.pm['name']} · Kickoff: {space.start.isoformat()}\n\n"
        "This note is kept up to date by psdm; what is written into it by hand is lost."
    )
    tables.make_note(account, anchor, space.marked(text, "links").rstrip(), space.pm, space.born)


def _lines(entries: Iterable[str]) -> str:
    return "\n".join(f"- {entry}" for entry in entries)


def _shown_to_customers(space: Space, project: Row, raid: Row) -> None:
    """Who of the customer is in, and what should not be seen there."""
    account = space.ground.account
    if space.spec.number == 2301:
        tables.make_member(account, project, space.ground.users["Merritt Hollis"], levels.DEVELOPER, space.born)
    if "leak" in space.blemishes:
        text = "Margin is down to 31 %, so we may need a work exception before the quarter ends."
        tables.make_note(account, raid, text, space.pm, moment(space.ground.as_of - 6 * DAY), internal=True)
    changes: dict[str, object] = {}
    if "internal" in space.blemishes:
        # Left open from the days when the group was; nobody may do this through the API any more.
        changes["visibility"] = "internal"
    if "archived" in space.blemishes:
        changes["archived"] = True
    if changes:
        account.update("projects", project["id"], **changes)
