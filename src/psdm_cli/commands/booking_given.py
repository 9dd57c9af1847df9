"""What `psdm booking request` was given; what is missing is asked for, again after a senseless answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psdm_cli.errors import WrongUsage

if TYPE_CHECKING:
    from datetime import date

    from psdm_cli.context import Environment
    from psdm_cli.domain.assessment import Assessment
    from psdm_cli.domain.engagements import Engagement
    from psdm_cli.domain.wanted_booking import Wanted


class Given:
    """What the options of a request say; what is missing is asked for at a terminal."""

    def __init__(  # noqa: PLR0917 - as the options stand
        self,
        env: Environment,
        role: str | None,
        person: str | None,
        start: str | None,
        last: str | None,
        hours: str | None,
        hard: bool | None,
    ) -> None:
        from psdm_cli.commands.staffing_options import minutes, span

        self.env = env
        self.role = role
        self.person = person
        self.start, self.last = span(start, last)
        self.minutes = minutes(hours)
        self.hard = hard is not False

    def check(self) -> None:
        """Ask for what is missing, again after a senseless answer; `WrongUsage` where nobody can be asked."""
        missing = [
            option
            for option, value in (
                ("--role or --person", self.role or self.person),
                ("--from", self.start),
                ("--to", self.last),
                ("--hours", self.minutes),
            )
            if value is None
        ]
        if not missing:
            return
        if not self.env.interactive:
            needed = f"{', '.join(missing[:-1])} and {missing[-1]}" if len(missing) > 1 else missing[0]
            raise WrongUsage(f"psdm booking request needs {needed}.", hint="Run: psdm booking request --help")
        from psdm_cli.commands.staffing_options import minutes

        person = self.env.prompter()
        if self.role is None and self.person is None:
            self.role = person.text("Which role (PM, PSE, TA)", check=_filled)
        if self.start is None:
            self.start = person.date("First day", check=self._not_after_last)
        if self.last is None:
            self.last = person.date("Last day, included", check=self._not_before_start)
        if self.minutes is None:
            self.minutes = minutes(person.text("Hours in total", check=_hours))

    def _not_after_last(self, day: date) -> date:
        if self.last is not None and day > self.last:
            raise ValueError(f"expected a day up to {self.last}, not {day}")
        return day

    def _not_before_start(self, day: date) -> date:
        if self.start is not None and day < self.start:
            raise ValueError(f"expected a day from {self.start} on, not {day}")
        return day

    def wanted(self, assessment: Assessment, engagement: Engagement) -> Wanted:
        """The booking as it is wanted. Raises `WrongUsage`, `NotFound`."""
        from psdm_cli.domain.engagements import OTHER_ROLE, role_name
        from psdm_cli.domain.wanted_booking import Wanted
        from psdm_cli.workflows.booking_choice import known_role, somebody

        who = somebody(assessment, self.person) if self.person is not None else None
        role = known_role(assessment, self.role) if self.role is not None else None
        if role is None and who is not None:
            own = (r.id for r in engagement.resources if r.user_id == who.id)
            role = next((engagement.resource_roles[r] for r in own), None) or role_name(who.role)
            if role == OTHER_ROLE:
                raise WrongUsage(f"{who.name} has no default role; say it with --role.")
        if role is None or self.start is None or self.last is None or self.minutes is None:
            raise WrongUsage("psdm booking request needs --role or --person, --from, --to and --hours.")
        return Wanted(
            role=role,
            start=self.start,
            last=self.last,
            minutes=self.minutes,
            hard=self.hard,
            user_id=who.id if who is not None else None,
            person=who.name if who is not None else None,
        )


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("an answer is needed")
    return text.strip()


def _hours(text: str) -> str:
    from psdm_cli.commands.staffing_options import minutes

    try:
        minutes(_filled(text))
    except WrongUsage as error:
        raise ValueError(error.message.removeprefix("--hours: ").rstrip(".")) from None
    return text.strip()
