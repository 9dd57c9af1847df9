"""The week's deadlines as the settings and the chosen edition of the handbook have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psdm_cli.errors import WrongUsage

if TYPE_CHECKING:
    from psdm_cli.domain.cadence import Cadence, Moment
    from psdm_cli.domain.cadence_presets import Preset
    from psdm_cli.settings.model import Settings


def preset_of(settings: Settings, asked: str | None = None) -> Preset:
    """The edition asked for, else that of the settings. Raises `WrongUsage` with the names."""
    from psdm_cli.domain.cadence_presets import PRESETS

    name = (asked or settings.cadence.preset).strip().casefold()
    if name not in PRESETS:
        raise WrongUsage(f"--preset: there is no edition {name!r}.", hint=f"There are: {', '.join(PRESETS)}.")
    return PRESETS[name]


def cadence(settings: Settings, asked: str | None = None) -> Cadence:
    """The week's deadlines. An edition that was `asked` for stands as it is; else the team's own settings win."""
    from psdm_cli.domain.cadence import Duty, Moment, moment
    from psdm_cli.domain.cadence_presets import MONDAY, with_preset

    preset = preset_of(settings, asked)
    if asked is not None:
        return preset.duties
    weekly = settings.cadence
    given = {
        Duty.PREP_COMPLETE: Moment(MONDAY, settings.policy.prep_complete_at),
        Duty.FORECAST_UPDATED: Moment(MONDAY, settings.policy.forecast_updated_at),
        Duty.TIMESHEETS_APPROVED: moment(weekly.timesheets_approved),
        Duty.TOP_CUSTOMER_NOTES: moment(weekly.top_customer_notes),
        Duty.HEALTH_REPORTS: moment(weekly.health_reports),
        Duty.TIMESHEETS_SUBMITTED: moment(weekly.timesheets_submitted),
    }
    return with_preset(preset, given)


def list_sent(settings: Settings, asked: str | None = None) -> Moment | None:
    """When the list of top customers is sent; None where the edition has none."""
    from psdm_cli.domain.cadence import moment
    from psdm_cli.domain.cadence_presets import list_sent as sent

    preset = preset_of(settings, asked)
    return preset.list_sent if asked is not None else sent(preset, moment(settings.cadence.top_customer_list))
