"""What a single value must look like; `ValueError` says what is expected."""

from __future__ import annotations

import re
from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from psdm_cli.domain.policy import Policy

LOOPBACK = ("localhost", "127.0.0.1", "::1")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def address(value: str, what: str) -> str:
    """An address without a trailing slash that a token may be sent to: https, or http on this machine only."""
    text = value.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"expected {what}") from None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise ValueError(f"expected {what}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected an address without name and password in it")
    if parts.query or parts.fragment:
        raise ValueError(f"expected {what}, without ? and #")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ValueError("expected https: plain http would show the token to the network (allowed for localhost only)")
    return text


def kantata_url(value: str) -> str:
    """The base of the Kantata API."""
    text = address(value, "an address such as https://api.mavenlink.com/api/v1")
    if not urlsplit(text).path.endswith("/api/v1"):
        raise ValueError("expected an address that ends in /api/v1, such as https://api.mavenlink.com/api/v1")
    return text


def gitlab_url(value: str) -> str:
    """The root of the GitLab instance."""
    text = address(value, "an address such as https://gitlab.com")
    if urlsplit(text).path.endswith("/api/v4"):
        raise ValueError("expected the root of the instance, without /api/v4")
    return text


def web_address(value: str) -> str:
    """A page that a person may open."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise ValueError("expected the address of a page, beginning with https://")
    return value


def store_url(value: str | None) -> str | None:
    """A database address: SQLite or PostgreSQL."""
    if value is None:
        return None
    scheme = value.partition(":")[0].partition("+")[0]
    if scheme not in ("sqlite", "postgresql") or "://" not in value:
        raise ValueError("expected an address such as postgresql://host/psdm or sqlite:////path/to/file.db")
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValueError("expected an address such as postgresql://host:5432/psdm") from None
    if parts.netloc.count("@") > 1:
        raise ValueError("expected an @ of a name or a password to be written as %40")
    return value


def zone_name(value: str) -> str:
    """A time zone of the IANA database."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(value)
    except (OSError, ValueError, LookupError):
        raise ValueError("expected the name of a time zone, such as America/New_York or Europe/Berlin") from None
    return value


def colour(value: str) -> str:
    """A colour as GitLab writes it."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError('expected a colour such as "#fc6d26" (in quotes)')
    return value


def week_moment(value: str) -> str:
    """A weekly deadline: "Tuesday 12:00"."""
    day, _, clock = value.partition(" ")
    if day not in WEEKDAYS or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", clock):
        raise ValueError("expected a day and a time, such as Tuesday 12:00")
    return value


def preset(value: str) -> str:
    """An edition of the handbook whose deadlines psdm knows."""
    from psdm_cli.domain.cadence_presets import PRESETS

    if value not in PRESETS:
        raise ValueError(f"expected {' or '.join(PRESETS)}")
    return value


def sensible_policy(policy: Policy) -> Policy:
    """No negative number, no role without a name; a horizon and a window of at least one."""
    for field in fields(policy):
        value = getattr(policy, field.name)
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and value < 0:
            raise ValueError(f"{field.name}: expected a number that is not negative")
        if isinstance(value, tuple) and any(not text.strip() for text in value):
            raise ValueError(f"{field.name}: expected names, not an empty text")
        if field.name.endswith("_probability") and value is not None and not 0 < value <= 1:
            raise ValueError(f"{field.name}: expected more than 0 and at most 1, such as 0.40")
    least_one = ("booking_horizon_months", "people_weeks", "runway_weeks", "default_workday_minutes")
    for name in (*least_one, "passive_acceptance_days"):
        if getattr(policy, name) < 1:
            raise ValueError(f"{name}: expected 1 or more")
    return policy
