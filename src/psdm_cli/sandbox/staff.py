"""The people of the seeded account: who they are, their role, workweek, rates and days off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.calendars import DAY, WEEK, Days, monday_of, stamp

PM, PSE, TA, COORDINATOR, MANAGER, ENGAGEMENT, TRAINER = "11", "12", "13", "14", "15", "16", "17"
ROLES = {
    PM: "Project Manager",
    PSE: "Professional Services Engineer",
    TA: "Technical Architect",
    COORDINATOR: "Project Coordinator",
    MANAGER: "Resource Manager",
    ENGAGEMENT: "Engagement Manager",
    TRAINER: "Trainer",
}
FULL_WEEK, THREE_DAYS, FOUR_LONG_DAYS = "1", "2", "3"
WORKWEEKS = {
    FULL_WEEK: (480, 480, 480, 480, 480, 0, 0),
    THREE_DAYS: (480, 480, 480, 0, 0, 0, 0),
    FOUR_LONG_DAYS: (600, 600, 600, 600, 0, 0, 0),
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SKILLS = {"21": "CI/CD", "22": "Migration", "23": "Kubernetes", "24": "Security", "25": "Training delivery"}

ME = "1001"


@dataclass(frozen=True, slots=True)
class Person:
    """One member of the account."""

    id: str
    name: str
    role: str
    week: str = FULL_WEEK
    target: int = 80
    gone: bool = False


STAFF = (
    Person(ME, "Robin Castellano", PM, target=70),
    Person("1002", "Imke Vandermolen", PM, target=70),
    Person("1003", "Tomasz Okafor", PM, target=70),
    Person("1011", "Priya Lindqvist", PSE),
    Person("1012", "Mateo Brandvold", PSE),
    Person("1013", "Hana Quillfeather", PSE, week=THREE_DAYS),
    Person("1014", "Dmitri Ashgrove", PSE, week=FOUR_LONG_DAYS),
    Person("1015", "Lucia Fernsby", PSE),
    Person("1016", "Kwame Oduro", PSE),
    Person("1017", "Sofia Marchetti", PSE),
    Person("1018", "Jonas Wexford", PSE),
    Person("1019", "Aiko Tremblay", PSE),
    Person("1020", "Bruno Delacroix", PSE),
    Person("1021", "Ingrid Solano", TA),
    Person("1022", "Rafael Thistlewood", TA),
    Person("1023", "Noor Halvorsen", TA),
    Person("1024", "Tessa Wyndham", PSE),
    Person("1025", "Emeka Rostova", PSE),
    Person("1031", "Camille Draper", COORDINATOR, target=0),
    Person("1032", "Victor Ellingham", MANAGER, target=0),
    Person("1033", "Wren Abernathy", ENGAGEMENT, target=0),
    Person("1041", "Oskar Penhaligon", PSE, gone=True),
)
PEOPLE = {person.id: person for person in STAFF}

# (person, week from the as-of week, weekday, hours); never a whole week, so that no role is left uncovered by it.
DAYS_OFF = (
    ("1017", -3, 0, 8.0),
    ("1017", -3, 1, 8.0),
    ("1016", -2, 2, 8.0),
    ("1015", 1, 1, 4.0),
    ("1011", 2, 1, 8.0),
    ("1011", 2, 2, 8.0),
    (ME, 3, 2, 8.0),
    ("1022", 4, 1, 8.0),
    ("1020", 5, 2, 8.0),
)


def settle(account: Account, calendar: Days) -> None:
    """Puts roles, workweeks, holidays, people, memberships, skills and days off into the account."""
    as_of = calendar.as_of
    long_ago = as_of - 900 * DAY
    born = {"created_at": stamp(long_ago), "updated_at": stamp(as_of - 200 * DAY)}
    for id_, name in ROLES.items():
        account.put("roles", {"id": id_, "name": name, "deleted_at": None} | born)
    account.put("roles", {"id": "18", "name": "Scrum Master", "deleted_at": stamp(as_of - 300 * DAY)} | born)
    for id_, name in SKILLS.items():
        account.put("skills", {"id": id_, "name": name, "max_level": "5"} | born)
    for id_, minutes in WORKWEEKS.items():
        named = {f"{day}_minutes": value for day, value in zip(WEEKDAYS, minutes, strict=True)}
        extra = {"id": id_, "default": id_ == FULL_WEEK, "start_date": long_ago.isoformat(), "end_date": None}
        account.put("workweeks", extra | named | {"total_minutes": sum(minutes)} | born)
    for number, (name, first, last) in enumerate(calendar.holidays, start=1):
        dates = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        account.put("holidays", {"id": str(number), "name": name, "paid": True} | dates)
    for number, name in enumerate(("Americas", "EMEA", "Professional Services"), start=1):
        kind = "Department" if number == 3 else "Geography"
        account.put("organizations", {"id": str(number), "name": name, "type": kind} | born)
    for person in STAFF:
        _member(account, person, as_of, born)
        calendar.weeks[person.id] = WORKWEEKS[person.week]
    _days_off(account, calendar)


def _member(account: Account, person: Person, as_of: date, born: dict[str, str]) -> None:
    first, last = person.name.split()
    number = int(person.id) - 1000
    left = stamp(as_of - 120 * DAY) if person.gone else None
    account.put(
        "users",
        {
            "id": person.id,
            "full_name": person.name,
            "email_address": f"{first}.{last}@psdelivery.example".lower(),
            "headline": ROLES[person.role],
            "account_id": "1",
            "disabled": person.gone,
            "role_id": person.role,
            "manager_id": "1032" if person.role in (PSE, TA) else None,
            "abbreviated_timezone": "EST",
            "classification": "Internal",
            "skill_ids": [],
        }
        | born,
    )
    account.put(
        "account_memberships",
        {
            "id": str(2000 + number),
            "user_id": person.id,
            "permission": "project_lead" if person.role == PM else "collaborator",
            "disabled_at": left,
            "is_administrator": False,
            "is_owner": False,
            "is_project_lead": person.role == PM,
            "default_role_id": person.role,
            "effective_workweek_id": person.week,
            "manager_id": "1032" if person.role in (PSE, TA) else None,
            "billability_target": person.target,
            "bill_rate_in_cents": {PM: 18000, PSE: 20000, TA: 25000}.get(person.role),
            "cost_rate_in_cents": {PM: 7000, PSE: 8000, TA: 11000}.get(person.role),
            "resource_request_approver": person.role in (COORDINATOR, MANAGER),
        }
        | born,
    )
    if person.target:
        utilization = {"account_membership_id": str(2000 + number), "target": person.target, "creator_id": "1032"}
        start = (as_of - 400 * DAY).isoformat()
        account.put("billable_utilizations", {"id": str(number), "effective_date": start} | utilization | born)
    if person.role in (PSE, TA):
        for level, skill in enumerate(sorted(SKILLS)[number % 4 :][:2], start=3):
            row = {"user_id": person.id, "skill_id": skill, "level": level} | born
            made = account.put("skill_memberships", row)
            account.row("users", person.id)["skill_ids"].append(made["skill_id"])


def _days_off(account: Account, calendar: Days) -> None:
    monday = monday_of(calendar.as_of)
    for number, (user, week, weekday, hours) in enumerate(DAYS_OFF, start=1):
        day = monday + week * WEEK + timedelta(days=weekday)
        calendar.time_off[(user, day)] = hours
        account.put(
            "time_off_entries",
            {
                "id": str(number),
                "user_id": user,
                "role_id": PEOPLE[user].role,
                "requested_date": day.isoformat(),
                "submission_date": (calendar.as_of - 40 * DAY).isoformat(),
                "hours": hours,
                "created_at": stamp(calendar.as_of - 40 * DAY),
                "updated_at": stamp(calendar.as_of - 40 * DAY),
            },
        )
