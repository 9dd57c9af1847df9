"""The reviews of upside: proposals from Kantata and GitLab, answered by a person or by options, stored one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psdm_cli.domain.dates import month_of
from psdm_cli.domain.upside import percent
from psdm_cli.domain.upside_changes import converted, lost, must_be_open
from psdm_cli.domain.upside_review import Desk, Proposal, Review, Reviewed, Verdict, addresses, key_of, review
from psdm_cli.domain.upside_sources import issue_address
from psdm_cli.errors import NotAllowed, NotFound, PsdmError, Unavailable, WrongUsage
from psdm_cli.prompting import Choice
from psdm_cli.workflows.upside_ledger import Done, Hand, Wish, apply, pusher

if TYPE_CHECKING:
    from psdm_cli.changes.plan import Item
    from psdm_cli.domain.assessment import Assessment
    from psdm_cli.domain.gitlab import Issue
    from psdm_cli.domain.upside import UpsideEntry
    from psdm_cli.prompting import Prompter
    from psdm_cli.systems.gitlab_ports import GitLab

EVERY = "all"
HEADS = {
    Review.ITSELF: "Changed by itself",
    Review.WEEKLY: "Weekly review",
    Review.MONTHLY: "Monthly review",
    Review.QUARTERLY: "Quarterly review",
}
LABELS = {
    Verdict.KEEP: "keep as it is",
    Verdict.CONVERT: "convert: it is in the forecast",
    Verdict.PUSH: "push out",
    Verdict.LOST: "will not come: lost",
}
LATER = "later"


@dataclass(frozen=True, slots=True)
class Answered:
    """A review at its end: what still waits, what was done, what could not be looked at."""

    waiting: tuple[Proposal, ...]
    done: tuple[Item, ...]
    unseen: tuple[str, ...]


def looked(
    entries: Sequence[UpsideEntry],
    assessment: Assessment,
    hand: Hand,
    gitlab: GitLab | None,
    *,
    instance: str,
    why: str,
) -> Reviewed:
    """What a review says now. A change order that GitLab does not show is said, not guessed."""
    issues, why_not = _issues(entries, gitlab, instance, why)
    desk = Desk(
        assessment=assessment,
        today=hand.today,
        zone=assessment.rules.zone,
        max_age_days=assessment.policy.upside_review_days,
        issues=issues,
        why_not=why_not,
    )
    return review(entries, desk)


def _issues(
    entries: Sequence[UpsideEntry], gitlab: GitLab | None, instance: str, why: str
) -> tuple[dict[str, Issue | None], str]:
    found: dict[str, Issue | None] = {}
    if gitlab is None:
        return found, why
    for url in addresses(entries):
        try:
            address = issue_address(url, instance)
            found[url] = gitlab.issue(address.project, address.iid)
        except ValueError:
            why = f"{url} is no issue of {instance}"
        except (NotAllowed, Unavailable) as error:
            why = error.message
    return found, why


def accept(hand: Hand, reviewed: Reviewed, keys: Sequence[str]) -> Answered:
    """Do what the keys say, all or nothing; `all` stands for what changed by itself.

    Raises `NotFound` for a key that no proposal has, `WrongUsage` for two verdicts about one entry.
    """
    wanted: dict[str, tuple[Proposal, Verdict]] = {}
    for key in keys:
        for proposal, verdict in _meant(reviewed, key):
            other = wanted.setdefault(proposal.entry.id or "", (proposal, verdict))
            if other[1] is not verdict:
                raise WrongUsage(f"--accept: entry {proposal.entry.id} cannot be both {other[1]} and {verdict}.")
    wishes = [wish(hand, proposal, verdict) for proposal, verdict in wanted.values()]
    done = apply(hand, wishes).plan if wishes else ()
    waiting = tuple(each for each in reviewed.proposals if each.entry.id not in wanted)
    return Answered(waiting, done, reviewed.unseen)


def _meant(reviewed: Reviewed, key: str) -> list[tuple[Proposal, Verdict]]:
    if key.strip().casefold() == EVERY:
        return [(each, each.verdict) for each in reviewed.proposals if each.review is Review.ITSELF]
    found = reviewed.accepted(key)
    if found is None:
        keys = [key_of(each.entry, verdict) for each in reviewed.proposals for verdict in each.choices]
        some = ", ".join(keys[:8]) if keys else "there are none"
        raise NotFound(f"--accept: nothing in this review waits for {key!r}.", hint=f"Keys: {some}.")
    return [found]


def wish(hand: Hand, proposal: Proposal, verdict: Verdict, note: str = "") -> Wish:
    """The change of the ledger that a verdict means; the reason of the proposal is its note, unless one is given."""
    kind = "" if proposal.review is Review.ITSELF else f"{proposal.review.value} "
    own = f"{kind}review: {proposal.reason}"
    said = note or (own if verdict is proposal.verdict else f"{own}; answered {verdict.value}")
    number = proposal.entry.id or ""
    if verdict is Verdict.CONVERT:
        return Wish(number, lambda entry: (converted(entry), None), said)
    if verdict is Verdict.LOST:
        return Wish(number, lambda entry: (lost(entry), None), said)
    if verdict is Verdict.PUSH:
        # within its quarter a month that is over is followed by this one
        month = month_of(hand.today.as_of) if proposal.review is Review.MONTHLY else None
        return Wish(number, pusher(hand, None, month), said)
    return Wish(number, _kept, said)


def _kept(entry: UpsideEntry) -> tuple[UpsideEntry, None]:
    must_be_open(entry)
    return entry, None


def walk(hand: Hand, reviewed: Reviewed, person: Prompter) -> Answered:
    """Ask about each proposal; every answer is stored at once, so that an interrupted review keeps what it has."""
    waiting: list[Proposal] = []
    done: list[Item] = []
    before: Review | None = None
    for proposal in reviewed.proposals:
        if proposal.review is not before:
            person.say()
            person.say(HEADS[proposal.review])
            before = proposal.review
        verdict = _asked(proposal, person)
        if verdict is None:
            waiting.append(proposal)
            continue
        try:
            outcome: Done = apply(hand, [wish(hand, proposal, verdict, _note(verdict, person))])
        except PsdmError as error:  # somebody else was quicker: say it, go on with the others
            person.say(f"  {error.message}")
            continue
        done.extend(outcome.plan)
        for item in outcome.plan:
            person.say(f"  {item.change.title}")
    return Answered(tuple(waiting), tuple(done), reviewed.unseen)


def _asked(proposal: Proposal, person: Prompter) -> Verdict | None:
    entry = proposal.entry
    person.say()
    person.say(f"Entry {entry.id}, {entry.engagement}: {entry.said}")
    person.say(f"  {entry.quarter}, {entry.month}, {entry.scenario.value}, {percent(entry.probability)}")
    person.say(f"  {proposal.reason}")
    choices = [*(Choice(each.value, LABELS[each]) for each in proposal.choices), Choice(LATER, "ask later")]
    answer = person.choose("What now?", choices, default=proposal.verdict.value)
    return None if answer == LATER else Verdict(answer)


def _note(verdict: Verdict, person: Prompter) -> str:
    return person.text("Why") if verdict in {Verdict.PUSH, Verdict.LOST} else ""
