"""The seeded engagements in GitLab: what sales left behind, and the collaboration spaces with their blemishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from psdm_cli.sandbox import collaboration
from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.calendars import DAY, Days
from psdm_cli.sandbox.engagements import BLOCK, ENGINEER, FF, IMKE, TM, TOMASZ, Spec
from psdm_cli.sandbox.gitlab import levels, repository_rows, seed_texts, tables
from psdm_cli.sandbox.gitlab.seed_labels import PM_COLOR, RAID_LABELS, SOW_COLOR
from psdm_cli.sandbox.portfolio import span
from psdm_cli.sandbox.staff import PEOPLE, SKILLS

LEADS = {IMKE: "Imke Vandermolen", TOMASZ: "Tomasz Okafor"}
ACTIVITIES = {
    "GitLab Migration": ("Platform setup", "SCM and user migration", "CI/CD transition"),
    "Platform Implementation": ("Discovery", "Target architecture", "Pilot"),
    "Dedicated Engineer": ("Dedicated engineering",),
    "CI/CD Transformation": ("CI/CD assessment", "Pipeline migration"),
    "Security and Compliance": ("Assessment", "Policies", "Rollout"),
    "Administrator Training": ("Training",),
    "Runner Modernization": ("Runner fleet",),
    "Repository Consolidation": ("Inventory", "Wave A", "Wave B"),
    "Observability Rollout": ("Baseline", "Dashboards"),
    "Agile Planning Adoption": ("Discovery", "Enablement and training"),
}
KINDS = {TM: "Time & Materials", FF: "Fixed Fee"}

# What is not as the handbook has it, by SOW number. 2301, 2311 and the other project managers' are as they should be.
BLEMISHES: dict[int, frozenset[str]] = {
    2302: frozenset({"raid-not-renamed"}),
    2303: frozenset({"epic-without-sow-label"}),
    2304: frozenset({"internal"}),
    2305: frozenset({"no-retrospective"}),
    2307: frozenset({"no-readme", "no-note", "leak"}),
    2308: frozenset({"no-board"}),
    2309: frozenset({"by-hand"}),
    2310: frozenset({"epic-without-pm-label"}),
    2312: frozenset({"no-contract-links", "intake-empty"}),
    2313: frozenset({"scoped-differently"}),
    2320: frozenset({"archived"}),
}


def moment(day: date, hour: int = 14) -> str:
    """An instant on a day, as GitLab writes it."""
    return tables.stamp(datetime.combine(day, time(hour), UTC))


@dataclass
class Ground:
    """What every engagement is built on. `epics`: whether the plan has them; `users`: by name."""

    account: Account
    as_of: date
    calendar: Days
    epics: bool
    services: Row
    internal: Row
    partner: Row
    ps_plan: Row
    labels: dict[str, Row]
    users: dict[str, Row]

    def label(self, place: Row, name: str, color: str) -> Row:
        """A label by name, made in a place when it is not there yet."""
        if name not in self.labels:
            self.labels[name] = tables.make_label(self.account, place, name, color)
        return self.labels[name]


@dataclass
class Space:
    """One engagement under construction."""

    ground: Ground
    spec: Spec
    customer: str
    start: date
    end: date
    blemishes: frozenset[str] = field(default_factory=frozenset)

    @property
    def sow(self) -> str:
        """The SOW number."""
        return self.spec.sow

    @property
    def born(self) -> str:
        """When its space was made."""
        return moment(min(self.start, self.ground.as_of) - 20 * DAY)

    @property
    def pm(self) -> Row:
        """The project manager."""
        return self.ground.users[LEADS.get(self.spec.lead, "Robin Castellano")]

    @property
    def closed(self) -> bool:
        """Whether the engagement is over."""
        return self.spec.status in ("Closed", "Completed")

    @property
    def activities(self) -> tuple[str, ...]:
        """What the SOW sells, one epic each."""
        return ACTIVITIES.get(self.spec.offering, ("Consulting",))

    def sow_label(self) -> Row:
        """The label of the contract number, at the group of all."""
        return self.ground.label(self.ground.services, self.sow, SOW_COLOR)

    def marked(self, text: str, kind: str, key: str = "") -> str:
        """A text with psdm's marker, unless the space was made by hand."""
        if "by-hand" in self.blemishes:
            return text
        return f"{text.rstrip()}\n\n<!-- psdm:{kind}:{self.sow}{f'/{key}' if key else ''} -->\n"


def engagement(ground: Ground, spec: Spec, customer: str) -> None:
    """Everything of one engagement in GitLab."""
    start, end = span(ground.calendar, spec)
    space = Space(ground, spec, customer, start, end, BLEMISHES.get(spec.number, frozenset()))
    if spec.number in collaboration.EARLIER:
        _earlier(space, collaboration.EARLIER[spec.number])
    if spec.number in collaboration.WITHOUT_EPIC:
        return
    anchor = _anchor(space)
    _sold(space, anchor)
    if spec.number not in collaboration.WITHOUT_SPACE:
        _build(space, anchor)


def _earlier(space: Space, number: int) -> None:
    """An engagement of the customer that ended long ago; Kantata does not know it any more."""
    old = Spec(number, "Platform Implementation", FF, -120, -80, status="Completed")
    begin = space.ground.as_of - 700 * DAY
    before = Space(space.ground, old, space.customer, begin, begin + 280 * DAY)
    _build(before, _anchor(before))


# -- what sales left behind -------------------------------------------------------------------------------------------


def _anchor(space: Space) -> Row:
    """The Customer Epic; where the plan has no epics, the labelled issue in ps-plan that stands for it."""
    ground = space.ground
    kind, place = ("Epic", ground.services) if ground.epics else ("Issue", ground.ps_plan)
    linked = "no-contract-links" not in space.blemishes
    return tables.make_work_item(
        ground.account,
        place,
        kind,
        f"{space.sow} {space.customer}",
        author=ground.users["Camille Draper"],
        at=moment(min(space.start, ground.as_of) - 60 * DAY),
        description=seed_texts.customer_epic(space.customer, space.sow, space.spec.number, linked),
        label_ids=[space.sow_label()["id"]],
        **_closing(space, space.closed),
    )


def _closing(space: Space, closed: bool) -> dict[str, str]:
    return {"state": "closed", "closed_at": moment(min(space.end, space.ground.as_of - DAY))} if closed else {}


def _attached(space: Space, anchor: Row, title: str, text: str, *, days: int, done: bool = False) -> Row:
    """An internal issue in ps-plan that hangs on the Customer Epic, or is linked with what stands for it."""
    ground = space.ground
    at = moment(min(space.start, ground.as_of) - days * DAY)
    author = ground.users["Wren Abernathy"]
    parent = {"parent_id": anchor["id"]} if ground.epics else {}
    more = {"description": text, "label_ids": [space.sow_label()["id"]], **parent, **_closing(space, done)}
    issue = tables.make_work_item(ground.account, ground.ps_plan, "Issue", title, author=author, at=at, **more)
    if not ground.epics:
        tables.make_link(ground.account, anchor, issue, "relates_to", at)
    return issue


def _sold(space: Space, anchor: Row) -> None:
    """Scheduling Intake and scoping issue, and the Description of Work where one is written already."""
    fresh = {2306: 4, 2314: 3, 2315: 2, 2316: 2}
    done = 0 if "intake-empty" in space.blemishes else fresh.get(space.spec.number, 9)
    text = seed_texts.intake(done, space.customer, space.spec.offering)
    _attached(space, anchor, f"Scheduling Intake - {space.customer} - {space.sow}", text, days=55, done=space.closed)
    kind = KINDS.get(space.spec.type, space.spec.type)
    if "scoped-differently" in space.blemishes:
        kind = KINDS[TM]
    scoped = seed_texts.scoping(kind, space.start.isoformat(), space.end.isoformat(), _skills(space), space.activities)
    title = f"Scope Engagement and Write SoW - {space.customer}"
    _attached(space, anchor, title, scoped, days=58, done=space.spec.number not in fresh)
    if space.spec.type in (BLOCK, ENGINEER) and space.spec.number != 2306:
        text = f"Description of Work: https://docs.example/dow/{space.sow}, approved by the customer by e-mail."
        author = space.ground.users["Wren Abernathy"]
        tables.make_note(space.ground.account, anchor, text, author, moment(space.start - 10 * DAY))


def _skills(space: Space) -> list[str]:
    """Two skills of the people who are booked."""
    ids = sorted(SKILLS)
    found: dict[str, None] = {}
    for seat in space.spec.seats:
        if seat.user is not None and PEOPLE[seat.user].role in ("12", "13"):
            for id_ in ids[(int(seat.user) - 1000) % 4 :][:2]:
                found[SKILLS[id_]] = None
    return list(found)[:2] or ["CI/CD"]


# -- the collaboration space ------------------------------------------------------------------------------------------


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
        account.update("projects", project["id"], default_branch="main")
    if "no-board" not in space.blemishes and not account.find("boards", "group_id", group["id"]):
        board = tables.make_board(account, group, f"{space.sow} Delivery")
        for name in ("Not Started", "In Progress", "Blocked", "In Review", "Done"):
            tables.make_board_list(account, board, ground.labels[f"PSD Workflow::{name}"])
    retro = None
    if "no-retrospective" not in space.blemishes:
        title = f"Retrospective - {space.customer} - {space.sow}"
        text = seed_texts.RETROSPECTIVE.format(customer=space.customer, sow=space.sow)
        retro = _attached(space, anchor, title, space.marked(text, "retro"), days=15, done=space.closed)
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
            **_closing(space, space.closed),
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
        **_closing(space, space.closed),
    )


def _note(space: Space, anchor: Row, project: Row, *, raid: Row, retro: Row | None) -> None:
    """The note on the Customer Epic that links the space."""
    if {"no-note", "by-hand"} & space.blemishes:
        return
    base = f"{collaboration.INSTANCE}/{project['path_with_namespace']}"
    lines = [f"Project: {base}", f"RAID: {base}/-/issues/{raid['iid']}"]
    if retro is not None:
        lines.append(f"Retrospective: {collaboration.INSTANCE}/{collaboration.PS_PLAN}/-/issues/{retro['iid']}")
    text = space.marked("\n".join(f"- {line}" for line in lines), "links")
    tables.make_note(space.ground.account, anchor, text, space.pm, space.born)


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
