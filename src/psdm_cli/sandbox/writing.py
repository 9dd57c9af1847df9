"""What every write needs: the clock, checks that refuse with the field at fault, stamped rows, shared side effects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.people import Readings
from psdm_cli.sandbox.reading import instant
from psdm_cli.sandbox.refusals import invalid

Given = dict[str, Any]


class Hand:
    """The hand that writes for one request: account, clock, asking person, and the problems it noted."""

    def __init__(self, account: Account, readings: Readings, now: datetime, user: str) -> None:
        self.account = account
        self.readings = readings
        self.now = now
        self.user = user
        self.problems: list[str] = []

    @property
    def today(self) -> date:
        """The sandbox's date."""
        return self.now.date()

    def stamp(self) -> str:
        """The creation instant on the sandbox's clock, to the second."""
        return self.now.isoformat(timespec="seconds")

    def change_stamp(self) -> str:
        """The change instant: never before an earlier change, nor before the wall clock of whoever synchronises."""
        wall = datetime.now(self.now.tzinfo)
        last = self.account.facts.get("last_change")
        latest = max([self.now, wall] + ([datetime.fromtimestamp(instant(last), self.now.tzinfo)] if last else []))
        text = latest.isoformat(timespec="seconds")
        self.account.facts["last_change"] = text
        return text

    def add(self, table: str, values: Mapping[str, Any]) -> Row:
        """Adds a row with its stamps."""
        return self.account.put(table, dict(values) | {"created_at": self.stamp(), "updated_at": self.change_stamp()})

    def change(self, table: str, id_: object, values: Mapping[str, Any]) -> Row:
        """Changes a row and its `updated_at`."""
        return self.account.update(table, id_, **dict(values), updated_at=self.change_stamp())

    def existing(self, table: str, id_: object, field: str) -> Row:
        """The row a foreign key points at; refused with 422 on that field when there is none."""
        row = self.account.get(table, id_)
        if row is None:
            raise invalid(field, f"{field} does not exist")
        return row

    def ordered(self, start: str | None, end: str | None, field: str = "end_date") -> None:
        """Refuses a range that ends before it starts."""
        if start and end and end < start:
            raise invalid(field, "must be on or after the start")

    def slot_of(self, workspace_id: str, user_id: str) -> Row:
        """The person's resource in a project, made (with a participation) when there is none."""
        for slot in self.account.find("workspace_resources", "workspace_id", workspace_id):
            if slot.get("user_id") == user_id:
                return slot
        user = self.existing("users", user_id, "user_id")
        return self.new_slot(workspace_id, user_id, user.get("role_id"))

    def new_slot(self, workspace_id: str, user_id: str | None, role_id: str | None) -> Row:
        """A new resource, named or not."""
        workspace = self.account.row("workspaces", workspace_id)
        user = self.account.get("users", user_id) if user_id is not None else None
        role = self.account.get("roles", role_id) if role_id is not None else None
        if user_id is not None:
            self.participant(workspace_id, user_id)
        return self.add(
            "workspace_resources",
            {
                "workspace_id": int(workspace_id),
                "workspace_title": workspace["title"],
                "user_id": user_id,
                "role_id": role_id,
                "full_name": user["full_name"] if user else None,
                "role_name": role["name"] if role else None,
                "label": None if user else (role or {}).get("name"),
                "display_label": (user or {}).get("full_name") or (role or {}).get("name"),
                "resource_bill_rate": self.card_rate(workspace, role_id),
            },
        )

    def card_rate(self, workspace: Row, role_id: str | None) -> int | None:
        """The rate card's rate of a role in a project, cents an hour."""
        card = self.account.get("rate_cards", workspace.get("rate_card_id"))
        version = (card or {}).get("effective_rate_card_version_id")
        for rate in self.account.find("rate_card_roles", "rate_card_version_id", version):
            if rate["role_id"] == role_id:
                return int(rate["rate"])
        return None

    def participant(self, workspace_id: str, user_id: str, role: str = "maven", lead: bool = False) -> Row:
        """The person's participation in a project, made when there is none."""
        for row in self.account.find("participations", "workspace_id", workspace_id):
            if row["user_id"] == user_id:
                return row
        return self.add(
            "participations",
            {"workspace_id": workspace_id, "user_id": user_id, "role": role, "is_team_lead": lead},
        )

    def refer(self, given: Given | None, subject_type: str, subject_id: str) -> None:
        """Stores the `external_reference` sent along with a create or update."""
        if given is None:
            return
        for name in ("service_name", "service_model", "service_model_ref"):
            if not given.get(name):
                raise invalid("external_reference", f"{name} is required")
        self.upsert_reference(given | {"subject_type": subject_type, "subject_id": subject_id})

    def upsert_reference(self, given: Given) -> Row:
        """Creates or updates the link of a service to a subject."""
        values = given | {
            "subject_id": str(given["subject_id"]),
            "service_model_ref": str(given["service_model_ref"]),
            "subject_ref": {"key": given["subject_type"], "id": str(given["subject_id"])},
            "status": given.get("status") or "successful",
            "last_synced_at": self.stamp(),
        }
        for row in self.account.find("external_references", "subject_id", values["subject_id"]):
            if row["subject_type"] == values["subject_type"] and row["service_name"] == values["service_name"]:
                return self.change("external_references", row["id"], values)
        return self.add("external_references", values)

    def set_custom_fields(self, given: list[Given] | None, subject_type: str, subject_id: str) -> None:
        """Stores the `custom_fields` sent along with a create."""
        for item in given or ():
            self.upsert_value(subject_type, subject_id, str(item.get("custom_field_id")), item.get("value"))

    def upsert_value(self, subject_type: str, subject_id: str, field_id: str, value: Any) -> Row:
        """Sets a custom field; the value gets a new id each time, as the contract says."""
        field = self.existing("custom_fields", field_id, "custom_field_id")
        if field["subject_type"] != subject_type:
            raise invalid("custom_field_id", f"is not a field of {subject_type}")
        shown, choices = self.display(field, value)
        for old in self.account.find("custom_field_values", "subject_id", subject_id):
            if old["subject_type"] == subject_type and old["custom_field_id"] == field_id:
                self.account.remove("custom_field_values", old["id"])
        return self.add(
            "custom_field_values",
            {
                "subject_type": subject_type,
                "subject_id": int(subject_id),
                "subject_ref": {"key": subject_type, "id": subject_id},
                "custom_field_id": field_id,
                "custom_field_name": field["name"],
                "type": field["value_type"],
                "value": value,
                "display_value": shown,
                "can_edit": True,
                "setter_id": self.user,
                "selected_choice_ids": choices,
            },
        )

    def display(self, field: Row, value: Any) -> tuple[str, list[str]]:
        """(readable text, chosen choice ids) of a custom value; refused with 422 when the form is wrong."""
        kind = field["value_type"]
        if kind in ("single", "multi"):
            chosen = [str(v) for v in value] if isinstance(value, list) else None
            rows = [self.account.get("custom_field_choices", id_) for id_ in chosen or ()]
            if chosen is None or any(r is None or r["custom_field_id"] != field["id"] for r in rows):
                raise invalid("value", "must be a list of choice ids of this field")
            return ", ".join(r["label"] for r in rows if r), chosen
        if kind == "currency":
            if not (isinstance(value, list) and len(value) == 2 and isinstance(value[0], int)):
                raise invalid("value", 'must be [cents, "CODE"]')
            return f"{value[0] / 100:.2f} {value[1]}", []
        if value is not None and not isinstance(value, int if kind == "number" else str):
            raise invalid("value", f"must be a {kind}")
        if kind == "date" and isinstance(value, str) and value:
            try:
                date.fromisoformat(value)
            except ValueError:
                raise invalid("value", "must be a date") from None
        return "" if value is None else str(value), []
