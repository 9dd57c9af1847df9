"""What the seeded engagements are built on, and one of them under construction with its blemishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.calendars import DAY, Days
from psdm_cli.sandbox.engagements import FF, IMKE, TM, TOMASZ, Spec
from psdm_cli.sandbox.gitlab import tables
from psdm_cli.sandbox.gitlab.seed_labels import SOW_COLOR

LEADS = {IMKE: "Imke Vandermolen", TOMASZ: "Tomasz Okafor"}
ACTIVITIES = {
    "GitLab Migration": ("Platform setup", "SCM and user migration", "CI/CD transition"),
    "Platform Implementation": ("Discovery", "Target architecture", "Pilot"),
    "Dedicated Engineer": ("Dedicated engineering",),
    "CI/CD Transformation": ("CI/CD assessment", "Pipeline migration"),
    "Security and Compliance": ("Assessment", "Policies", "Rollout"),
    "Administrator Training": ("Training",),
    "Runner Modernization": ("Runner fleet",),
    "Repository Consolidation": ("Inventory", "Wave A", "Wave B"),
    "Observability Rollout": ("Baseline", "Dashboards"),
    "Agile Planning Adoption": ("Discovery", "Enablement and training"),
}
KINDS = {TM: "Time & Materials", FF: "Fixed Fee"}

# What is not as the handbook has it, by SOW number. 2301, 2311 and the other project managers' are as they should be.
BLEMISHES: dict[int, frozenset[str]] = {
    2302: frozenset({"raid-not-renamed"}),
    2303: frozenset({"epic-without-sow-label"}),
    2304: frozenset({"internal"}),
    2305: frozenset({"no-retrospective"}),
    2307: frozenset({"no-readme", "no-note", "leak"}),
    2308: frozenset({"no-board"}),
    2309: frozenset({"by-hand"}),
    2310: frozenset({"epic-without-pm-label"}),
    2312: frozenset({"no-contract-links", "intake-empty"}),
    2313: frozenset({"scoped-differently"}),
    2320: frozenset({"archived"}),
}


def moment(day: date, hour: int = 14) -> str:
    """An instant on a day, as GitLab writes it."""
    return tables.stamp(datetime.combine(day, time(hour), UTC))


@dataclass
class Ground:
    """What every engagement is built on. `epics`: whether the plan has them; `users`: by name."""

    account: Account
    as_of: date
    calendar: Days
    epics: bool
    services: Row
    internal: Row
    partner: Row
    ps_plan: Row
    labels: dict[str, Row]
    users: dict[str, Row]

    def label(self, place: Row, name: str, color: str) -> Row:
        """A label by name, made in a place when it is not there yet."""
        if name not in self.labels:
            self.labels[name] = tables.make_label(self.account, place, name, color)
        return self.labels[name]


@dataclass
class Space:
    """One engagement under construction."""

    ground: Ground
    spec: Spec
    customer: str
    start: date
    end: date
    blemishes: frozenset[str] = field(default_factory=frozenset)

    @property
    def sow(self) -> str:
        """The SOW number."""
        return self.spec.sow

    @property
    def born(self) -> str:
        """When its space was made."""
        return moment(min(self.start, self.ground.as_of) - 20 * DAY)

    @property
    def pm(self) -> Row:
        """The project manager."""
        return self.ground.users[LEADS.get(self.spec.lead, "Robin Castellano")]

    @property
    def closed(self) -> bool:
        """Whether the engagement is over."""
        return self.spec.status in ("Closed", "Completed")

    @property
    def activities(self) -> tuple[str, ...]:
        """What the SOW sells, one epic each."""
        return ACTIVITIES.get(self.spec.offering, ("Consulting",))

    def sow_label(self) -> Row:
        """The label of the contract number, at the group of all."""
        return self.ground.label(self.ground.services, self.sow, SOW_COLOR)

    def marked(self, text: str, kind: str, key: str = "") -> str:
        """A text with psdm's marker, unless the space was made by hand."""
        if "by-hand" in self.blemishes:
            return text
        return f"{text.rstrip()}\n\n<!-- psdm:{kind}:{self.sow}{f'/{key}' if key else ''} -->\n"

    def closing(self, closed: bool) -> dict[str, str]:
        """The columns of an item that was closed at the engagement's end; none while it is open."""
        return {"state": "closed", "closed_at": moment(min(self.end, self.ground.as_of - DAY))} if closed else {}
