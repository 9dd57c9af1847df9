"""What a plan's line says of a change: lists of records on lines of their own."""

from __future__ import annotations

from psdm_cli.changes.plan import Action, Change
from psdm_cli.output.plan_lines import attribute_lines


def test_records_stand_on_lines_of_their_own() -> None:
    details = [{"category": "Scope", "color": "green"}, {"category": "Budget", "color": "red"}]
    change = Change(
        "kantata", "status_report", Action.CREATE, "k", "Report", after={"details": details, "color": "red"}
    )
    assert attribute_lines(change) == [
        "details:",
        "· category Scope, color green",
        "· category Budget, color red",
        "color: red",
    ]
