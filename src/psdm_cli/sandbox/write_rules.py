"""Rules of single collections on create, update and delete; collections without a rule are stored as sent."""

from __future__ import annotations

from collections.abc import Callable

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.write_rules_money import MONEY_CREATE, MONEY_DELETE, MONEY_UPDATE
from psdm_cli.sandbox.write_rules_projects import PROJECT_CREATE, PROJECT_UPDATE
from psdm_cli.sandbox.write_rules_work import WORK_CREATE, WORK_DELETE, WORK_UPDATE
from psdm_cli.sandbox.writing import Given, Hand

CREATE: dict[str, Callable[[Hand, Given], Row]] = PROJECT_CREATE | WORK_CREATE | MONEY_CREATE
UPDATE: dict[str, Callable[[Hand, Row, Given], Row]] = PROJECT_UPDATE | WORK_UPDATE | MONEY_UPDATE
DELETE: dict[str, Callable[[Hand, Row], None]] = WORK_DELETE | MONEY_DELETE
