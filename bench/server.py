"""A big Kantata in a process of its own, steered by lines of JSON on stdin: `python -m bench.server`.

The latency is that of the whole answer: the server's own work is part of it, as it is behind a real network. Else the
lower bound (pages / parallelism x latency) would leave out what no client can avoid.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.server import KantataSandbox
from psdm_cli.sandbox.service import Request
from psdm_cli.sandbox.serving import ZONE
from psdm_cli.sandbox.web import Delivery

# What 1 % is taken of, and an attribute that a person or Kantata changes there.
CHANGED = {
    "workspaces": ("budget_used_in_cents", 6_000_100),
    "workspace_resources": ("display_label", "Somebody else"),
    "workspace_allocations": ("minutes", 2340),
    "stories": ("percentage_complete", 50),
    "time_entries": ("time_in_minutes", 45),
    "status_reports": ("color", "yellow"),
}


class Punctual(KantataSandbox):
    """Answers `latency` seconds after a request arrived, its own work included."""

    latency = 0.0
    worked = 0.0
    late = 0

    def respond(self, request: Request) -> Delivery:
        """Answer with what is left of the latency."""
        began = time.perf_counter()
        delivery = super().respond(request)
        spent = time.perf_counter() - began
        self.worked += spent
        self.late += spent > self.latency
        return Delivery(delivery.answer, max(0.0, self.latency - spent), delivery.cut)


def change(account: Account, share: float) -> int:
    """Change that share of the rows of every kind, now; says how many."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    changed = 0
    for table, (attribute, value) in CHANGED.items():
        rows = list(account.table(table))
        step = round(1 / share)
        for id_ in rows[step // 2 :: step]:
            account.update(table, id_, **{attribute: value, "updated_at": now})
            changed += 1
    return changed


def obey(sandbox: Punctual, order: dict[str, Any]) -> dict[str, Any]:
    """One order and its answer."""
    match order["do"]:
        case "forget":
            sandbox.clear()
            sandbox.worked, sandbox.late = 0.0, 0
            return {"cpu": time.process_time()}
        case "count":
            return {
                "requests": len(sandbox.requests),
                "violations": len(sandbox.violations),
                "writes": len(sandbox.writes),
                "cpu": time.process_time(),
                "worked": sandbox.worked,
                "late": sandbox.late,
            }
        case "pages":
            return {"pages": [f"{one.path}?{one.query}" for one in sandbox.requests]}
        case "change":
            return {"rows": change(sandbox.account, float(order["share"]))}
    raise ValueError(order)


def main() -> None:
    """Serve until stdin ends."""
    options = argparse.ArgumentParser()
    options.add_argument("--projects", type=int, required=True)
    options.add_argument("--mine", type=int, required=True)
    options.add_argument("--latency-ms", type=float, default=0)
    given = options.parse_args()
    as_of = datetime.now(ZONE).date()
    account = Account.generated(given.projects, given.mine, as_of=as_of)
    sandbox = Punctual(as_of=as_of, account=account)
    sandbox.latency = given.latency_ms / 1000
    with sandbox:
        rows = sum(map(len, account.tables.values()))
        said: dict[str, Any] = {"url": sandbox.kantata_url, "token": sandbox.tokens["full"], "rows": rows}
        print(json.dumps(said), flush=True)
        for line in sys.stdin:
            print(json.dumps(obey(sandbox, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
