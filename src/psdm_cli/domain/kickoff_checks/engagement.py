"""The kickoff's checks in Kantata: lead, budget, allocations, dates, hard bookings, milestones, status."""

from __future__ import annotations

from datetime import date

from psdm_cli.domain.coverage import Gap, horizon
from psdm_cli.domain.dates import DAY
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.kickoff_checks.common import AE, NO_KANTATA, Kickoff, found, not_yet, step
from psdm_cli.domain.milestones import is_completed, milestone_stories
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps.common import FINANCIAL_ACCESS, counted, day_text, refused, said

CLOSED_WON = "closed-won"
#: Kantata's statuses of a deal that is not won, and of an engagement on which work has begun (domain 1.5)
NOT_WON = ("Prospect",)
WORKING = ("Active",)
ACTIVE_LATE = ("Active", "On Hold", "Closed", "Completed")


def opportunity(kickoff: Kickoff) -> Step:
    """INIT-04: before closed-won nobody may be staffed or kicked off without an approved work at risk."""
    title, stage, engagement = "Opportunity stage", kickoff.facts.get("stage"), kickoff.engagement
    findings = []
    begun = _work_begun(kickoff)
    if stage is not None and stage != CLOSED_WON and begun is not None:
        findings.append(
            found(
                kickoff,
                "INIT-04",
                "work-at-risk",
                f"stage {stage}, not closed-won, and {begun}: this needs an approved work at risk",
                fix="Ask for it: psdm open new_work_at_risk",
            )
        )
    if stage == CLOSED_WON and engagement is not None and engagement.has_status(NOT_WON):
        findings.append(
            found(kickoff, "INIT-04", "prospect", f"told to be closed-won, and Kantata's status is {engagement.status}")
        )
    hint = "" if engagement is None else f"Kantata's status is {engagement.status or 'not visible'}"
    unseen = (NO_KANTATA,) if engagement is None else ()
    return step("INIT-04", title, findings, passed=hint, owner=AE, unseen=unseen)


def _work_begun(kickoff: Kickoff) -> str | None:
    """What says that work has begun or is promised; None when nothing does."""
    engagement = kickoff.engagement
    day = kickoff.day("kickoff")
    if day is not None and day <= kickoff.as_of:
        return f"the kickoff was held on {day_text(day)}"
    if engagement is None:
        return None
    if engagement.has_status(WORKING):
        return f"Kantata's status is {engagement.status}"
    return "time is hard-booked" if engagement.hard else None


def project_lead(kickoff: Kickoff) -> Step:
    """INIT-05: the PM leads the project in Kantata; reports sort by it."""
    title, engagement = "PM is Project Lead in Kantata", kickoff.engagement
    if engagement is None:
        return step("INIT-05", title, unseen=(NO_KANTATA,), passed="")
    workspace = engagement.workspace
    if workspace.lead_id is None:
        finding = found(
            kickoff, "INIT-05", "lead", "nobody leads the project in Kantata", fix="Ask PS Ops to make you its lead"
        )
        return step("INIT-05", title, (finding,), passed="")
    who = workspace.lead_name or f"user {workspace.lead_id}"
    if kickoff.me is not None and workspace.lead_id != kickoff.me:
        finding = found(
            kickoff,
            "INIT-05",
            "lead",
            f"{who} leads the project in Kantata, not you",
            fix="Ask PS Ops to change the lead, or leave the kickoff to them",
        )
        return step("INIT-05", title, (finding,), passed="")
    return step("INIT-05", title, passed=f"{who} leads the project")


def budget(kickoff: Kickoff) -> Step:
    """INIT-06: what Kantata has of the contract; that it is what was signed only a person can tell."""
    title, engagement = "Budget, rate card, billing type and milestones", kickoff.engagement
    if engagement is None:
        return step("INIT-06", title, unseen=(NO_KANTATA,), passed="")
    findings = []
    if engagement.type_warning is not None:
        findings.append(found(kickoff, "INIT-06", "type", engagement.type_warning, fix="Ask PS Ops to set it"))
    unseen = list(_refused(kickoff, Kind.STORIES, Kind.RESOURCES))
    price = engagement.workspace.price_in_cents
    if engagement.currency is None or price is None:
        unseen.append(f"could not look: the token lacks {FINANCIAL_ACCESS}")
    elif price <= 0:
        findings.append(found(kickoff, "INIT-06", "budget", "the project has no budget", fix="Ask PS Ops to set it"))
    if engagement.is_fixed_fee and not unseen and not milestone_stories(engagement):
        findings.append(
            found(kickoff, "INIT-06", "milestones", "fixed fee, and the project has no milestone", fix="Ask PS Ops")
        )
    if not engagement.is_fixed_fee and engagement.currency is not None:
        unrated = [each for each in engagement.resources if each.bill_rate_in_cents is None]
        if unrated:
            findings.append(
                found(
                    kickoff,
                    "INIT-06",
                    "rates",
                    f"{counted(len(unrated), 'resource')} without a bill rate",
                    fix="Ask PS Ops for the rate card of the SOW",
                )
            )
    kind = engagement.type.value.replace("_", " ")
    shown = f"{kind}, {said(engagement.currency, price)}"
    if engagement.is_fixed_fee:
        shown += f", {counted(len(milestone_stories(engagement)), 'milestone')} open"
    return step("INIT-06", title, findings, passed=shown, unseen=unseen)


def allocations(kickoff: Kickoff) -> Step:
    """INIT-07: who is booked, hard and soft; a delivery role without a resource is a finding."""
    title, engagement, assessment = "Allocations", kickoff.engagement, kickoff.assessment
    if engagement is None or assessment is None:
        return step("INIT-07", title, unseen=(NO_KANTATA,), passed="")
    unseen = _refused(kickoff, Kind.ALLOCATIONS, Kind.RESOURCES)
    roles = set(engagement.resource_roles.values())
    missing = [role for role in assessment.policy.always_required_roles if role not in roles]
    if not unseen and not roles.intersection(assessment.policy.delivery_roles) - set(missing) - {"PM"}:
        missing.append("PSE or TA")
    findings = [
        found(
            kickoff,
            "INIT-07",
            role,
            f"no {role} is on the project",
            fix=f"psdm booking request {kickoff.sow} --role {role.split()[0]}",
        )
        for role in missing
        if not unseen
    ]
    hard = sorted({booking.role for booking in engagement.hard})
    soft = sorted({f"{booking.who} ({booking.role})" for booking in engagement.soft})
    shown = f"hard: {', '.join(hard) or 'nobody'}; soft: {', '.join(soft) or 'nobody'}"
    return step("INIT-07", title, findings, passed=shown, unseen=unseen)


def transition(kickoff: Kickoff) -> Step:
    """INIT-08: the meeting's day is not one to come."""
    day = kickoff.day("transition")
    findings = []
    if day is not None and day > kickoff.as_of:
        findings.append(
            found(kickoff, "INIT-08", "future", f"the transition is on {day_text(day)}, still to come", due=day)
        )
    return step("INIT-08", "EM to PS transition", findings, passed="" if day is None else f"held on {day_text(day)}")


def kickoff_day(kickoff: Kickoff) -> Step:
    """INIT-20: the kickoff's day, as told or as Kantata's tasks have it; a told day to come is not held."""
    title, told, engagement = "Kickoff", kickoff.day("kickoff"), kickoff.engagement
    planned = engagement.kickoff if engagement is not None else None
    findings = []
    if told is not None and told > kickoff.as_of:
        findings.append(found(kickoff, "INIT-20", "future", f"planned for {day_text(told)}, still to come", due=told))
    shown = f"in Kantata: {day_text(planned)}" if planned is not None else "no day in Kantata"
    return step("INIT-20", title, findings, passed=shown, unseen=(NO_KANTATA,) if engagement is None else ())


def hard_bookings(kickoff: Kickoff) -> Step:
    """INIT-21: every required role hard-booked two months out from the kickoff, or asked for from the coordinator."""
    title, engagement, assessment = "Hard bookings for the next two months", kickoff.engagement, kickoff.assessment
    if engagement is None or assessment is None:
        return step("INIT-21", title, unseen=(NO_KANTATA,), passed="")
    gaps = assessment.coverage.get(engagement.id)
    start, end = horizon(engagement, kickoff.as_of, assessment.policy)
    unseen = _refused(kickoff, Kind.ALLOCATIONS, Kind.RESOURCES)
    if start >= end and not unseen and gaps is not None:
        return not_yet(
            "INIT-21", title, f"the kickoff on {day_text(start)} lies beyond the two months that are booked by now"
        )
    findings, asked = [], []
    for role, gap in (gaps or {}).items():
        if gap.gap_from is None or gap.until is None:
            continue
        if _is_asked(engagement, role):
            asked.append(f"{role} asked for")
            continue
        findings.append(_gap(kickoff, role, gap))
    return step("INIT-21", title, findings, passed="; ".join(("every required role is booked", *asked)), unseen=unseen)


def _is_asked(engagement: Engagement, role: str) -> bool:
    return any(
        engagement.resource_roles.get(request.resource_id or "") == role
        for request in engagement.requests
        if request.status in (None, "new")
    )


def _gap(kickoff: Kickoff, role: str, gap: Gap) -> Finding:
    first, until = gap.gap_from or date.max, gap.until or date.max
    return found(
        kickoff,
        "INIT-21",
        role,
        f"no hard {role} booking from {day_text(first)} to {day_text(until - DAY)}, and none asked for",
        due=first,
        fix=f"psdm booking request {kickoff.sow} --role {role} --from {first} --hard",
        data={"role": role, "gap_from": first.isoformat(), "until": until.isoformat()},
    )


def milestone_dates(kickoff: Kickoff) -> Step:
    """INIT-22: every open milestone of a fixed fee has its sign-off date."""
    title, engagement = "Sign-off dates of the milestones", kickoff.engagement
    if engagement is None:
        return step("INIT-22", title, unseen=(NO_KANTATA,), passed="")
    unseen = _refused(kickoff, Kind.STORIES)
    stories = [story for story in milestone_stories(engagement) if not is_completed(story)]
    findings = [
        found(
            kickoff,
            "INIT-22",
            story.id,
            f"{story.title or f'milestone {story.id}'} has no sign-off date",
            fix="Set it in Kantata's Task Tracker",
        )
        for story in stories
        if story.due_date is None
    ]
    if not stories and not unseen:
        findings.append(found(kickoff, "INIT-22", "none", "the project has no open milestone", fix="Ask PS Ops"))
    shown = f"{counted(len(stories), 'milestone')}, each with its date"
    return step("INIT-22", title, findings, passed=shown, unseen=unseen)


def active(kickoff: Kickoff) -> Step:
    """INIT-24: Kantata's status is Active once the kickoff was held; before, there is nothing to do yet."""
    title, engagement, told = "Kantata status Active", kickoff.engagement, kickoff.day("kickoff")
    if engagement is None:
        return step("INIT-24", title, unseen=(NO_KANTATA,), passed="")
    if engagement.status is None:
        return step("INIT-24", title, unseen=("could not look: the project's status is not visible",), passed="")
    if engagement.has_status(ACTIVE_LATE):
        return step("INIT-24", title, passed=f"the status is {engagement.status}")
    if told is None or told > kickoff.as_of:
        return not_yet("INIT-24", title, f"after the kickoff; the status is {engagement.status}")
    finding = found(
        kickoff,
        "INIT-24",
        "status",
        f"the kickoff was held on {day_text(told)}, and Kantata's status is {engagement.status}",
        fix="Set it to Active in Kantata, or ask the project coordinator",
    )
    return step("INIT-24", title, (finding,), passed="")


def _refused(kickoff: Kickoff, *kinds: Kind) -> tuple[str, ...]:
    return refused(kickoff.assessment, *kinds) if kickoff.assessment is not None else ()
