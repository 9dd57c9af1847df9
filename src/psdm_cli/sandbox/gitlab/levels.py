"""Access levels as numbers, in GitLab's own values."""

from __future__ import annotations

GUEST, PLANNER, REPORTER, DEVELOPER, MAINTAINER, OWNER = 10, 15, 20, 30, 40, 50
NOBODY = 0

NAMES = {
    "noone": 100,
    "administrator": 60,
    "owner": OWNER,
    "maintainer": MAINTAINER,
    "developer": DEVELOPER,
}
VISIBILITIES = ("private", "internal", "public")
