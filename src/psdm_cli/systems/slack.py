"""Slack by an incoming webhook: a message, sent once; nothing can be read back, so nothing is ever repeated."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from urllib.parse import urlsplit

from psdm_cli.changes.doors import Door, Seen, UnclearError
from psdm_cli.changes.plan import Change
from psdm_cli.domain.audience import Audience
from psdm_cli.errors import NotAllowed, RefusedByRule, Unavailable, WrongConfiguration, WrongUsage

SYSTEM, KIND = "slack", "message"
LONGEST = 40_000  # characters; Slack cuts what is longer
TIMEOUT = (5.0, 30.0)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def checked_webhook(url: str, origin: str) -> str:
    """The webhook's address, if it is one. Raises `WrongConfiguration` without showing it: it is a secret."""
    try:
        parts = urlsplit(url)
        local = parts.hostname in _LOOPBACK
        good = (parts.scheme == "https" or (parts.scheme == "http" and local)) and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or parts.username or any(letter.isspace() for letter in url):
        raise WrongConfiguration(
            f"{origin} does not hold the address of an incoming webhook (https://hooks.slack.com/…)."
        )
    return url


def escaped(text: str) -> str:
    """A text in which nothing is a mention, a link of its own or markup: Slack reads &, < and > as controls."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class SlackDoor:
    """Sends a message to the channel of a webhook. `after`: `text`."""

    system = SYSTEM
    kind = KIND

    def __init__(self, webhook: str, *, user_agent: str) -> None:
        self._webhook = webhook
        self._user_agent = user_agent
        self._sent: dict[str, Seen] = {}

    def check(self, change: Change) -> None:
        """Raise `WrongUsage` for a text that Slack would not take, `RefusedByRule` for a place that customers read."""
        text = change.after.get("text")
        if not isinstance(text, str) or not text.strip():
            raise WrongUsage("text: a Slack message needs a text.")
        if len(text) > LONGEST:
            raise WrongUsage(f"text: {len(text):,} characters; a Slack message has at most {LONGEST:,}.")
        if change.audience is not Audience.INTERNAL and change.content is Audience.INTERNAL:
            raise RefusedByRule("Internal content does not go into a channel that customers read.")

    def look(self, change: Change, taken: Set[str] = frozenset()) -> Seen | None:  # noqa: ARG002 - Slack shows nothing
        """What this door sent itself; a webhook shows nothing."""
        return self._sent.get(change.key)

    def send(self, change: Change) -> Seen | None:
        """Send it. Raises `UnclearError` where nobody knows whether it arrived."""
        import requests

        body = json.dumps({"text": escaped(str(change.after["text"]))})
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": self._user_agent}
        try:
            answer = requests.post(
                self._webhook, data=body.encode(), headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.exceptions.ConnectTimeout:
            raise Unavailable("Slack cannot be reached: it took no connection.") from None
        except requests.exceptions.ReadTimeout:
            raise UnclearError("no answer in time") from None
        except requests.exceptions.ConnectionError as error:
            if "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error):
                raise Unavailable("Slack cannot be reached: no connection.") from None
            raise UnclearError("the connection was cut") from None
        self._judge(answer.status_code, answer.headers)
        seen = Seen(change.key, None, {"text": change.after["text"]})
        self._sent[change.key] = seen
        return seen

    def _judge(self, status: int, headers: Mapping[str, str]) -> None:
        if 200 <= status < 300:
            return
        if status == 429:
            wait = headers.get("Retry-After", "")
            seconds = float(wait) if wait.isdigit() else None
            raise Unavailable("Slack limits messages just now.", retry_after=seconds)
        if status >= 500:
            raise UnclearError(f"HTTP {status}")
        raise NotAllowed(
            f"Slack refused the message (HTTP {status}): the webhook is no longer good, or may not post there.",
            hint="Make a new incoming webhook and set PSDM_SLACK_WEBHOOK.",
        )

    def inverse(self, change: Change, seen: Seen | None) -> Change | str:  # noqa: ARG002 - there is no way back
        """A message cannot be taken back by a webhook."""
        return f"{change.title}: a webhook cannot delete its message; delete it in Slack"


def slack_doors(webhook: str | None, *, user_agent: str) -> dict[tuple[str, str], Door]:
    """The doors to Slack; none without a webhook."""
    return {} if webhook is None else {(SYSTEM, KIND): SlackDoor(webhook, user_agent=user_agent)}
