"""The open works at risk: asked of GitLab where that is wanted, else as it showed them last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.contract_clocks import WORK_AT_RISK, RiskClock, RiskWatch, risk_clock
from psdm_cli.errors import BadAnswer, NotAllowed, NotFound, Unavailable

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings
    from psdm_cli.store.database import Store
    from psdm_cli.systems.gitlab_ports import GitLab

FACT = "work-at-risk"
WHOLE_SITE = ""  # facts about the site itself, not about an engagement


def ask(gitlab: GitLab, settings: Settings, store: Store, *, as_of: date, at: datetime, keep: bool = True) -> RiskWatch:
    """The open works at risk of the `ps_plan` project, kept for later looks. A GitLab that cannot answer is said."""
    project, label = settings.gitlab.projects.ps_plan, settings.labels["work_at_risk"].name
    try:
        found = {issue.id: issue for issue in gitlab.issues(project=project, all_labels=(label,), state="opened")}
        by_title = gitlab.issues(project=project, search=WORK_AT_RISK, search_in="title", state="opened")
        found.update({issue.id: issue for issue in by_title})
    except (NotAllowed, NotFound, Unavailable, BadAnswer) as error:
        before = remembered(store, "")
        return RiskWatch(before.clocks, before.seen_on, error.message, failed=True)
    clocks = [clock for issue in found.values() if (clock := risk_clock(issue, label)) is not None]
    watch = RiskWatch(tuple(sorted(clocks, key=lambda clock: clock.key)), as_of)
    if keep:
        store.facts.put(WHOLE_SITE, FACT, _text(watch), who="GitLab", at=at)
    return watch


def remembered(store: Store, why_not: str) -> RiskWatch:
    """What GitLab showed last; `why_not`: why it is not asked now."""
    fact = store.facts.get(WHOLE_SITE, FACT)
    if fact is None:
        return RiskWatch(why_not=why_not)
    try:
        kept = json.loads(fact.value)
        clocks = tuple(_clock(row) for row in kept["clocks"])
        return RiskWatch(clocks, date.fromisoformat(kept["seen_on"]), why_not)
    except (ValueError, KeyError, TypeError):  # of another version: it is read anew with the next refresh
        return RiskWatch(why_not=why_not)


def _text(watch: RiskWatch) -> str:
    rows: Iterable[dict[str, Any]] = (asdict(clock) for clock in watch.clocks)
    seen_on = watch.seen_on.isoformat() if watch.seen_on else ""
    return json.dumps({"seen_on": seen_on, "clocks": list(rows)}, default=date.isoformat)


def _clock(row: dict[str, Any]) -> RiskClock:
    stop = row["stop"]
    return RiskClock(
        str(row["key"]), str(row["title"]), row["sow"], date.fromisoformat(stop) if stop else None, row["url"]
    )
