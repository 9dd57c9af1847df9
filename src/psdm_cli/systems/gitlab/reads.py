"""Reading GitLab over REST: lists by their `Link` header, moved places followed at our address, refusals in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import urljoin, urlsplit

from psdm_cli.errors import BadAnswer, Forbidden, NotAllowed, NotFound, Unavailable
from psdm_cli.systems.gitlab.contract import call_of, calls, in_words, question
from psdm_cli.systems.gitlab.refusals import Refused
from psdm_cli.systems.gitlab.transport import API, TokenKind, Transport
from psdm_cli.systems.gitlab.wording import CAPTCHA_HINT, JOB_HINT, LOGIN_HINT, URL_HINT, server_words
from psdm_cli.systems.http.asking import LATER_HINT, Asker, Misread, json_of
from psdm_cli.systems.http.connection import Answer, Cut
from psdm_cli.systems.http.manner import Manner
from psdm_cli.systems.http.pacing import backoff, retry_after
from psdm_cli.systems.http.together import together
from psdm_cli.systems.http.wording import lapse

T = TypeVar("T")

PAGE = 100
#: A moved group or project answers with its new place; within our own address that is followed, for reads.
_REDIRECTS = frozenset({301, 302, 307, 308})
_MOST_REDIRECTS = 3
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^;,<>]+)*)")


class GitLabReads(Asker):
    """Reads one GitLab. Safe to use from several threads. Making one touches neither the network nor `requests`."""

    doubted = frozenset({500})

    def __init__(self, url: str, token: str, manner: Manner) -> None:
        self._transport = Transport(url, token, manner)
        self._parallel = max(1, manner.parallel)
        super().__init__(self._transport, manner)

    @property
    def token_kind(self) -> TokenKind:
        """How the credential is sent."""
        return self._transport.kind

    @property
    def url(self) -> str:
        """The root of the instance, without a last slash."""
        return self._transport.base

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, permission: str = "") -> Any | None:
        """The JSON at `path` (below /api/v4, ids already one segment each); None on 404.

        Raises `ValueError` for names outside the contract, `NotAllowed`, `Forbidden` naming `permission`, `Refused`,
        `BadAnswer`, and `Unavailable` when the time budget is used up.
        """
        with suppress(NotFound):
            return self._read(in_words("GET", path), self._api(path), question(path, params or {}), json_of, permission)
        return None

    def pages(
        self, path: str, params: Mapping[str, Any] | None = None, *, permission: str = ""
    ) -> Iterator[Mapping[str, Any]]:
        """The rows of a list, page after page by the `Link` header; each once it has arrived. Raises as `get`.

        `NotFound` when the place is not there.
        """
        address = self._api(path)
        query: Mapping[str, Any] = question(path, {**(params or {}), **self._page_size(path)})
        seen: set[str] = set()
        while address:
            seen.add(address)
            rows, following = self._read(in_words("GET", path), address, query, _page, permission)
            yield from rows
            address, query = self._following(path, address, following, query)
            if address in seen and not query:
                raise BadAnswer(f"GitLab's pages of {path} go round in a circle.", hint=URL_HINT)

    def together(self, asks: Sequence[Callable[[], T]]) -> list[T]:
        """Several independent reads side by side, as many as are allowed in flight; the answers in order.

        The first error is raised at once; the threads of the others end by themselves.
        """
        return together(asks, self._parallel)

    def server_words(self, body: bytes) -> str:
        """What the server says is wrong."""
        return server_words(body)

    def refused(self, what: str, answer: Answer, words: str, permission: str) -> NoReturn:
        """Raise the error that a refusing answer means."""
        status = answer.status
        because = f": {words}" if words else ""
        if status < 300:
            raise BadAnswer(f"GitLab's answer to {what} is not what its contract says: {status}.", hint=URL_HINT)
        if status < 400:
            raise self.elsewhere(what, answer)
        if status == 401 and ("/dora/" in what or "permission" in words.lower()):
            status = 403  # without licence or role GitLab says 401 here; the token is alive (gitlab.md 1.9)
        if status == 401:
            job = self.token_kind is TokenKind.JOB
            raise NotAllowed(
                f"GitLab does not accept the token ({what}, {answer.status}{because}).",
                hint=JOB_HINT if job else LOGIN_HINT,
            )
        if status == 403:
            self._forbidden(what, answer, because, permission)
        if status == 404:
            raise NotFound(f"GitLab does not know {what}, or the token may not see it (404{because}).")
        if status >= 500:
            raise Unavailable(f"GitLab failed at {what} ({status}{because}).", hint=LATER_HINT)
        if status == 409 and "resource lock" in words.lower():  # somebody else is at it: nothing was done
            raise Unavailable(f"GitLab is busy with {what} ({status}{because}).", hint=LATER_HINT)
        captcha = b"needs_captcha_response" in answer.body
        raise Refused(
            f"GitLab refuses {what} ({status}{because}).",
            status=status,
            words=words,
            hint=CAPTCHA_HINT if captcha else "Change what it names, then plan again.",
        )

    def _forbidden(self, what: str, answer: Answer, because: str, permission: str) -> NoReturn:
        scope = "insufficient_scope" in because or "insufficient_granular_scope" in because
        needed = "the scope api (read_api to read)" if scope else permission or "a role that allows it"
        if self.token_kind is TokenKind.JOB:
            hint = JOB_HINT
        elif scope:
            hint = LOGIN_HINT
        else:
            hint = "Ask the owner of the group or project for the role, or for the plan that has this feature."
        raise Forbidden(
            f"GitLab refuses {what} ({answer.status}{because}): {needed} is needed.",
            call=what,
            permission=needed,
            hint=hint,
        )

    def limited_hint(self, wait: float) -> str:
        """The way out of a limit: when to come back, and from where it goes on."""
        return f"Run the same command again in {lapse(wait)} or later: it goes on where it stopped."

    def _limited(self, what: str, wait: float, words: str) -> NoReturn:
        raise Unavailable(
            f"GitLab is limiting requests ({what}, {words}); it was not done.",
            hint=self.limited_hint(wait),
            retry_after=wait,
        )

    def _wait(self, answer: Answer, number: int) -> float:
        now = self.server_time or datetime.now(UTC)
        asked = retry_after(answer.headers.get("Retry-After"), now)
        if asked is not None:
            return asked
        reset = answer.headers.get("RateLimit-Reset", "")
        if answer.status == 429 and reset.isascii() and reset.isdigit() and len(reset) < 12:
            return max(1.0, int(reset) - now.timestamp())
        return backoff(number, self._random)

    def _read(
        self, what: str, address: str, query: Mapping[str, Any], understand: Callable[[Answer], T], permission: str
    ) -> T:
        def send() -> Answer | Cut:
            place, params = address, query
            for _ in range(_MOST_REDIRECTS):
                answer = self._transport.send("GET", place, query=params, reading=True)
                if not isinstance(answer, Answer) or answer.status not in _REDIRECTS:
                    return answer
                target = urljoin(place, answer.headers.get("Location", ""))
                if not self._ours(target) or target == place:
                    return answer
                place, params = target, {}
            return answer

        return self.ask(self.call(), what, send, understand, permission=permission)

    def _following(
        self, path: str, address: str, following: tuple[str, str], query: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any]]:
        link, number = following
        if link:
            target = urljoin(address, link)
            if not self._ours(target):
                there = urlsplit(target)
                raise BadAnswer(
                    f"GitLab's next page of {path} is elsewhere "
                    f"({self._connection.clean(f'{there.scheme}://{there.hostname}')}); the token goes nowhere else.",
                    hint="The instance's external URL differs from gitlab.url: set gitlab.url to it.",
                )
            return target, {}
        if number and "page" in query and str(query["page"]) == number:
            raise BadAnswer(f"GitLab's pages of {path} go round in a circle.", hint=URL_HINT)
        # A proxy took the Link header away: the page's number still tells.
        return (self._api(path), {**query, "page": number}) if number and query else ("", {})

    def _ours(self, target: str) -> bool:
        from psdm_cli.systems.http.session import below

        return below(self.url + API, target)

    def _page_size(self, path: str) -> Mapping[str, Any]:
        return {"per_page": PAGE} if "?per_page" in calls()[call_of("GET", path)] else {}

    def _api(self, path: str) -> str:
        return self.url + API + path


def _page(answer: Answer) -> tuple[list[Mapping[str, Any]], tuple[str, str]]:
    rows = json_of(answer)
    if not isinstance(rows, list):
        raise Misread("it is no list")
    if not all(isinstance(row, dict) for row in rows):
        raise Misread("a row of it is no object")
    following = ""
    for link, attributes in _LINK.findall(answer.headers.get("Link", "")):
        if re.search(r"""\brel\s*=\s*["']?next\b""", attributes):
            following = link
    number = str(answer.headers.get("X-Next-Page", "")).strip()
    return rows, (following, number if number.isascii() and number.isdigit() else "")
