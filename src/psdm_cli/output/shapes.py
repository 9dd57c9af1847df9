"""Which model describes the document of which command: `psdm schema` and `--fields` read these tables."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from psdm_cli.errors import WrongUsage
from psdm_cli.output.document import schema_name

if TYPE_CHECKING:
    from pydantic import BaseModel

SETUP = "psdm_cli.output.setup_shapes"
STAFFING = "psdm_cli.output.booking_shapes"
UPSIDE = "psdm_cli.output.upside_shapes"
#: command as typed -> "module:Model" of its `result`; imported when asked for
SHAPES: dict[str, str] = {
    "forecast-prep": "psdm_cli.output.forecast_json:ForecastPrepResult",
    "init-project": "psdm_cli.output.kickoff_shapes:InitProjectResult",
    "forecast show": "psdm_cli.output.views_json:ForecastShowResult",
    "forecast diff": "psdm_cli.output.views_json:ForecastDiffResult",
    "forecast freeze": "psdm_cli.output.views_json:ForecastFreezeResult",
    "forecast accuracy": "psdm_cli.output.looking_back_json:ForecastAccuracyResult",
    "forecast people": "psdm_cli.output.looking_back_json:ForecastPeopleResult",
    "report week": "psdm_cli.output.week_shapes:ReportWeekResult",
    "open": "psdm_cli.output.open_document:OpenResult",
    "template list": "psdm_cli.output.template_document:TemplateList",
    "template show": "psdm_cli.output.template_document:TemplateShown",
    "template export": "psdm_cli.output.template_document:TemplateExport",
    "state": "psdm_cli.output.state_shapes:StateResult",
    "state export": "psdm_cli.output.state_shapes:ExportResult",
    "state import": "psdm_cli.output.state_shapes:ImportResult",
    "state check": "psdm_cli.output.state_shapes:CheckResult",
    "top-customer": "psdm_cli.output.top_customer_shapes:TopCustomerResult",
    "today": "psdm_cli.output.today_shapes:TodayResult",
    "cadence": "psdm_cli.output.cadence_shapes:CadenceResult",
    "audit leaks": "psdm_cli.output.leaks_document:LeaksResult",
    "status": "psdm_cli.output.status_shapes:StatusResult",
    "check": "psdm_cli.output.check_document:CheckResult",
    "customer-status": "psdm_cli.output.customer_status_document:CustomerStatusResult",
    "health": "psdm_cli.output.health_document:HealthResult",
    "portfolio": "psdm_cli.output.views_json:PortfolioResult",
    "handover": "psdm_cli.output.handover_shapes:HandoverResult",
    "why": "psdm_cli.output.why_json:WhyResult",
    "apply": "psdm_cli.output.plan_shapes:AppliedResult",
    "undo": "psdm_cli.output.plan_shapes:AppliedResult",
    "journal list": "psdm_cli.output.plan_shapes:JournalResult",
    "journal show": "psdm_cli.output.plan_shapes:JournalResult",
    "checklist list": "psdm_cli.output.checklist_json:ChecklistsListed",
    "checklist show": "psdm_cli.output.checklist_json:ChecklistShown",
    "checklist resume": "psdm_cli.output.checklist_json:ChecklistShown",
    "checklist export": "psdm_cli.output.checklist_json:ChecklistShown",
    "checklist check": "psdm_cli.output.checklist_json:ChecklistChecked",
    "booking list": f"{STAFFING}:BookingResult",
    "booking request": f"{STAFFING}:BookingResult",
    "booking change": f"{STAFFING}:BookingResult",
    "booking harden": f"{STAFFING}:BookingResult",
    "upside add": f"{UPSIDE}:Changed",
    "upside edit": f"{UPSIDE}:Changed",
    "upside list": f"{UPSIDE}:Listed",
    "upside show": f"{UPSIDE}:Shown",
    "upside review": f"{UPSIDE}:ReviewResult",
    "upside convert": f"{UPSIDE}:Changed",
    "upside push": f"{UPSIDE}:Changed",
    "upside close": f"{UPSIDE}:Changed",
    "upside export": f"{UPSIDE}:Exported",
    "upside import": f"{UPSIDE}:Imported",
    "people": f"{STAFFING}:PeopleResult",
    "fix": f"{STAFFING}:FixResult",
    "config init": f"{SETUP}:ConfigWritten",
    "config show": f"{SETUP}:ConfigShown",
    "config check": f"{SETUP}:ConfigChecked",
    "config path": f"{SETUP}:ConfigPaths",
    "auth login": f"{SETUP}:LoggedIn",
    "auth logout": f"{SETUP}:LoggedOut",
    "auth status": f"{SETUP}:AuthStatus",
    "doctor": f"{SETUP}:Diagnosis",
    "sync": f"{SETUP}:Synced",
    "import kantata": "psdm_cli.output.import_document:ImportKantataResult",
    "sandbox reset": f"{SETUP}:SandboxReset",
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def result_model(command: str) -> type[BaseModel]:
    """The model of a command's result. Raises `WrongUsage` with the nearest command that has one."""
    target = SHAPES.get(command)
    if target is None:
        names = sorted([*SHAPES, "error"])
        meant = get_close_matches(command, names, n=1, cutoff=0.5)
        tail = f"; did you mean {meant[0]!r}?" if meant else f"; there are: {', '.join(names)}."
        raise WrongUsage(f"There is no JSON Schema for {command!r}{tail}")
    module, _, name = target.partition(":")
    model: type[BaseModel] = getattr(import_module(module), name)
    return model


def document_schema(command: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the whole document that a command prints with --json; "error" for a failure's.

    Raises `WrongUsage` for a command without one.
    """
    if command == "error":
        return _error_schema()
    result = result_model(command).model_json_schema(by_alias=True, mode="serialization")
    definitions = result.pop("$defs", {})
    schema: dict[str, Any] = {
        "$schema": DIALECT,
        "title": f"psdm {command} --json",
        "type": "object",
        "additionalProperties": False,
        "required": ["schema", "as_of", "generated_at", "status", "warnings", "result"],
        "properties": {
            "schema": {"const": schema_name(command)},
            "as_of": {"type": "string", "format": "date"},
            "generated_at": {"type": "string", "format": "date-time", "pattern": "Z$"},
            "status": {"enum": ["ok", "attention", "partial", "error"]},
            "warnings": {"type": "array", "items": {"type": "string"}},
            "result": result,
        },
    }
    if definitions:
        schema["$defs"] = definitions
    return schema


def _error_schema() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "$schema": DIALECT,
        "title": "psdm --json, failed",
        "type": "object",
        "additionalProperties": False,
        "required": ["schema", "status", "error"],
        "properties": {
            "schema": {"const": "psdm.error/1"},
            "status": {"const": "error"},
            "error": {
                "type": "object",
                "additionalProperties": False,
                "required": ["code", "exit_code", "message", "hint"],
                "properties": {"code": text, "exit_code": {"type": "integer"}, "message": text, "hint": text},
            },
        },
    }


def row_fields(command: str) -> tuple[str, ...]:
    """The names that rows of the lists of a command's result may have; empty for a command without a model."""
    if command not in SHAPES:
        return ()
    result = result_model(command).model_json_schema(by_alias=True, mode="serialization")
    definitions = result.get("$defs", {})
    return tuple(sorted({name for rows in _lists(result) for name in _row_names(rows, definitions)}))


def _resolved(part: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = definitions.get(str(part.get("$ref", "")).rpartition("/")[2], part)
    return found


def _lists(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in schema.get("properties", {}).values():
        for choice in (part, *part.get("anyOf", ())):
            if choice.get("type") == "array" and isinstance(choice.get("items"), dict):
                yield choice["items"]


def _row_names(items: dict[str, Any], definitions: dict[str, Any]) -> Iterator[str]:
    for choice in (items, *items.get("anyOf", ())):
        yield from _resolved(choice, definitions).get("properties", {})
