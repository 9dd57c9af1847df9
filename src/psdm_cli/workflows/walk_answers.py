"""What a person answers about findings, kept at once: decisions of the week, waivers, entries of the upside ledger."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from psdm_cli.domain.findings import Finding
from psdm_cli.domain.queue import Decision, Verdict, seen_of
from psdm_cli.domain.steps.upside_candidates import unconfirmed
from psdm_cli.domain.upside import UpsideEntry, candidate_of, candidates, entry_of, source_of, sources_named
from psdm_cli.domain.waivers import Waiver, waiver
from psdm_cli.workflows.checklist_runs import Desk
from psdm_cli.workflows.forecasting import Prepared

if TYPE_CHECKING:
    from psdm_cli.store.decisions import Decisions

COUNTED_TOO = "Its money is in the forecast as well: move its date when it will not land."


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody else was quicker: who, when, what. Nothing was stored."""

    finding: Finding
    said: str


@dataclass
class Answers:
    """The answers about the findings of one preparation. A desk that does not keep stores none (dry run)."""

    desk: Desk
    prepared: Prepared
    _kept: dict[str, Decision] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.desk.keep:
            self._kept = self._decisions.latest()

    @property
    def _decisions(self) -> Decisions:
        return self.desk.store.decisions(self.prepared.assessment.week, self.prepared.scope_key)

    @property
    def decisions(self) -> dict[str, Decision]:
        """The last decision about each finding, as it was when `refresh` looked last."""
        return self._kept

    def refresh(self, prepared: Prepared | None = None) -> Prepared:
        """Look again at what is stored, by this process or another; `prepared` when Kantata was read anew."""
        before = self.prepared
        self.prepared = prepared or before
        if not self.desk.keep:  # what was answered in a dry run lives here alone
            self.prepared = replace(self.prepared, waivers=before.waivers, upside=before.upside)
            return self.prepared
        self._kept = self._decisions.latest()
        store = self.desk.store
        self.prepared = replace(self.prepared, waivers=store.waivers.list(), upside=store.upside.list())
        return self.prepared

    def decide(self, finding: Finding, verdict: Verdict, note: str = "") -> Taken | None:
        """Store a decision, unless somebody decided since `refresh`: then it is said what, and nothing is stored."""
        decision = Decision(finding.key, verdict, note, self.desk.who, self.desk.now(), seen_of(finding))
        known = self._kept.get(finding.key)
        if not self.desk.keep:
            self._kept[finding.key] = replace(decision, id=(known.id if known else 0) + 1)
            return None
        after = known.id if known else 0
        other = self._decisions.decide(decision, after=after)
        while other is not None and other.verdict is Verdict.LATER:  # put off is not decided
            other = self._decisions.decide(decision, after=other.id)
        return None if other is None else Taken(finding, self._said(other))

    def waive(self, finding: Finding, reason: str, until: date) -> Waiver | Taken:
        """Store a waiver. Raises `ValueError` without a reason or with an end in the past."""
        made = waiver(finding, reason, until, self.desk.who, self.desk.now(), self.desk.as_of)
        other = next((each for each in self._waivers_now() if each.finding == finding.key), None)
        if other is not None:
            return Taken(finding, other.said)
        taken = self.decide(finding, Verdict.WAIVED, f"until {until.isoformat()}: {made.reason}")
        if taken is not None:
            return taken
        if self.desk.keep:
            self.desk.store.waivers.put(made)
        self.prepared = replace(self.prepared, waivers=(*self.prepared.waivers, made))
        return made

    def _waivers_now(self) -> tuple[Waiver, ...]:
        return self.desk.store.waivers.active(self.desk.as_of) if self.desk.keep else ()

    def candidate(self, finding: Finding) -> Finding | None:
        """What of a finding may become upside: a candidate, or a milestone dated in the quarter but unconfirmed.

        None when it is neither, or is in the ledger.
        """
        found = candidate_of(finding, candidates(self.prepared.judged()))
        if found is not None or self.in_ledger(finding) is not None:
            return found
        return candidate_of(finding, self._by_hand())

    def is_forecast(self, finding: Finding) -> bool:
        """Whether what a finding is about is in the forecast already, so that upside counts it beside."""
        return candidate_of(finding, self._by_hand()) is not None

    def _by_hand(self) -> dict[str, Finding]:
        return {source_of(found): found for found in unconfirmed(self.prepared.assessment)}

    def every_candidate(self) -> dict[str, Finding]:
        """What may become upside by key: the candidates, those in the ledger included, and what is added by hand."""
        unledgered = candidates(replace(self.prepared, upside=()).judged())
        return {finding.key: finding for finding in (*self._by_hand().values(), *unledgered.values())}

    def in_ledger(self, finding: Finding) -> UpsideEntry | None:
        """The entry of this quarter that a finding is about."""
        named = sources_named(finding)
        quarter = self.prepared.assessment.quarter.name
        return next((e for e in self.prepared.upside if e.source in named and e.quarter == quarter), None)

    def add_upside(self, finding: Finding, reason: str, chance: Decimal) -> UpsideEntry | Taken | None:
        """Store an entry for what a finding is about, once for its source and quarter.

        None where the finding is about nothing that may be upside. Raises `ValueError` without a reason.
        """
        candidate = self.candidate(finding)
        if candidate is None:
            there = self.in_ledger(finding)
            return None if there is None else Taken(finding, self._recorded(there))
        assessment = self.prepared.assessment
        entry = entry_of(
            candidate, reason, chance, assessment.quarter, assessment.as_of, self.desk.who, self.desk.now()
        )
        if self.desk.keep:
            entry, new = self.desk.store.upside.add(entry)
            if not new:
                return Taken(finding, self._recorded(entry))
        self.prepared = replace(self.prepared, upside=(*self.prepared.upside, entry))
        self.decide(finding, Verdict.UPSIDE, entry.reason)
        return entry

    def _recorded(self, entry: UpsideEntry) -> str:
        at = f" on {entry.at.astimezone(self.desk.zone):%Y-%m-%d %H:%M}" if entry.at else ""
        return f"in the upside ledger since {entry.quarter} by {entry.who}{at}: {entry.said}"

    def _said(self, decision: Decision) -> str:
        at = decision.at.astimezone(self.desk.zone)
        note = f" ({decision.note})" if decision.note else ""
        return f"{decision.verdict.value} by {decision.who} at {at:%H:%M}{note}"
