"""The Monday walk: a person goes through the findings that matter most, then the manual steps, then freezes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from psdm_cli.domain.call_message import call_message
from psdm_cli.domain.explanation_findings import explain_finding
from psdm_cli.domain.queue import Entry, Verdict, queue
from psdm_cli.domain.upside import percent, probability, upside_reason
from psdm_cli.domain.waivers import Returned, returned, waiver_end, waiver_reason
from psdm_cli.errors import Interrupted, PsdmError
from psdm_cli.prompting import Choice, Prompter
from psdm_cli.workflows.checklist_walk import steps_of
from psdm_cli.workflows.checklist_walk import walk as walk_checklist
from psdm_cli.workflows.freezing import Frozen
from psdm_cli.workflows.walk_answers import COUNTED_TOO, Answers, Taken
from psdm_cli.workflows.walk_tools import LABELS, Act, Ended, Ending, Screen, Tools

OPTION = r"^--[a-z-]+: "  # a complaint about an answer names the option that gives it; here it was typed
POSTED = "FP-14"  # asked with the message before one's eyes


@dataclass
class Walk:
    """One sitting. Everything that was answered is stored; what was passed over in this sitting is not asked again."""

    tools: Tools
    answers: Answers
    prompter: Prompter
    screen: Screen
    passed: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)
    handled: int = 0

    def run(self) -> Ended:
        """Walk to the end. Raises `Interrupted` with everything kept, and what reading raises."""
        prepared = self.answers.prepared
        self.screen.summary(prepared.report(), len(self._queue()), len(self.answers.decisions))
        act = Act.LATER
        while (entry := self._next()) is not None and act not in (Act.SKIP, Act.QUIT):
            act = self._handle(entry)
        if act is Act.QUIT:
            return self._ended(Ending.QUIT, None)
        opened = self.tools.opened(self.answers.prepared)
        opened.remember()
        walk_checklist(opened, self.prompter, [step for step in steps_of(opened) if step != POSTED])
        frozen = self._freeze()
        now = self.answers.prepared
        self.screen.message(call_message(now.report(), now.upside, now.waivers, frozen.said if frozen else ""))
        walk_checklist(self.tools.opened(now), self.prompter, [POSTED])
        return self._ended(Ending.DONE, frozen)

    def _ended(self, how: Ending, frozen: Frozen | None) -> Ended:
        opened = self.tools.opened(self.answers.prepared)
        opened.remember()
        return Ended(how, self.answers.prepared, opened, len(self._queue()), frozen)

    def _queue(self) -> tuple[Entry, ...]:
        return queue(
            self.answers.prepared.steps(),
            self.answers.decisions,
            self.tools.deadlines,
            self.tools.otherwise,
            apart=self.apart,
        )

    def _next(self) -> Entry | None:
        self.answers.refresh()
        return next((entry for entry in self._queue() if not self.passed.issuperset(entry.keys)), None)

    def _handle(self, entry: Entry) -> Act:
        """One finding until something is done about it."""
        left = sum(not self.passed.issuperset(each.keys) for each in self._queue())
        self.screen.entry(
            entry,
            (self.handled + 1, self.handled + left),
            self.answers.decisions.get(entry.first.key),
            self._back(entry),
        )
        offered = self._offered(entry)
        while True:
            act = Act(self.prompter.choose("What now?", offered, default=Act.LATER.value))
            if act is Act.EACH:
                self.apart.update(entry.keys)
                return act
            if act in (Act.SKIP, Act.QUIT):
                return act
            if self._done(act, entry):
                self.handled += 1
                self.passed.update(entry.keys)
                return act

    def _offered(self, entry: Entry) -> list[Choice]:
        acts = [Act.WAIVE, Act.OPEN, Act.WHY, Act.LATER, Act.SKIP, Act.QUIT]
        if entry.is_group:
            acts.insert(0, Act.EACH)
        if any(self.answers.candidate(finding) for finding in entry.findings):
            acts.insert(0, Act.UPSIDE)
        if self.tools.repairs(self.answers.prepared, entry.findings):
            acts.insert(0, Act.FIX)
        return [Choice(act.value, LABELS[act]) for act in acts]

    def _done(self, act: Act, entry: Entry) -> bool:
        """Do it; False when the question is to be asked again."""
        if act is Act.OPEN:
            page = self.tools.page(entry.first)
            self.prompter.say(f"  {page or 'It has no page of its own in Kantata.'}")
            return False
        if act is Act.WHY:
            found = explain_finding(self.answers.prepared.assessment, entry.first)
            self.screen.why(found)
            return False
        if act is Act.LATER:
            for finding in entry.findings:
                self._tell_if_taken(self.answers.decide(finding, Verdict.LATER))
            return True
        try:
            if act is Act.FIX:
                return self._repair(entry)
            return self._waive(entry) if act is Act.WAIVE else self._upside(entry)
        except Interrupted:
            raise
        except PsdmError as error:  # the finding stays, and so does the walk
            self.prompter.say(f"  {re.sub(OPTION, '', error.message)}")
            if error.hint:
                self.prompter.say(f"  {error.hint}")
            return False

    def _repair(self, entry: Entry) -> bool:
        ways = list(self.tools.repairs(self.answers.prepared, entry.findings))
        way = ways[0]
        if len(ways) > 1:
            choices = [Choice(str(number), each.label) for number, each in enumerate(ways)]
            way = ways[int(self.prompter.choose("How?", choices, default="0"))]
        said = way.run(self.prompter)
        if said is None:
            return False
        prepared = self.answers.refresh(self.tools.prepare())
        live = {finding.key: finding for step in prepared.steps() for finding in step.live}
        for finding in entry.findings:
            still = live.get(finding.key)
            self._tell_if_taken(self.answers.decide(still or finding, Verdict.FIXED, said))
            if still is None:
                self.prompter.say(f"  ✓ {finding.step} {finding.subject}: gone, checked again just now.")
            else:
                self.prompter.say(
                    f"  {finding.step} {finding.subject}: {said}; not gone yet, psdm looks again next time."
                )
        return True

    def _waive(self, entry: Entry) -> bool:
        as_of = self.answers.desk.as_of
        reason = self.prompter.text("Reason, as you would say it in the call", check=waiver_reason)
        until = self.prompter.date(
            "Until which day, included", default=_week_from(as_of), check=lambda day: waiver_end(day, as_of)
        )
        for finding in entry.findings:
            made = self.answers.waive(finding, reason, until)
            if isinstance(made, Taken):
                self._tell_if_taken(made)
            else:
                self.prompter.say(f"  {finding.subject}: {made.said}.")
        return True

    def _upside(self, entry: Entry) -> bool:
        usual = self.answers.prepared.assessment.policy.soft_probability
        reason = self.prompter.text("What keeps it soft (because of …)", check=upside_reason)
        chance = probability(
            self.prompter.text(
                "Probability in percent", default=percent(usual), check=lambda text: percent(probability(text))
            )
        )
        for finding in entry.findings:
            made = self.answers.add_upside(finding, reason, chance)
            if isinstance(made, Taken):
                self._tell_if_taken(made)
            elif made is not None:
                self.prompter.say(f"  {made.engagement}: in the upside ledger for {made.quarter}: {made.said}.")
                if self.answers.is_forecast(finding):
                    self.prompter.say(f"  {COUNTED_TOO}")
        return True

    def _tell_if_taken(self, taken: Taken | None) -> None:
        if taken is not None:
            self.prompter.say(f"  {taken.finding.subject}: somebody was quicker: {taken.said}. That stands.")

    def _back(self, entry: Entry) -> Returned | None:
        prepared = self.answers.prepared
        back = returned(prepared.steps(), prepared.waivers, prepared.assessment.as_of)
        return next((each for each in back if each.finding.key in entry.keys), None)

    def _freeze(self) -> Frozen | None:
        if self.tools.freeze is None:
            return None
        prepared = self.answers.prepared
        week = prepared.assessment.week
        if not self.tools.freeze_unasked:
            frozen = self.tools.is_frozen(prepared)
            again = " again, with the same figures" if frozen else ""
            if not self.prompter.confirm(f"Freeze the forecast of {week}{again}?", default=not frozen):
                return None
        return self.tools.freeze(prepared)


def _week_from(day: date) -> date:
    from datetime import timedelta

    return day + timedelta(days=7)
