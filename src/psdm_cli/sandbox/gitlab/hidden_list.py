"""The work items list that GitLab hides behind a flag: there, and off; of use as a probe alone."""

from __future__ import annotations

from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.item_places import place_called
from psdm_cli.sandbox.gitlab.refusals import forbidden, no_route, not_found
from psdm_cli.sandbox.gitlab.routes import Route


def refuse(call: Call) -> Reply:
    """403 naming the flag; 404 for a hidden namespace, and on servers that are older."""
    if call.readings.work_item_rest_api == "absent":
        raise no_route()
    path = call.args["namespace_path"]
    found = call.account.get("groups", path) if path.isdigit() else place_called(call, path)
    if found is None or not call.visible(found):
        raise not_found("Namespace")
    raise forbidden("work_item_rest_api feature flag is disabled for this user")


ROUTES = [Route("GET", "/namespaces/{namespace_path}/-/work_items", refuse)]
