"""The projects that the imported reports name together, and what a row says in the units of psdm's records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from psdm_cli.domain.engagements import FieldNames
from psdm_cli.domain.imports.cells import BASE_UNITS
from psdm_cli.domain.imports.names import lead_id
from psdm_cli.domain.imports.reports import Report
from psdm_cli.domain.imports.rows import ExportRow
from psdm_cli.domain.records import IMPORT, Workspace


class Projects:
    """The projects of all reports, found by their id, else by their title."""

    def __init__(self, reports: Mapping[Report, Sequence[ExportRow]], lead: str, fields: FieldNames) -> None:
        self.workspaces: dict[str, Workspace] = {}
        self.notes: list[str] = []
        self._by_title: dict[str, str] = {}
        ids: dict[str, set[str]] = {}
        for row in (row for rows in reports.values() for row in rows):
            if "project_id" in row:
                ids.setdefault(_key(row), set()).add(str(row["project_id"]))
        self._by_title = {title: min(found) for title, found in ids.items() if len(found) == 1}
        for row in reports.get(Report.BUDGET, ()):
            one = _workspace(self.id_of(row), row, lead, fields)
            self.workspaces[one.id] = one
        strangers: dict[str, str] = {}
        for row in (row for report, rows in reports.items() if report is not Report.BUDGET for row in rows):
            key = self.id_of(row)
            if key in self.workspaces:
                continue
            name = lead if Report.BUDGET not in reports else None
            self.workspaces[key] = Workspace(
                id=key,
                title=str(row["project"]),
                archived=False,
                lead_id=lead_id(name) if name else None,
                lead_name=name,
            )
            if name is None:
                strangers[key] = str(row["project"])
        if strangers:
            names = ", ".join(list(strangers.values())[:5]) + (" and more" if len(strangers) > 5 else "")
            self.notes.append(
                f"The budget export does not list {names}: their lead is unknown, only --lead all shows them."
            )
        if Report.BUDGET not in reports:
            self.notes.append("No export of projects and funds was imported: status, dates and funds are unknown.")

    def id_of(self, row: ExportRow) -> str:
        """The project of a row."""
        if "project_id" in row:
            return str(row["project_id"])
        return self._by_title.get(_key(row)) or f"{IMPORT}:{_key(row)}"

    def base(self, row: ExportRow) -> int:
        """How many subunits make one of the row's currency, else of its project's."""
        known = self.workspaces.get(self.id_of(row))
        code = row.get("currency") or (known.currency if known else None)
        return BASE_UNITS.get(str(code), 100)


def _key(row: ExportRow) -> str:
    return " ".join(str(row["project"]).split()).casefold()


def _workspace(key: str, row: ExportRow, lead: str, fields: FieldNames) -> Workspace:
    name = str(row.get("lead") or lead)
    code = row.get("currency")
    base = BASE_UNITS.get(str(code), 100)
    custom = custom_of(
        row,
        {
            "sow": fields.sow,
            "billing_type": fields.billing_type,
            "sow_expiry": fields.sow_expiry,
            "passive_language": fields.passive_language,
        },
    )
    return Workspace(
        id=key,
        title=str(row["project"]),
        status=text_of(row, "status"),
        archived=False,
        start_date=day_of(row, "start"),
        due_date=day_of(row, "end"),
        lead_id=lead_id(name),
        lead_name=name,
        customer=text_of(row, "customer"),
        currency=text_of(row, "currency"),
        currency_base_unit=base if code else None,
        price_in_cents=subunits_of(row, "price", base),
        budget_used_in_cents=subunits_of(row, "used", base),
        total_expenses_in_cents=subunits_of(row, "expenses", base),
        percentage_complete=whole_of(row, "percent"),
        estimated_minutes=whole_of(row, "estimated_hours"),
        minutes_logged=whole_of(row, "logged_hours"),
        custom_fields=custom,
    )


def custom_of(row: ExportRow, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The custom fields of a row, by their names in this account."""
    return tuple((title, str(row[name])) for name, title in names.items() if name in row)


def text_of(row: ExportRow, name: str) -> str | None:
    """A text; None where there is none."""
    return str(row[name]) if name in row else None


def day_of(row: ExportRow, name: str) -> date | None:
    """A day."""
    return date.fromisoformat(str(row[name])) if name in row else None


def whole_of(row: ExportRow, name: str) -> int | None:
    """A whole number."""
    return int(row[name]) if name in row else None


def subunits_of(row: ExportRow, name: str, base: int) -> int | None:
    """An amount in subunits."""
    return int((Decimal(str(row[name])) * base).to_integral_value()) if name in row else None
