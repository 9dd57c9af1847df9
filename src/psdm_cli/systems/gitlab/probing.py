"""What an instance and a group's plan can do (gitlab.md 2): asked once a run and group, kept between runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from psdm_cli.domain.gitlab import Capabilities, EpicsBy
from psdm_cli.errors import BadAnswer, Forbidden, NotFound, PsdmError, Unavailable
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.contract import segment
from psdm_cli.systems.gitlab.documents import EPIC_TYPE, PROBE, PROBE_OLDER
from psdm_cli.systems.gitlab.items import nodes
from psdm_cli.systems.gitlab.refusals import GraphQLRefused, Unseen
from psdm_cli.systems.gitlab.rows import part
from psdm_cli.systems.gitlab.transport import TokenKind
from psdm_cli.systems.gitlab_ports import CapabilityMemory
from psdm_cli.systems.http.attributes import Row, Wrong, flag, text

#: How long what was found is believed in later runs.
AGE = timedelta(hours=12)
#: Seconds that the probe may be in trouble before REST is asked instead: GraphQL alone may be blocked.
PATIENCE = 20.0
TOGGLE_SINCE = (19, 2)
_FEATURES = {
    "child_epics": "hasSubepicsFeature",
    "linked_epics": "hasLinkedItemsEpicsFeature",
    "iterations": "hasIterationsFeature",
    "health_status": "hasIssuableHealthStatusFeature",
    "weights": "hasIssueWeightsFeature",
    "scoped_labels": "hasScopedLabelsFeature",
    "status": "hasWorkItemStatusFeature",
}
#: What stands in for a feature that a plan lacks, in words (gitlab.md 6).
_INSTEAD = {
    "child_epics": "sub-epics by flat epics",
    "scoped_labels": "exclusive labels by removing their siblings",
    "weights": "weights by nothing",
    "health_status": "health by labels Health::…",
    "iterations": "iterations by milestones",
    "status": "work item status by labels PSD Workflow::…",
}


@dataclass(frozen=True, slots=True)
class Probed:
    """What a probe found. `epic_type`: the global id of the type Epic, where epics go by work items."""

    capabilities: Capabilities
    epic_type: str | None = None


class Probing:
    """Asks what groups can do, and remembers. Safe to use from several threads.

    `account` says whose eyes they are (None: nothing is kept between runs). `force_rest`: never by work items.
    """

    def __init__(
        self,
        client: GitLabClient,
        *,
        account: Callable[[], str | None],
        memory: CapabilityMemory | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        force_rest: bool = False,
    ) -> None:
        self._client = client
        self._account = account
        self._memory = memory
        self._now = now
        self._force_rest = force_rest
        self._lock = threading.RLock()
        self._found: dict[str, Probed] = {}

    def of(self, path: str) -> Probed:
        """What the group with this full path can do. Raises `NotFound` where the token sees no such group."""
        with self._lock:
            if path not in self._found:
                self._found[path] = self._kept(path) or self._asked(path)
            return self._found[path]

    def way(self, path: str) -> EpicsBy:
        """How epics are reached there: as anywhere else below the same root, whose plan decides."""
        root = _root(path)
        with self._lock:
            for known, found in self._found.items():
                if _root(known) == root:
                    return found.capabilities.epics
            return self.of(path).capabilities.epics

    def degrade(self, path: str) -> None:
        """This server does not know what work items need (a schema error): REST epics from now on."""
        root = _root(path)
        with self._lock:
            for known, found in self._found.items():
                if _root(known) == root and found.capabilities.epics is EpicsBy.WORK_ITEMS:
                    self._found[known] = Probed(replace(found.capabilities, epics=EpicsBy.REST, task_toggle=False))
                    self._keep(known, self._found[known])

    def ask(self, path: str) -> None:
        """Ask now, whatever is kept or known."""
        with self._lock:
            self._found[path] = self._asked(path)

    # between runs

    def _key(self, path: str) -> str | None:
        account = self._account() if self._memory is not None else None
        return f"{self._client.url} {account} {path}" if account else None

    def _kept(self, path: str) -> Probed | None:
        key = self._key(path)
        kept = self._memory.kept(key) if self._memory is not None and key is not None else None
        if kept is None:
            return None
        value, at = kept
        if not timedelta(0) <= self._now() - at <= AGE:
            return None
        return _decoded(value, self._force_rest)

    def _keep(self, path: str, found: Probed) -> None:
        """Keep it, unless a permission is lacking: that may be given any minute, and is asked again."""
        lacking = False in (found.capabilities.may_create_epics, found.capabilities.may_create_projects)
        key = self._key(path)
        if self._memory is not None and key is not None and not lacking:
            self._memory.keep(key, _encoded(found), self._now())

    # asking

    def _asked(self, path: str) -> Probed:
        certain = True
        try:
            found = self._by_graphql(path)
        except Unavailable as error:
            if error.retry_after is not None and error.retry_after > PATIENCE:
                raise
            found, certain = None, False  # GraphQL alone may be in trouble: for this run, REST
        found = found or self._by_rest(path)
        if certain:
            self._keep(path, found)
        return found

    def _by_graphql(self, path: str) -> Probed | None:
        """What the GraphQL probe says; None where GraphQL does not answer it."""
        if self._force_rest or self._client.token_kind is TokenKind.JOB:
            return None
        try:
            data = self._probe(path)
        except (Forbidden, NotFound, GraphQLRefused):
            return None
        namespace = part(data, "namespace")
        if not namespace:
            raise unseen(path)
        try:
            return self._understood(path, data, namespace)
        except Wrong as wrong:
            raise BadAnswer(f"GitLab's answer to the probe of {path} cannot be understood: {wrong}.") from None

    def _probe(self, path: str) -> Row:
        try:
            return self._client.graphql(PROBE, {"path": path}, "Probe", budget=PATIENCE)
        except GraphQLRefused as refused:
            if isinstance(refused.data, dict) and refused.data.get("namespace"):
                return refused.data  # a fine-grained token may lack one of the fields: that one is unknown
            if not refused.unknown_to_schema:
                raise
            return self._client.graphql(PROBE_OLDER, {"path": path}, "ProbeOlder", budget=PATIENCE)

    def _understood(self, path: str, data: Row, namespace: Row) -> Probed:
        features = part(namespace, "availableFeatures")
        version = text(part(data, "metadata"), "version")
        has_epics = flag(features, "hasEpicsFeature") if features else None
        type_id = _epic_type(nodes(namespace, "workItemTypes"))
        if type_id is None and has_epics:
            type_id = self._renamed_type(path)
        if type_id is not None and has_epics is not False:
            epics = EpicsBy.WORK_ITEMS
        elif has_epics:
            epics = EpicsBy.REST
        elif has_epics is None:
            epics = self._rest_epics(path)
        else:
            epics = EpicsBy.MILESTONES
        may = part(namespace, "userPermissions")
        can = {name: flag(features, feature) for name, feature in _FEATURES.items()}
        return Probed(
            Capabilities(
                version=version,
                epics=epics,
                task_toggle=_toggle(version),
                may_create_epics=flag(may, "createEpic"),
                may_create_projects=flag(may, "createProjects"),
                replaced=_replaced(epics, can),
                **can,
            ),
            type_id if epics is EpicsBy.WORK_ITEMS else None,
        )

    def _renamed_type(self, path: str) -> str | None:
        try:
            data = self._client.graphql(EPIC_TYPE, {"path": path}, "EpicType")
        except (GraphQLRefused, NotFound, Forbidden, BadAnswer):
            return None
        for item in nodes(part(data, "namespace"), "workItems"):
            return text(part(item, "workItemType"), "id")
        return None

    def _by_rest(self, path: str) -> Probed:
        """The fallback: the version, and whether the epics' list answers."""
        epics = self._rest_epics(path)
        return Probed(Capabilities(self._version(), epics, task_toggle=False, replaced=_replaced(epics, {})))

    def _rest_epics(self, path: str) -> EpicsBy:
        try:
            answer = self._client.get(f"/groups/{segment(path)}/epics", {"per_page": 1})
        except Forbidden as error:
            if "scope" in error.permission:  # the token, not the plan
                raise
            return EpicsBy.MILESTONES
        if answer is None:
            raise unseen(path)
        return EpicsBy.REST

    def _version(self) -> str | None:
        try:
            found: Any = self._client.get("/metadata")
        except PsdmError:
            return None
        return str(found["version"]) if isinstance(found, dict) and found.get("version") else None


def _root(path: str) -> str:
    return path.split("/", maxsplit=1)[0]


def unseen(path: str) -> Unseen:
    """The error for a group that is absent or hidden; GitLab does not tell which."""
    return Unseen(
        f"GitLab has no group {path}, or the token may not see it.",
        hint="Check the path under gitlab.groups in the configuration, and that the token's owner is a member.",
    )


def _epic_type(types: list[Row]) -> str | None:
    usable = [row for row in types if str(row.get("name", "")).casefold() == "epic" and row.get("enabled") is not False]
    usable.sort(key=lambda row: row.get("isGroupWorkItemType") is not True)
    return text(usable[0], "id") if usable else None


def _toggle(version: str | None) -> bool | None:
    """Whether the server can toggle check-boxes: not before 19.2; from there on a flag decides that nobody tells."""
    numbers = (version or "").split(".")[:2]
    if len(numbers) == 2 and all(one.isascii() and one.isdigit() for one in numbers):
        return None if (int(numbers[0]), int(numbers[1])) >= TOGGLE_SINCE else False
    return None


def _replaced(epics: EpicsBy, can: Mapping[str, bool | None]) -> tuple[str, ...]:
    first = ("epics by milestones",) if epics is EpicsBy.MILESTONES else ()
    flat = {"child_epics"} if epics is EpicsBy.MILESTONES else set()
    return (*first, *(words for name, words in _INSTEAD.items() if can.get(name) is False and name not in flat))


def _encoded(found: Probed) -> str:
    return json.dumps({**asdict(found.capabilities), "epic_type": found.epic_type})


def _decoded(value: str, force_rest: bool) -> Probed | None:
    """What was kept; None when another psdm wrote it differently."""
    try:
        told = json.loads(value)
        epic_type = told.pop("epic_type")
        told["epics"], told["replaced"] = EpicsBy(told["epics"]), tuple(told["replaced"])
        found = Probed(Capabilities(**told), epic_type)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return None if force_rest and found.capabilities.epics is EpicsBy.WORK_ITEMS else found
