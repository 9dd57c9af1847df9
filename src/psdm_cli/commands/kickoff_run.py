"""One run of `psdm init-project`, step by step: find, decide, plan, write, look again, walk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from psdm_cli.changes.plan import Item, Plan
    from psdm_cli.commands.kickoff_options import Given
    from psdm_cli.context import Environment
    from psdm_cli.domain.drafts import Draft
    from psdm_cli.domain.space.names import Contract
    from psdm_cli.domain.space.wanted import Wanted
    from psdm_cli.output.kickoff_document import KickoffDocument
    from psdm_cli.workflows.checklist_runs import OpenRun
    from psdm_cli.workflows.forecasting import Sources
    from psdm_cli.workflows.kickoff_finding import Desk, Found
    from psdm_cli.workflows.kickoff_kit import Kit
    from psdm_cli.workflows.kickoff_planning import Intent


class KickoffRun:
    """One run of the command, step by step."""

    def __init__(
        self, env: Environment, source: Sources, contract: Contract, given: Given, kantata_id: str | None
    ) -> None:
        from psdm_cli.workflows.kickoff_finding import Desk

        self.env = env
        self.given = given
        self.contract = contract
        self.desk: Desk = Desk(source, env.gitlab(), env.settings, env.directory(), kantata_id)
        self.assumed: tuple[str, ...] = ()
        self.said: dict[str, str] = {}
        self.found: Found

    def find(self) -> None:
        """Look in both systems."""
        from psdm_cli.workflows.kickoff_finding import find

        self.found = find(self.desk, self.contract, self.given.facts)
        self.said = dict(self.found.space.told)

    # only checking

    def checked(self) -> KickoffDocument:
        """How it stands, nothing else."""
        opened = self._opened(keep=False)
        return self._document(opened, None)

    # everything

    def carried_out(self, tick: tuple[int, ...], plan_out: Path | None) -> KickoffDocument:
        """Decide, plan, write, look again, walk what is left with a person."""
        from dataclasses import replace

        from psdm_cli.changes.plan import ChangeState
        from psdm_cli.commands.kickoff_kit import kit_of
        from psdm_cli.commands.staffing_options import plan_of
        from psdm_cli.commands.writing import outcome_of
        from psdm_cli.errors import Forbidden
        from psdm_cli.workflows.kickoff import planned, remember_places
        from psdm_cli.workflows.kickoff_checklist import answer_told

        env = self.env
        wanted = self._decided()
        tick = tick or self._asked_ticks()
        kit = kit_of(env, self.desk, self.found.me.name)
        intent = planned(kit, self.found.space, wanted, tick)
        for sentence in (*self.assumed, *(f"Not planned: {each}." for each in intent.left_out)):
            if env.interactive:  # before the question, which it may decide
                env.say(sentence)
        plan = plan_of(env, f"psdm init-project {self.contract.name}", intent.changes)
        try:
            outcome = outcome_of(env, plan, plan_out=plan_out)
        except Forbidden as refused:
            return self._refused(kit, wanted, intent, refused)
        requests = (*intent.requests, *self._requests(kit, wanted, outcome.plan.items, outcome.forbidden))
        if any(item.state is ChangeState.APPLIED for item in outcome.plan.items):
            self._look_again(outcome.plan.items)
        if not env.options.dry_run:
            remember_places(env.store(), self.found.space, who=self.found.me.name, at=env.clock.real)
        opened = self._opened(keep=not env.options.dry_run)
        answer_told(opened, self.said, env.as_of)
        if env.interactive and not env.options.dry_run and plan_out is None and outcome.exit_code == 0:
            self._walk(opened)
        opened.remember()
        document = self._document(opened, intent, wanted, outcome.plan)
        return replace(
            document,
            plan=outcome.plan,
            requests=requests,
            run=outcome.run,
            failed=outcome.exit_code,
            saved_in=str(plan_out) if plan_out is not None else None,
        )

    def _decided(self) -> Wanted:
        """What a person decides, or proposals where nobody can be asked; answers are remembered at once."""
        from psdm_cli.workflows.kickoff import remember
        from psdm_cli.workflows.kickoff_deciding import Deciding
        from psdm_cli.workflows.kickoff_finding import observed_again

        env = self.env
        deciding = Deciding(
            env.settings,
            lambda found, facts: observed_again(self.desk, found, facts),
            env.prompter() if env.interactive else None,
        )
        try:
            self.found, wanted = deciding.decide(self.found)
        finally:
            if not env.options.dry_run:
                subject = self.found.space.subject_id
                facts = {(subject, name): value for name, value in {**self.given.facts, **deciding.facts}.items()}
                remember(env.store(), facts, who=self.found.me.name, at=env.clock.real)
        self.assumed = tuple(deciding.assumed)
        self.said |= deciding.facts
        return wanted

    def _asked_ticks(self) -> tuple[int, ...]:
        """The open steps of the intake that a person ticks from here; none where nobody can be asked."""
        from psdm_cli.commands.kickoff_options import numbers
        from psdm_cli.domain.space.parts import value_of

        intake = value_of(self.found.space.intake)
        still = [s for s in intake.steps if s.ticked is False] if intake is not None else []
        if not self.env.interactive or not still:
            return ()
        person = self.env.prompter()
        person.say("Open steps of the scheduling intake:")
        for step in still:
            person.say(f"  {step.number}  {step.title} ({step.owner})")
        known = [step.number for step in still]
        text = person.text("Tick which, such as 6, 7 (Enter for none)", check=lambda text: numbers(text, known))
        return tuple(int(each) for each in text.split(",") if each)

    def _requests(
        self, kit: Kit, wanted: Wanted, items: Sequence[Item], forbidden: Collection[int]
    ) -> tuple[Draft, ...]:
        """What others are asked for since it was refused; that Kantata refused the link's field is remembered."""
        from psdm_cli.workflows.kickoff import refused_requests
        from psdm_cli.workflows.kickoff_link import refused_link, remember_refusal

        refused = refused_link(items, forbidden)
        if refused is not None:
            store, subject = self.env.store(writing=True), self.found.space.subject_id
            said, now = refused.error or "", self.env.clock.real
            remember_refusal(store, subject, said, who=self.found.me.name, at=now)
        return refused_requests(kit, self.found.space, wanted, items, forbidden)

    def _refused(self, kit: Kit, wanted: Wanted, intent: Intent, refused: Exception) -> KickoffDocument:
        """Nothing is in since creating was refused: the request to the owner instead (exit 4). Else it is raised."""
        from dataclasses import replace

        from psdm_cli.changes.plan import ChangeState
        from psdm_cli.commands.staffing_options import plan_of

        plan = plan_of(self.env, f"psdm init-project {self.contract.name}", intent.changes)
        first = next(item for item in plan.items if item.change.writes)
        failed = first.now(ChangeState.FAILED, error=str(refused))
        requests = self._requests(kit, wanted, (failed,), {first.n})
        if not requests:
            raise refused
        items = tuple(failed if item.n == first.n else item for item in plan.items)
        document = self._document(self._opened(keep=False), intent, wanted)
        self.env.terminal.say(f"psdm: {refused}", always=True)
        return replace(document, plan=replace(plan, items=items), requests=(*intent.requests, *requests), failed=4)

    def _look_again(self, items: Sequence[Item]) -> None:
        """GitLab anew, after something was written; of Kantata's side only the address was, by this very run."""
        from psdm_cli.workflows.kickoff_finding import observed_again, with_address

        self.found = observed_again(self.desk, with_address(self.found, items), {})

    def _walk(self, opened: OpenRun) -> None:
        from psdm_cli.workflows.checklist_walk import walk

        if opened.run.open and self.env.prompter().confirm("Go through the open steps now?", default=True):
            walk(opened, self.env.prompter())

    # what everything stands on

    def _opened(self, *, keep: bool) -> OpenRun:
        """The checklist's run over what was seen."""
        from datetime import UTC, datetime

        from psdm_cli.checklists.loading import definition_named
        from psdm_cli.commands.checklist import team_folder
        from psdm_cli.workflows.checklist_runs import Desk as ChecklistDesk
        from psdm_cli.workflows.kickoff_checklist import CHECKLIST, kickoff_of, open_kickoff

        env, found = self.env, self.found
        definition = definition_named(CHECKLIST, team_folder(env))
        desk = ChecklistDesk(
            env.store(),
            lambda: datetime.now(UTC),
            env.as_of,
            env.clock.zone,
            keep=keep,
            who=found.me.name,
            links=env.settings.links,
        )
        assessment = found.prepared.assessment if found.prepared is not None else None
        kickoff = kickoff_of(found.space, as_of=env.as_of, assessment=assessment, me=found.me.id)
        return open_kickoff(desk, definition, kickoff, found.prepared)

    def _document(
        self, opened: OpenRun, intent: Intent | None, wanted: Wanted | None = None, plan: Plan | None = None
    ) -> KickoffDocument:
        from psdm_cli.output.kickoff_document import KickoffDocument
        from psdm_cli.workflows.checklist_reports import report_of_run
        from psdm_cli.workflows.kickoff import view_of

        report = report_of_run(opened)
        return KickoffDocument(
            view=view_of(self.found, wanted, plan),
            report=report,
            as_of=self.env.as_of,
            requests=intent.requests if intent is not None else (),
            left_out=intent.left_out if intent is not None else (),
            warnings=(*self.assumed, *report.warnings),
            verbose=self.env.options.verbose > 0,
        )
