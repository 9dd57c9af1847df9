"""The answer's shape: rows encoded as the asking person may see them, inside the contract's envelope."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.associations import association
from psdm_cli.sandbox.contract import COMPUTED_IDS, Attribute, contract
from psdm_cli.sandbox.people import Persona
from psdm_cli.sandbox.resolvers import Looking

SYMBOLS = {"USD": "$", "EUR": "€", "JPY": "¥", "GBP": "£"}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def money_text(cents: int | None, row: Row) -> str | None:
    """Display text of an amount in subunits, such as `$1,234.00`."""
    if cents is None:
        return None
    base = row.get("currency_base_unit") or 100
    places = len(str(base)) - 1
    sign = "-" if cents < 0 else ""
    return f"{sign}{SYMBOLS.get(row.get('currency', 'USD'), '')}{abs(cents) / base:,.{places}f}"


def _remaining(row: Row) -> str | None:
    if row.get("price_in_cents") is None or row.get("budget_used_in_cents") is None:
        return None
    return money_text(row["price_in_cents"] - row["budget_used_in_cents"], row)


def _percent(row: Row) -> int | None:
    price, used = row.get("price_in_cents"), row.get("budget_used_in_cents")
    return None if not price or used is None else round(100 * used / price)


# Attributes that Kantata works out from others of the same row.
DERIVED: dict[str, dict[str, Callable[[Row], Any]]] = {
    "workspaces": {
        "price": lambda row: money_text(row.get("price_in_cents"), row),
        "budget_used": lambda row: money_text(row.get("budget_used_in_cents"), row),
        "budget_remaining": _remaining,
        "percent_of_budget_used": _percent,
        "over_budget": lambda row: (row.get("budget_used_in_cents") or 0) > (row.get("price_in_cents") or 0),
        "currency_symbol": lambda row: SYMBOLS.get(row.get("currency", "")),
    },
    "time_entries": {"currency_symbol": lambda row: SYMBOLS.get(row.get("currency", ""))},
}


def _user_name(account: Account, id_: object) -> str | None:
    user = account.get("users", id_)
    return user["full_name"] if user else None


def _logged(account: Account, row: Row, **where: object) -> int:
    entries = account.find("time_entries", "workspace_id", row["id"])
    return sum(e["time_in_minutes"] for e in entries if all(e.get(key) == value for key, value in where.items()))


# Optional fields that need other rows, worked out only when asked for.
OPTIONAL: dict[str, dict[str, Callable[[Account, Row], Any]]] = {
    "workspaces": {
        "provider_lead_name": lambda account, row: _user_name(account, row.get("primary_maven_id")),
        "client_lead_name": lambda account, row: _user_name(account, row.get("primary_counterpart_id")),
        "estimated_minutes": lambda account, row: sum(
            s.get("time_estimate_in_minutes") or 0 for s in account.find("stories", "workspace_id", row["id"])
        ),
        "minutes_logged": _logged,
        "billable_minutes": lambda account, row: _logged(account, row, billable=True),
        "non_billable_minutes": lambda account, row: _logged(account, row, billable=False),
        "total_minutes_approved": lambda account, row: _logged(account, row, approved=True),
    },
    "account_memberships": {"can_log_in": lambda _, row: row.get("disabled_at") is None},
}


class Encoder:
    """Encodes rows of any collection for one asking person; base texts are kept with the account."""

    def __init__(self, looking: Looking, persona: Persona) -> None:
        self.looking = looking
        self.account = looking.account
        self.persona = persona
        self.view = (
            f"{persona.name}/{looking.readings.ids_without_include}/{looking.readings.primary_maven_without_include}"
        )
        self._shown: dict[str, list[Attribute]] = {}

    def may_see(self, attribute: Attribute) -> bool:
        """Whether the persona's rights show this attribute."""
        return attribute.right is None or attribute.right in self.persona.rights

    def _base_attributes(self, resource: str) -> list[Attribute]:
        found = self._shown.get(resource)
        if found is None:
            readings = self.looking.readings
            found = self._shown[resource] = []
            for attribute in contract()[resource].attributes.values():
                computed = attribute.name in COMPUTED_IDS and not (
                    attribute.name == "primary_maven_id" and readings.primary_maven_without_include
                )
                tied = attribute.include is not None and (
                    attribute.type == "array" or computed or not readings.ids_without_include
                )
                if not attribute.optional and not tied and self.may_see(attribute):
                    found.append(attribute)
        return found

    def base(self, resource: str, row: Row) -> str:
        """The row's text without its closing brace, as it stands wherever nothing extra was asked for."""
        texts = self.account.encoded.setdefault((resource, self.view), {})
        text = texts.get(row["id"])
        if text is None:
            derived = DERIVED.get(resource, {})
            values: dict[str, Any] = {}
            for attribute in self._base_attributes(resource):
                name = attribute.name
                if name in row:
                    values[name] = row[name]
                elif name in derived:
                    values[name] = derived[name](row)
                elif not attribute.unconfirmed:
                    values[name] = None
            text = texts[row["id"]] = _encode(values)[:-1]
        return text

    def extras(self, resource: str, row: Row, includes: Iterable[str], optional: Sequence[str]) -> str:
        """Id keys of the includes and the optional fields, as text to append."""
        attributes = contract()[resource].attributes
        values: dict[str, Any] = {}
        base = {attribute.name for attribute in self._base_attributes(resource)}
        wanted = set(includes)
        for attribute in attributes.values() if wanted else ():
            if attribute.include in wanted and attribute.name not in base and self.may_see(attribute):
                target, resolve = association(resource, attribute.include)
                ids = [] if target in self.persona.refused else resolve(self.looking, row)
                values[attribute.name] = ids if attribute.type == "array" else (ids[0] if ids else None)
        for name in optional:
            if self.may_see(attributes[name]):
                worked_out = OPTIONAL.get(resource, {}).get(name)
                stored = name in row or worked_out is None
                values[name] = row.get(name) if stored or worked_out is None else worked_out(self.account, row)
        return "," + _encode(values)[1:-1] if values else ""

    def envelope(
        self, resource: str, rows: Sequence[Row], meta: dict[str, int], includes: Sequence[str], optional: Sequence[str]
    ) -> str:
        """The whole answer: count, meta, ordered results, and one map per collection."""
        maps: dict[str, dict[str, str]] = {resource: {}}
        for include in includes:
            target, resolve = association(resource, include)
            side = maps.setdefault(target, {})
            table = self.account.table(target)
            known = target in contract() and target not in self.persona.refused
            for row in rows:
                for id_ in resolve(self.looking, row):
                    if id_ not in side and id_ in table and known:
                        side[id_] = self.base(target, table[id_]) + "}"
        own = maps[resource]
        plain = not includes and not optional
        for row in rows:
            extra = "" if plain else self.extras(resource, row, includes, optional)
            own[row["id"]] = self.base(resource, row) + extra + "}"
        results = ",".join(f'{{"key":"{resource}","id":"{row["id"]}"}}' for row in rows)
        bodies = (
            f'"{name}":{{' + ",".join(f'"{id_}":{text}' for id_, text in texts.items()) + "}"
            for name, texts in maps.items()
        )
        return f'{{"count":{meta["count"]},"meta":{_encode(meta)},"results":[{results}],{",".join(bodies)}}}'
