"""The seeded engagements, as a table: type, status, weeks, team, and what is wrong with them."""
# ruff: noqa: E501  (a table reads better in long lines)

from __future__ import annotations

from dataclasses import dataclass, field

from psdm_cli.sandbox.staff import ME, PM, PSE, TA

TM, FF, BLOCK, ENGINEER, TRAINING = "T&M", "Fixed Fee", "Consulting Block", "Dedicated Engineer", "Training"
IMKE, TOMASZ = "1002", "1003"

CUSTOMERS = (
    "Larkspur Mutual", "Brightwater Utilities", "Copperline Logistics", "Fernhill Robotics", "Quarrystone Bank",
    "Saltmarsh Foods", "Juniper Aerostructures", "Tsukimi Electric", "Cobalt Ridge Insurance", "Amberley College",
    "Wrenfield Media", "Tidewater Genomics", "Oakmoor Telecom", "Pinecrest Retail", "Glasswing Health",
    "Bellweather Shipping", "Stonebridge Energy", "Marigold Hotels", "Ravenna Games", "Foxglove Pharma",
    "Hollowell Freight", "Kestrel Avionics", "Lindenbrook Water", "Mossgate Studios", "Northfen Rail",
    "Orchid Bay Resorts", "Palisade Credit", "Quillon Semiconductors",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seat:
    """One booked resource: minutes a full day, soft or hard, in weeks counted from the as-of week (0)."""

    user: str | None
    role: str
    minutes: int
    hard: bool = True
    first_week: int | None = None
    last_week: int | None = None
    next_month: bool = False


@dataclass(frozen=True, slots=True)
class Sold:
    """A fixed-fee milestone: amount in whole units and its due week (None: undated); the past ones are completed."""

    title: str
    amount: int
    week: int | None
    state: str = "plain"


@dataclass(frozen=True, slots=True)
class Spec:
    """One engagement of the portfolio."""

    number: int
    offering: str
    type: str
    first_week: int
    last_week: int
    seats: tuple[Seat, ...] = ()
    status: str = "Active"
    lead: str = ME
    currency: str = "USD"
    sold: tuple[Sold, ...] = ()
    unplanned: int = 0
    fixed_price: int | None = None
    archived: bool = False
    health: str = "green"
    health_weeks_behind: int = 0
    quirks: frozenset[str] = field(default_factory=frozenset)

    @property
    def sow(self) -> str:
        """The SOW number."""
        return f"SOW-{self.number}"


def _lead(lead: str = ME, minutes: int = 30, last: int | None = None) -> Seat:
    return Seat(lead, PM, minutes, last_week=last)


def _engineer(user: str | None, minutes: int, last: int | None = None) -> Seat:
    return Seat(user, PSE, minutes, last_week=last)


def _architect(user: str, minutes: int, last: int | None = None) -> Seat:
    return Seat(user, TA, minutes, last_week=last)


def _quirk(*names: str) -> frozenset[str]:
    return frozenset(names)


SPECS: tuple[Spec, ...] = (
    # Trouble 1: hard bookings stop after three weeks, money is not planned, soft bookings stand in the current month.
    Spec(2301, "GitLab Migration", TM, -14, 20,
         (_lead(last=2), _engineer("1012", 240, last=2), _architect("1021", 120, last=2),
          Seat("1019", PSE, 480, hard=False, first_week=0, last_week=2),
          Seat(None, PSE, 480, hard=False, first_week=3, last_week=10)),
         unplanned=186_000, health="yellow"),
    # Trouble 2: sign-offs. One milestone overdue, one undated, one due on the quarter's last business day, one accepted
    # by the customer but still open.
    Spec(2302, "Platform Implementation", FF, -16, 15,
         (_lead(), _engineer("1016", 240), _architect("1021", 120)),
         sold=(Sold("Discovery report accepted", 40_000, -9), Sold("Target architecture accepted", 45_000, -3, "overdue"),
               Sold("Pilot group live", 35_000, None), Sold("Migration wave 1 accepted", 60_000, 0, "quarter-end"),
               Sold("Runner fleet accepted", 25_000, 1, "received"), Sold("Closeout accepted", 20_000, 14)),
         health="yellow"),
    # Trouble 3: more planned than sold, time missing and unapproved, health report red and more than two weeks old.
    Spec(2303, "Dedicated Engineer", ENGINEER, -20, 17, (_lead(), _engineer("1015", 480)),
         unplanned=-48_000, health="red", health_weeks_behind=2, quirks=_quirk("missing-time", "unapproved-time")),
    # Easy to check by hand: one engineer all week at 200.00, nothing wrong.
    Spec(2304, "CI/CD Transformation", TM, -8, 13, (_lead(), _engineer("1011", 480), _architect("1021", 60)),
         quirks=_quirk("scheduled", "official-forecast")),
    Spec(2305, "Security and Compliance", FF, -10, 12, (_lead(), _engineer("1012", 240), _architect("1021", 120)),
         sold=(Sold("Assessment accepted", 30_000, -6), Sold("Policies accepted", 30_000, 3),
               Sold("Rollout accepted", 40_000, 10)),
         quirks=_quirk("unassigned-task")),
    Spec(2306, "Consulting Block 400", BLOCK, -9, 14,
         (_lead(), _engineer("1016", 240), _engineer("1014", 240), Seat(None, PSE, 480, hard=False, next_month=True)),
         quirks=_quirk("pending-request")),
    Spec(2307, "GitLab Migration", TM, -12, 11, (_lead(), _engineer("1017", 240), _architect("1022", 120)),
         currency="EUR", quirks=_quirk("closed-in-future")),
    Spec(2308, "Runner Modernization", TM, -6, 16, (_lead(), _engineer("1018", 240), _architect("1022", 120)),
         currency="JPY", quirks=_quirk("undated-tasks")),
    Spec(2309, "Platform Implementation", FF, -11, 13,
         (_lead(), _engineer("1017", 240), _engineer("1014", 240), _architect("1022", 120)),
         sold=(Sold("Design accepted", 35_000, -7), Sold("Build accepted", 55_000, 4), Sold("Handover accepted", 30_000, 12)),
         quirks=_quirk("sow-in-title-only")),
    Spec(2310, "Administrator Training", TRAINING, -4, 6, (_lead(), _engineer("1018", 60)), quirks=_quirk("no-sow")),
    Spec(2311, "Dedicated Engineer", ENGINEER, -18, 22, (_lead(), _engineer("1020", 420), _engineer("1013", 240)),
         quirks=_quirk("no-expiry")),
    Spec(2312, "Repository Consolidation", FF, -13, 12,
         (_lead(), _engineer("1019", 240), _engineer("1013", 240), _architect("1023", 120)),
         sold=(Sold("Inventory accepted", 25_000, -8), Sold("Wave A accepted", 40_000, 2), Sold("Wave B accepted", 45_000, 11)),
         quirks=_quirk("billing-milestones", "foreign-milestone")),
    Spec(2313, "Observability Rollout", FF, -9, 12, (_lead(), _engineer("1019", 60), _architect("1023", 120)),
         sold=(Sold("Baseline accepted", 20_000, -5), Sold("Dashboards accepted", 28_000, 3), Sold("Training accepted", 12_000, 11)),
         quirks=_quirk("credit")),
    # Just kicked off: its soft bookings of this month are excused.
    Spec(2314, "Agile Planning Adoption", TM, 0, 18,
         (_lead(), _engineer("1020", 60), Seat(None, PSE, 240, hard=False, first_week=0, last_week=5)),
         status="In Set Up", quirks=_quirk("just-kicked-off")),
    Spec(2315, "GitLab Migration", TM, -22, 24, (_lead(last=-10), _engineer("1018", 240, last=-10)), status="On Hold",
         fixed_price=120_000),
    Spec(2316, "Security and Compliance", FF, 8, 24, (), status="Backlog",
         sold=(Sold("Assessment accepted", 25_000, 12), Sold("Rollout accepted", 45_000, 20))),
    Spec(2317, "Platform Implementation", FF, -34, -2, (_lead(), _engineer("1011", 240)), status="Closed",
         sold=(Sold("Design accepted", 30_000, -26), Sold("Build accepted", 50_000, -14), Sold("Handover accepted", 20_000, -4))),
    Spec(2318, "Runner Modernization", TM, -40, -8, (_lead(), _engineer("1012", 240)), status="Completed"),
    Spec(2319, "GitLab Migration", FF, 6, 30, (), status="Estimate",
         sold=(Sold("Design accepted", 40_000, 14), Sold("Cut-over accepted", 60_000, 28))),
    Spec(2320, "Consulting Block 200", BLOCK, -52, -20, (_lead(), _engineer("1015", 120)), status="Completed", archived=True),
    # Led by others.
    Spec(2321, "CI/CD Transformation", TM, -10, 15, (_lead(IMKE, 120), _engineer("1024", 240), _architect("1021", 60)), lead=IMKE),
    Spec(2322, "GitLab Migration", TM, -7, 12, (_lead(IMKE, 120), _engineer("1024", 240), _architect("1022", 120)), lead=IMKE,
         unplanned=22_000),
    Spec(2323, "Platform Implementation", FF, -12, 11, (_lead(IMKE, 120), _engineer("1025", 120)), lead=IMKE,
         sold=(Sold("Design accepted", 30_000, -6), Sold("Build accepted", 45_000, 5), Sold("Handover accepted", 15_000, 10))),
    Spec(2324, "Dedicated Engineer", ENGINEER, -15, 20, (_lead(IMKE, 60), _engineer("1025", 180)), lead=IMKE),
    Spec(2325, "Security and Compliance", FF, -8, 13, (_lead(TOMASZ, 120), _engineer("1025", 60), _architect("1023", 120)),
         lead=TOMASZ, sold=(Sold("Assessment accepted", 28_000, -3), Sold("Rollout accepted", 36_000, 9))),
    Spec(2326, "GitLab Migration", TM, -6, 14, (_lead(TOMASZ, 120), _engineer("1025", 60), _architect("1023", 60)), lead=TOMASZ),
    Spec(2327, "Consulting Block 200", BLOCK, -5, 8, (_lead(TOMASZ, 120), _engineer("1025", 60)), lead=TOMASZ),
    Spec(2328, "Administrator Training", TRAINING, -3, 4, (_lead(TOMASZ, 60),), lead=TOMASZ),
)  # fmt: skip
