"""The one marked note on the Customer Epic that links everything of an engagement's space."""

from __future__ import annotations

LINKS = "links"  # the kind of its marker
