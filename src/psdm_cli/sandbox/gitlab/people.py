"""Who asks: the users and tokens that every practice GitLab knows."""

from __future__ import annotations

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.gitlab.tables import make_token, make_user

# Persona: (username, name)
PEOPLE = {
    "full": ("rcastellano", "Robin Castellano"),
    "planner": ("plindqvist", "Priya Lindqvist"),
    "guest": ("swilloughby", "Saoirse Willoughby"),
    "stranger": ("jdrift", "Jolene Drift"),
    "customer": ("mhollis", "Merritt Hollis"),
}
PERSONAS = ("full", "planner", "reader", "guest", "job", "expired", "stranger", "customer", "oauth", "group-bot")


def settle(account: Account) -> dict[str, Row]:
    """Puts users and tokens into an account; gives the users by persona. Who is a member where is the seed's matter."""
    users = {persona: make_user(account, username, name) for persona, (username, name) in PEOPLE.items()}
    users["bot"] = make_user(account, "group_101_bot_7f3a", "psdm (group access token)", bot=True)
    for persona in ("full", "planner", "guest", "stranger", "customer"):
        make_token(account, persona, users[persona])
    make_token(account, "reader", users["full"], scopes=["read_api"])
    make_token(account, "job", users["full"], kind="job", scopes=[])
    make_token(account, "expired", users["full"], active=False, expires_at="2020-01-31")
    make_token(account, "oauth", users["full"], kind="oauth")
    make_token(account, "group-bot", users["bot"], kind="group")
    return users
