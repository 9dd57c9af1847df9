"""A case to be fixed: like findings of one engagement, and what mending them stands on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.findings import Finding
from psdm_cli.workflows.booking import Intent
from psdm_cli.workflows.coordinator import Desk
from psdm_cli.workflows.fix_options import Answers, FixOption, merged


@dataclass(frozen=True, slots=True)
class Case:
    """Like findings of one engagement, and what fixing them stands on."""

    findings: tuple[Finding, ...]
    engagement: Engagement
    assessment: Assessment
    desk: Desk
    answers: Answers
    direct: bool

    @property
    def first(self) -> Finding:
        """The first finding, often the only one."""
        return self.findings[0]


def as_option(name: str, label: str, intent: Intent) -> FixOption:
    """An intent as a way to repair."""
    return FixOption(name, label, intent.changes, intent.drafts, warnings=intent.warnings)


def first_ready(options: Iterable[FixOption]) -> FixOption | None:
    """The first of them that asks nothing more."""
    return next((option for option in options if option.is_ready), None)


def all_of(options: Sequence[FixOption], label: str) -> FixOption:
    """Several ways as one."""
    return FixOption(
        options[0].name,
        label,
        merged(tuple(change for option in options for change in option.changes)),
        tuple(dict.fromkeys(draft for option in options for draft in option.drafts)),
        warnings=tuple(dict.fromkeys(warning for option in options for warning in option.warnings)),
    )
