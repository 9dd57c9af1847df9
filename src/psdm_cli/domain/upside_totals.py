"""What the upside ledger adds up to: by currency, fiscal quarter and scenario; whole and weighted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus

_NONE = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of entries in one currency. None where an entry's amount is unknown: never less than it is."""

    amount: Decimal | None = _NONE
    weighted: Decimal | None = _NONE

    def plus(self, amount: Decimal | None, weighted: Decimal | None) -> Total:
        """With one more."""
        return Total(_sum(self.amount, amount), _sum(self.weighted, weighted))


Totals = Mapping[str, Mapping[str, Mapping[Scenario, Total]]]


def totals_of(entries: Iterable[UpsideEntry]) -> Totals:
    """The open entries by currency, quarter and scenario. One without a currency is in no total (rules.md 1)."""
    found: dict[str, dict[str, dict[Scenario, Total]]] = {}
    open_ones = [each for each in entries if each.status is UpsideStatus.OPEN and each.currency is not None]
    order = list(Scenario)
    for entry in sorted(open_ones, key=lambda e: (e.currency or "", e.quarter, order.index(e.scenario))):
        scenarios = found.setdefault(entry.currency or "", {}).setdefault(entry.quarter, {})
        scenarios[entry.scenario] = scenarios.get(entry.scenario, Total()).plus(entry.amount, entry.weighted)
    return found


def whole(scenarios: Mapping[Scenario, Total]) -> Total:
    """A quarter's sum over its scenarios."""
    sum_ = Total()
    for each in scenarios.values():
        sum_ = sum_.plus(each.amount, each.weighted)
    return sum_


def _sum(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    return None if left is None or right is None else left + right
