"""What sales and PS Ops left behind: Customer Epic, intake, scoping, Description of Work."""

from __future__ import annotations

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.calendars import DAY
from psdm_cli.sandbox.engagements import BLOCK, ENGINEER, TM
from psdm_cli.sandbox.gitlab import seed_texts, tables
from psdm_cli.sandbox.gitlab.seed_ground import KINDS, Space, moment
from psdm_cli.sandbox.staff import PEOPLE, SKILLS


def anchor_of(space: Space) -> Row:
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
        **space.closing(space.closed),
    )


def attached(space: Space, anchor: Row, title: str, text: str, *, days: int, done: bool = False) -> Row:
    """An internal issue in ps-plan that hangs on the Customer Epic, or is linked with what stands for it."""
    ground = space.ground
    at = moment(min(space.start, ground.as_of) - days * DAY)
    author = ground.users["Wren Abernathy"]
    parent = {"parent_id": anchor["id"]} if ground.epics else {}
    more = {"description": text, "label_ids": [space.sow_label()["id"]], **parent, **space.closing(done)}
    issue = tables.make_work_item(ground.account, ground.ps_plan, "Issue", title, author=author, at=at, **more)
    if not ground.epics:
        tables.make_link(ground.account, anchor, issue, "relates_to", at)
    return issue


def sold(space: Space, anchor: Row) -> None:
    """Scheduling Intake and scoping issue, and the Description of Work where one is written already."""
    fresh = {2306: 4, 2314: 3, 2315: 2, 2316: 2}
    done = 0 if "intake-empty" in space.blemishes else fresh.get(space.spec.number, 9)
    text = seed_texts.intake(done, space.customer, space.spec.offering)
    attached(space, anchor, f"Scheduling Intake - {space.customer} - {space.sow}", text, days=55, done=space.closed)
    kind = KINDS.get(space.spec.type, space.spec.type)
    if "scoped-differently" in space.blemishes:
        kind = KINDS[TM]
    scoped = seed_texts.scoping(kind, space.start.isoformat(), space.end.isoformat(), _skills(space), space.activities)
    title = f"Scope Engagement and Write SoW - {space.customer}"
    attached(space, anchor, title, scoped, days=58, done=space.spec.number not in fresh)
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
