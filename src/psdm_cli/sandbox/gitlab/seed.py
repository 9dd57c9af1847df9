"""The seeded account: the groups of the configuration's defaults, people, and the portfolio's spaces."""

from __future__ import annotations

from datetime import date

from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.gitlab.people import settle


def seeded(seed: int, as_of: date, plan: str) -> Account:
    """The account for a seed, an as-of date and a plan; the same every time."""
    account = Account({"seed": seed, "as_of": as_of.isoformat(), "plan": plan, "generation": 1})
    users = settle(account)
    account.facts["me"] = users["full"]["id"]
    return account
