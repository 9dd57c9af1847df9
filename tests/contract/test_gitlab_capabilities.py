"""What a group can do: asked by GraphQL, else by REST; kept between runs, never for long nor in doubt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gitlab_server import JANE, SELF, Reply, ScriptedGitLab, connection, epic_item, group, probe, refused, told

from psdm_cli.domain.gitlab import EpicsBy, GitLabToken
from psdm_cli.errors import Forbidden, NotAllowed, NotFound, Unavailable
from psdm_cli.systems.gitlab.adapter import GitLabAdapter
from psdm_cli.systems.gitlab.probing import AGE

Make = Callable[..., GitLabAdapter]
EPICS = "GET /groups/ps/epics"
NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
METADATA = {"version": "18.0.1", "enterprise": True}
HTML = Reply(200, b"<html>nothing here</html>")


class Kept(dict[str, tuple[str, datetime]]):
    """A memory."""

    def kept(self, key: str) -> tuple[str, datetime] | None:
        return self.get(key)

    def keep(self, key: str, value: str, at: datetime) -> None:
        self[key] = (value, at)


def test_everything_is_there(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data["Probe"] = probe()
    can = reader.capabilities("ps")
    assert (can.version, can.epics, can.child_epics, can.health_status) == ("19.4.1-ee", EpicsBy.WORK_ITEMS, True, True)
    assert (can.may_create_epics, can.may_create_projects) == (True, True)
    assert can.task_toggle is None  # a flag decides, and nobody tells it
    assert can.replaced == ()
    assert reader.probing.of("ps").epic_type == "gid://gitlab/WorkItems::Type/2"
    reader.capabilities("ps")
    assert len(scripted_gitlab.seen) == 1


def test_the_free_plan(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data["Probe"] = probe(epics=False, types=("Issue", "Task"))
    can = reader.capabilities("ps")
    assert can.epics is EpicsBy.MILESTONES
    assert (can.scoped_labels, can.iterations, can.may_create_epics) == (False, False, False)
    assert can.replaced[0] == "epics by milestones"
    assert "health by labels Health::…" in can.replaced
    assert not any("flat epics" in words for words in can.replaced)
    assert reader.epics("ps") == ()
    assert reader.epic("ps", "1") is None
    assert len(scripted_gitlab.seen) == 1


def test_a_renamed_type(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data["Probe"] = probe(types=("Issue", "Saga"))
    item = epic_item(1, workItemType={"id": "gid://gitlab/WorkItems::Type/77"})
    scripted_gitlab.data["EpicType"] = {"namespace": {"workItems": connection([item])}}
    assert reader.capabilities("ps").epics is EpicsBy.WORK_ITEMS
    assert reader.probing.of("ps").epic_type == "gid://gitlab/WorkItems::Type/77"


def test_a_renamed_type_without_an_epic(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data |= {"Probe": probe(types=("Issue",)), "EpicType": {"namespace": {"workItems": connection([])}}}
    assert reader.capabilities("ps").epics is EpicsBy.REST


def test_a_type_that_is_switched_off_is_not_used(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    data = probe()
    data["namespace"]["workItemTypes"]["nodes"][1]["enabled"] = False
    scripted_gitlab.data |= {"Probe": data, "EpicType": {"namespace": {"workItems": connection([])}}}
    assert reader.capabilities("ps").epics is EpicsBy.REST


def test_an_older_server_is_asked_for_less(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.always(
        "GraphQL Probe", refused("Field 'availableFeatures' doesn't exist on type 'Namespace'", code="undefinedField")
    )
    types = {"nodes": [{"id": "gid://gitlab/WorkItems::Type/8", "name": "Epic"}]}
    data = {
        "metadata": {"version": "18.0.3"},
        "namespace": {"id": "gid://gitlab/Group/3", "fullPath": "ps", "workItemTypes": types},
    }
    scripted_gitlab.data["ProbeOlder"] = data
    can = reader.capabilities("ps")
    assert (can.epics, can.version, can.task_toggle, can.child_epics) == (EpicsBy.WORK_ITEMS, "18.0.3", False, None)
    assert can.replaced == ()  # what could not be told is not said to be missing


def test_an_older_server_without_epics(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.always("GraphQL Probe", refused("no", code="undefinedField"))
    scripted_gitlab.data["ProbeOlder"] = {
        "metadata": None,
        "namespace": {"id": "gid://gitlab/Group/3", "fullPath": "ps", "workItemTypes": {"nodes": []}},
    }
    scripted_gitlab.always(EPICS, told(403, {"message": "403 Forbidden"}))
    assert reader.capabilities("ps").epics is EpicsBy.MILESTONES


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(told(404, {"message": "404 Not Found"}), id="switched off"),
        pytest.param(told(403, {"message": "403 Forbidden"}), id="forbidden"),
        pytest.param(HTML, id="a page of HTML"),
        pytest.param(refused("something else"), id="refused"),
        pytest.param(Reply(503, b""), id="down"),
        pytest.param(Reply(cut=-1), id="cut"),
    ],
)
@pytest.mark.parametrize(
    ("epics", "way"),
    [
        pytest.param(told(200, []), EpicsBy.REST, id="epics"),
        pytest.param(told(403, {"message": "403 Forbidden"}), EpicsBy.MILESTONES, id="no epics"),
    ],
)
def test_rest_answers_where_graphql_does_not(
    reply: Reply, epics: Reply, way: EpicsBy, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter
) -> None:
    scripted_gitlab.always("GraphQL Probe", reply)
    scripted_gitlab.rows["/metadata"] = METADATA
    scripted_gitlab.always(EPICS, epics)
    can = reader.capabilities("ps")
    assert (can.epics, can.version, can.task_toggle) == (way, "18.0.1", False)
    assert scripted_gitlab.asked(EPICS)[0].query == {"per_page": "1"}


def test_a_fine_grained_token_may_lack_a_field(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    data = {**probe(), "metadata": None}
    data["namespace"]["userPermissions"] = None
    scripted_gitlab.always("GraphQL Probe", refused("insufficient_granular_scope", data=data))
    can = reader.capabilities("ps")
    assert (can.epics, can.version, can.may_create_epics) == (EpicsBy.WORK_ITEMS, None, None)


def test_a_hidden_group(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.data["Probe"] = {"metadata": {"version": "19"}, "namespace": None}
    with pytest.raises(NotFound, match="no group ps, or the token may not see it"):
        reader.capabilities("ps")
    scripted_gitlab.always("GraphQL Probe", told(404, {}))
    with pytest.raises(NotFound):
        reader.capabilities("ps")


def test_a_limit_is_no_reason_to_go_by_rest(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.always("GraphQL Probe", told(429, {"message": {"error": "later"}}, Retry_After="600"))
    with pytest.raises(Unavailable) as caught:
        reader.capabilities("ps")
    assert caught.value.retry_after == 600.0


def test_a_dead_token_is_said(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.always("GraphQL Probe", told(401, {"errors": [{"message": "Invalid token"}]}))
    with pytest.raises(NotAllowed, match="Invalid token"):
        reader.capabilities("ps")


def test_a_scope_that_is_lacking_is_not_a_plan(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.always("GraphQL Probe", told(403, {"error": "insufficient_scope"}))
    scripted_gitlab.always(
        EPICS, told(403, {"error": "insufficient_scope", "error_description": "more", "scope": "api"})
    )
    with pytest.raises(Forbidden, match="scope"):
        reader.capabilities("ps")


def test_by_id_as_by_path(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows["/groups/3"] = group(3, "ps")
    scripted_gitlab.data["Probe"] = probe()
    reader.capabilities("3")
    reader.capabilities("ps")
    assert [seen.body["variables"] for seen in scripted_gitlab.asked("GraphQL Probe")] == [{"path": "ps"}]


def test_rest_epics_when_they_are_wanted(scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    scripted_gitlab.always(EPICS, told(200, []))
    assert make_gitlab(rest_epics=True).capabilities("ps").epics is EpicsBy.REST
    assert not scripted_gitlab.asked("GraphQL Probe")


def test_a_job_token_goes_by_rest(scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    scripted_gitlab.always(EPICS, told(403, {"message": "403 Forbidden"}))
    job = make_gitlab(token="glcbt-64_abcdefgh")
    assert job.capabilities("ps").epics is EpicsBy.MILESTONES
    assert job.token() == GitLabToken("job")
    assert job.token().may_write is False
    with pytest.raises(NotAllowed, match="CI job token") as caught:
        job.me()
    assert "project or group access token" in caught.value.hint


# between runs


def test_it_is_kept_and_believed_for_a_while(scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    scripted_gitlab.data["Probe"] = probe()
    memory, clock = Kept(), [NOW]
    first = make_gitlab(memory=memory, now=lambda: clock[0])
    found = first.capabilities("ps")
    assert len(memory) == 1
    [key] = memory
    assert "jane" in key
    assert "ps" in key
    clock[0] = NOW + AGE
    second = make_gitlab(memory=memory, now=lambda: clock[0])
    assert second.capabilities("ps") == found
    assert second.probing.of("ps").epic_type == "gid://gitlab/WorkItems::Type/2"
    assert len(scripted_gitlab.asked("GraphQL Probe")) == 1
    clock[0] = NOW + AGE + timedelta(seconds=1)
    make_gitlab(memory=memory, now=lambda: clock[0]).capabilities("ps")
    assert len(scripted_gitlab.asked("GraphQL Probe")) == 2


def test_asked_anew_whatever_is_kept(scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    scripted_gitlab.data["Probe"] = probe()
    memory = Kept()
    reader = make_gitlab(memory=memory)
    reader.capabilities("ps")
    scripted_gitlab.data["Probe"] = probe(epics=False, types=("Issue",))
    assert reader.capabilities("ps").epics is EpicsBy.WORK_ITEMS
    assert reader.capabilities("ps", anew=True).epics is EpicsBy.MILESTONES
    assert make_gitlab().capabilities("ps", anew=True).epics is EpicsBy.MILESTONES


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{}",
        "[]",
        '{"epic_type": null, "version": "1"}',
        "null",
        '{"epics": "magic", "epic_type": "x", "replaced": []}',
    ],
)
def test_what_another_psdm_kept_is_asked_anew(value: str, scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    scripted_gitlab.data["Probe"] = probe()
    memory = Kept()
    make_gitlab(memory=memory, now=lambda: NOW).capabilities("ps")
    [key] = memory
    memory[key] = (value, NOW)
    assert make_gitlab(memory=memory, now=lambda: NOW).capabilities("ps").epics is EpicsBy.WORK_ITEMS
    assert len(scripted_gitlab.asked("GraphQL Probe")) == 2


def test_a_permission_that_is_lacking_is_asked_again_next_time(
    scripted_gitlab: ScriptedGitLab, make_gitlab: Make
) -> None:
    data: dict[str, Any] = probe()
    data["namespace"]["userPermissions"]["createProjects"] = False
    scripted_gitlab.data["Probe"] = data
    memory = Kept()
    assert make_gitlab(memory=memory).capabilities("ps").may_create_projects is False
    assert memory == {}


def test_trouble_is_not_kept(scripted_gitlab: ScriptedGitLab, make_gitlab: Make) -> None:
    scripted_gitlab.always("GraphQL Probe", Reply(503, b""))
    scripted_gitlab.always(EPICS, told(200, []))
    memory = Kept()
    assert make_gitlab(memory=memory).capabilities("ps").epics is EpicsBy.REST
    assert memory == {}


# the credential


@pytest.mark.parametrize(
    ("username", "kind"),
    [
        ("jane", "personal"),
        ("project_12_bot_ab12", "project"),
        ("group_3_bot", "group"),
        ("my_project_1_bot", "personal"),
    ],
)
def test_what_a_token_says(username: str, kind: str, scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows["/user"] = {**JANE, "username": username}
    token = reader.token()
    assert (token.kind, token.scopes, str(token.expires), token.may_write) == (kind, ("api",), "2027-01-31", True)
    reader.token()
    assert len(scripted_gitlab.asked("GET /personal_access_tokens/self")) == 1


def test_a_token_that_reads_only_and_never_ends(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.rows["/personal_access_tokens/self"] = {**SELF, "scopes": ["read_api"], "expires_at": None}
    assert (reader.token().may_write, reader.token().expires) == (False, None)


def test_no_access_token(scripted_gitlab: ScriptedGitLab, reader: GitLabAdapter) -> None:
    scripted_gitlab.always("GET /personal_access_tokens/self", told(400, {"message": "400 Bad request"}))
    assert reader.token() == GitLabToken("oauth")
    assert reader.token().may_write is None
