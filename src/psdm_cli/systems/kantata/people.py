"""Rows about people and their time: memberships, workweeks, roles, holidays, time off."""

from __future__ import annotations

from decimal import Decimal

from psdm_cli.domain.records import Holiday, Membership, Role, TimeOff, Workweek
from psdm_cli.systems.http.attributes import (
    Row,
    Wrong,
    day,
    decimal,
    flag,
    ident,
    instant,
    needed,
    shown,
    text,
    whole,
)
from psdm_cli.systems.kantata.sideloads import Sides, side

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _week(row: Row) -> tuple[int, int, int, int, int, int, int] | None:
    """Minutes from Monday to Sunday; None unless all seven are known."""
    days = [whole(row, f"{name}_minutes") for name in _DAYS]
    if any(minutes is not None and not 0 <= minutes <= 1440 for minutes in days):
        raise Wrong("workweek: a day has less than no minutes, or more than 24 hours")
    known = [minutes for minutes in days if minutes is not None]
    if len(known) < 7:
        return None
    mon, tue, wed, thu, fri, sat, sun = known
    return mon, tue, wed, thu, fri, sat, sun


def workweek(key: str, row: Row, _sides: Sides) -> Workweek:
    """A week of working minutes; all seven days are needed. Raises `Wrong`."""
    minutes = _week(row)
    if minutes is None:
        raise Wrong("workweek: minutes of some weekdays are missing")
    return Workweek(id=key, minutes=minutes, default=flag(row, "default"))


def membership(key: str, row: Row, sides: Sides) -> Membership:
    """A member of the account, with name, role and week from what came along. Raises `Wrong`."""
    user_id: str = needed(ident(row, "user_id"), "user_id")
    user = side(sides, "users", user_id)
    return Membership(
        id=key,
        user_id=user_id,
        full_name=text(user, "full_name"),
        email=text(user, "email_address"),
        active=instant(row, "disabled_at") is None,
        default_role=text(side(sides, "roles", row.get("default_role_id")), "name"),
        workweek_minutes=_week(side(sides, "workweeks", row.get("effective_workweek_id"))),
        billability_target=whole(row, "billability_target"),
        updated_at=instant(row, "updated_at"),
    )


def role(key: str, row: Row, _sides: Sides) -> Role:
    """A role's name. Raises `Wrong`."""
    return Role(id=key, name=text(row, "name"))


def holiday(key: str, row: Row, _sides: Sides) -> Holiday:
    """A day off, or several. Raises `Wrong`."""
    start, end = needed(day(row, "start_date"), "start_date"), day(row, "end_date")
    if end is not None and end < start:
        raise Wrong(f"it ends ({end}) before it starts ({start})")
    return Holiday(id=key, start_date=start, name=text(row, "name"), end_date=end, calendars=_calendars(row))


def _calendars(row: Row) -> tuple[str, ...] | None:
    """The contract does not type the list: a list of names, or names with commas."""
    value = row.get("calendar_names_list")
    if value is None:
        return None
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Wrong(f"calendars: {shown(value)} cannot be read")
    return tuple(name.strip() for name in names if name.strip())


def time_off(key: str, row: Row, _sides: Sides) -> TimeOff:
    """Hours that somebody is away on one day. Raises `Wrong`."""
    hours: Decimal = needed(decimal(row, "hours"), "hours")
    if hours < 0:
        raise Wrong(f"hours: {shown(hours)} is below zero")  # would add capacity
    return TimeOff(
        id=key,
        user_id=needed(ident(row, "user_id"), "user_id"),
        requested_date=needed(day(row, "requested_date"), "requested_date"),
        hours=hours,
        updated_at=instant(row, "updated_at"),
    )
