"""The kickoff's checks of what sales and scoping left behind, and of the internal retrospective beside it."""

from __future__ import annotations

from psdm_cli.domain.findings import Step
from psdm_cli.domain.kickoff_checks.common import EM, PS_OPS, Kickoff, found, not_yet, step
from psdm_cli.domain.space.names import same_name
from psdm_cli.domain.space.parts import Missing, Seen, Unseen
from psdm_cli.domain.space.scoping import Difference, Scoping, differences

#: types that are sold as a SKU, so that a Description of Work says what is in them
SKU_DUE = "the Description of Work is wanted before the transition meeting"


def customer_epic(kickoff: Kickoff) -> Step:
    """INIT-01: the Customer Epic is there, names SOW and customer, carries its label, links to the contract."""
    title, space, part = "Customer Epic found", kickoff.space, kickoff.space.customer_epic
    if isinstance(part, Unseen):
        return step("INIT-01", title, unseen=(part.reason,), passed="", owner=PS_OPS)
    if isinstance(part, Missing):
        several = ", ".join(epic.url or epic.title for epic in space.several_epics)
        message = f"several might be it: {several}" if several else part.why or f"no Customer Epic for {space.name}"
        fix = "Ask PS Ops: PS Quote makes it after legal approval"
        return step(
            "INIT-01", title, (found(kickoff, "INIT-01", "missing", message, fix=fix),), passed="", owner=PS_OPS
        )
    anchor = part.value
    findings = []
    if not space.contract.stands_in(anchor.title):
        findings.append(
            found(kickoff, "INIT-01", "number", f"its title {anchor.title!r} lacks {space.name}", fix="Ask PS Ops")
        )
    if space.customer is not None and not _names(anchor.title, space.customer):
        findings.append(
            found(kickoff, "INIT-01", "customer", f"its title {anchor.title!r} lacks the customer {space.customer}")
        )
    if not any(label.casefold() == space.name.casefold() for label in anchor.labels):
        findings.append(found(kickoff, "INIT-01", "label", f"it lacks the label {space.name}"))
    if not anchor.links:
        findings.append(
            found(kickoff, "INIT-01", "links", "it has no link to contract information", fix="Ask PS Ops for the links")
        )
    what = "epic" if anchor.is_epic else "issue that stands for the Customer Epic"
    return step("INIT-01", title, findings, passed=f"{what} {anchor.url or anchor.title}", owner=PS_OPS)


def _names(title: str, customer: str) -> bool:
    letters = "".join(char for char in customer.casefold() if char.isalnum())
    return same_name(title, customer) or letters in "".join(char for char in title.casefold() if char.isalnum())


def scheduling_intake(kickoff: Kickoff) -> Step:
    """INIT-02: the intake issue hangs on the epic, its steps 1 and 2 are considered."""
    title, part = "Scheduling intake attached, steps 1 and 2 filled", kickoff.space.intake
    if isinstance(part, Unseen):
        return step("INIT-02", title, unseen=(part.reason,), passed="", owner=EM)
    if isinstance(part, Missing):
        message = part.why or "no Scheduling Intake issue hangs on the Customer Epic"
        finding = found(kickoff, "INIT-02", "missing", message, fix="Ask the engagement manager to open it")
        return step("INIT-02", title, (finding,), passed="", owner=EM)
    intake = part.value
    url = intake.issue.url or intake.issue.title
    if intake.gate_open is None:
        unseen = (f"nobody can tell from {url} whether steps 1 and 2 are filled",)
        return step("INIT-02", title, unseen=unseen, passed="", owner=EM)
    findings = [
        found(
            kickoff,
            "INIT-02",
            f"step-{each.number}",
            f"step {each.number} is open: {each.title}",
            fix="The engagement manager fills it before the PM is assigned",
        )
        for each in intake.gate_missing
    ]
    done = sum(each.done is True for each in intake.steps)
    return step("INIT-02", title, findings, passed=f"{done} of {len(intake.steps)} steps done: {url}", owner=EM)


def scoping_issue(kickoff: Kickoff) -> Step:
    """INIT-03: the scoping issue hangs on the epic, can be read, and agrees with Kantata."""
    title, part = "Scoping issue attached and readable", kickoff.space.scoping
    if isinstance(part, Unseen):
        return step("INIT-03", title, unseen=(part.reason,), passed="", owner=EM)
    if isinstance(part, Missing):
        message = part.why or "no Scope Engagement and Write SoW issue hangs on the Customer Epic"
        finding = found(kickoff, "INIT-03", "missing", message, fix="Ask the engagement manager for it")
        return step("INIT-03", title, (finding,), passed="", owner=EM)
    scoping = part.value
    findings = [
        found(kickoff, "INIT-03", f"unread-{what}", f"the scoping issue does not say the {what}", fix="Ask the EM")
        for what in scoping.unread
    ]
    findings += [
        found(kickoff, "INIT-03", f"differs-{each.what}", each.said, fix="Settle it with EM and PS Ops")
        for each in _differences(kickoff, scoping)
    ]
    shown = scoping.issue.url or scoping.issue.title
    return step("INIT-03", title, findings, passed=f"type, skills and timing as in Kantata: {shown}", owner=EM)


def _differences(kickoff: Kickoff, scoping: Scoping) -> tuple[Difference, ...]:
    kantata = kickoff.space.kantata
    if not isinstance(kantata, Seen):
        return ()
    return differences(scoping, kantata.value.engagement, kantata.value.skills)


def description_of_work(kickoff: Kickoff) -> Step:
    """INIT-09: a block or a dedicated engineer has its Description of Work before the transition meeting."""
    title, part = "Description of Work attached", kickoff.space.dow
    if isinstance(part, Unseen):
        return step("INIT-09", title, unseen=(part.reason,), passed="", owner=EM)
    if isinstance(part, Seen):
        return step("INIT-09", title, passed=f"seen: {part.value}", owner=EM)
    day = kickoff.day("transition")
    fix = "Ask the engagement manager; template: psdm open dow_template"
    message = part.why or f"no Description of Work on the Customer Epic: {SKU_DUE}"
    if day is not None and day <= kickoff.as_of:
        message = "the transition was held, and no Description of Work is on the Customer Epic"
    return step(
        "INIT-09", title, (found(kickoff, "INIT-09", "missing", message, due=day, fix=fix),), passed="", owner=EM
    )


def retrospective(kickoff: Kickoff) -> Step:
    """INIT-16: the retrospective is there from day one, on the Customer Epic, never in the customer's group."""
    title, space, part = "Internal retrospective", kickoff.space, kickoff.space.retro
    if isinstance(part, Unseen):
        return step("INIT-16", title, unseen=(part.reason,), passed="")
    if isinstance(part, Missing):
        if part.waits_for:
            return not_yet("INIT-16", title, f"waits for {part.waits_for}")
        fix = f"psdm init-project {space.name}"
        message = part.why or "the internal retrospective is missing"
        return step("INIT-16", title, (found(kickoff, "INIT-16", "missing", message, fix=fix),), passed="")
    issue = part.value
    findings = []
    epic = space.customer_epic
    if isinstance(epic, Seen) and not space.retro_attached:
        fix = f"psdm init-project {space.name}"
        findings.append(found(kickoff, "INIT-16", "epic", "the retrospective is not on the Customer Epic", fix=fix))
    if not any(label.casefold() == space.name.casefold() for label in issue.labels):
        findings.append(found(kickoff, "INIT-16", "label", f"the retrospective lacks the label {space.name}"))
    return step("INIT-16", title, findings, passed=f"seen: {issue.url or issue.title}")
