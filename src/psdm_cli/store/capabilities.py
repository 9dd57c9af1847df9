"""What GitLab's groups can do, kept between runs: beside the facts, for nobody's engagement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from psdm_cli.errors import NotFound, StoreProblem

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

_NOBODY = ""
_NAME = "gitlab can: "


class KeptCapabilities:
    """`systems.gitlab_ports.CapabilityMemory` in the store, which is opened at first use.

    A store that cannot be used keeps nothing: then GitLab is asked, and whoever needs the store says what is wrong.
    """

    def __init__(self, store: Callable[[], Store], who: str = "psdm") -> None:
        self._store = store
        self._who = who

    def kept(self, key: str) -> tuple[str, datetime] | None:
        """What was kept under this key, and when."""
        try:
            fact = self._store().facts.get(_NOBODY, _NAME + key)
        except (StoreProblem, NotFound):
            return None
        return None if fact is None else (fact.value, fact.at)

    def keep(self, key: str, value: str, at: datetime) -> None:
        """Keep it; what was there before is replaced."""
        try:
            self._store().facts.put(_NOBODY, _NAME + key, value, who=self._who, at=at)
        except (StoreProblem, NotFound):
            return
