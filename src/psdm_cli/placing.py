"""What the configuration says about GitLab's places and about what is internal, in the terms of the doors."""

from __future__ import annotations

from urllib.parse import urlsplit

from psdm_cli.changes.gitlab_places import PlaceNames
from psdm_cli.domain.internal_words import InternalRules
from psdm_cli.settings.model import Settings

#: Labels, by their keys in the settings, that customers must not read; those of exceptions go with them.
_INTERNAL = frozenset({"work_at_risk", "work_exception", "change_order"})


def place_names(settings: Settings) -> PlaceNames:
    """The configured places of GitLab by path."""
    groups = settings.gitlab.groups
    delivery = (groups.delivery_internal, groups.delivery_partner)
    return PlaceNames(groups.customer_epics, delivery, settings.gitlab.projects.ps_plan)


def internal_rules(settings: Settings, gitlab_url: str, kantata_url: str) -> InternalRules:
    """What customers must not read, with the addresses of this run."""
    names = place_names(settings)
    internal = [key for key in settings.labels if key in _INTERNAL or key.startswith("exception_")]
    return InternalRules(
        labels=frozenset(settings.labels[key].name for key in internal),
        address=gitlab_url,
        internal_paths=(names.customer_epics, names.ps_plan),
        customer_paths=names.delivery,
        kantata_host=urlsplit(kantata_url).netloc.casefold(),
    )
