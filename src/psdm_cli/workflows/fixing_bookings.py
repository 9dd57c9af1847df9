"""Fixes of bookings: soft ones made hard or taken out, hours asked for where none are booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from psdm_cli.domain.dates import DAY
from psdm_cli.domain.engagements import Booking
from psdm_cli.domain.fixes.gaps import filling
from psdm_cli.domain.wanted_booking import Wanted
from psdm_cli.workflows.booking import harden, take_out
from psdm_cli.workflows.booking_requests import request
from psdm_cli.workflows.fix_case import Case, all_of, as_option, first_ready
from psdm_cli.workflows.fix_options import FixOption, Question


def hardening(case: Case) -> tuple[FixOption, ...]:
    """FP-07: soft bookings made hard (asked for, or directly), or taken out."""
    wanted = {str(finding.data["booking_id"]) for finding in case.findings}
    bookings = tuple(b for b in case.engagement.bookings if b.id in wanted and not b.hard)
    if not bookings:
        return ()
    options = [_harden(case, bookings, direct=case.direct)]
    if not case.direct:
        options.append(_harden(case, bookings, direct=True))
    out = tuple(take_out(case.engagement, booking) for booking in bookings)
    options.append(FixOption("take-out", "take it out of the schedule (needs edit rights)", out))
    return tuple(options)


def _harden(case: Case, bookings: Sequence[Booking], *, direct: bool) -> FixOption:
    intent = harden(case.engagement, bookings, case.desk, direct=direct)
    label = "make it hard at once (needs edit rights)" if direct else "ask the coordinator to make it hard"
    return as_option("harden-direct" if direct else "harden", label, intent)


def covering(case: Case) -> tuple[FixOption, ...]:
    """FP-08: the soft bookings in the gap hardened, or hours requested at the pace so far."""
    if len(case.findings) > 1:
        each = [option for one in case.findings if (option := first_ready(covering(replace(case, findings=(one,)))))]
        return (all_of(each, "ask the coordinator for each role"),) if each else ()
    data = case.first.data
    role = str(data["role"])
    start, end = date.fromisoformat(str(data["gap_from"])), date.fromisoformat(str(data["until"]))
    active = frozenset(m.user_id for m in case.assessment.portfolio.members if m.active)
    found = filling(case.engagement, role, start, end, active)
    options = []
    if found.soft:
        label = "make the soft bookings in the gap hard" if case.direct else "ask to make the soft bookings in it hard"
        intent = harden(case.engagement, found.soft, case.desk, direct=case.direct)
        options.append(as_option("harden", label, intent))
    minutes = case.answers.minutes if case.answers.minutes is not None else found.minutes
    label = f"request {role} hours for the gap from the coordinator"
    if minutes is None:
        options.append(FixOption("request", label, asks=(Question("minutes", "--hours", f"{role} hours in total"),)))
    else:
        wanted = Wanted(role, start, end - DAY, minutes, True, found.user_id, found.person)
        intent = request(case.assessment, case.engagement, wanted, case.desk, direct=False)
        asked = as_option("request", label, intent)
        # hours that were said mean the request, not what happens to lie in the gap
        options.insert(0 if case.answers.minutes is not None else len(options), asked)
    return tuple(options)
