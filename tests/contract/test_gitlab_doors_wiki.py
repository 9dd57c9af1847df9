"""Pages of the internal project's wiki, and comments instead: ours found again, a colleague's never written over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gitlab_doors_fixtures import NAMES, Space, space

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.gitlab_places import PlaceNames
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.audience import internal
from psdm_cli.errors import Forbidden, NotFound, RefusedByRule, WrongUsage
from psdm_cli.systems.gitlab.wiki_door import slug_of
from psdm_cli.workflows.week_publishing import Publication, on_issue, publishing

TITLE = "forecast-calls/2026-W48-priya-nair"
MARK = ("report-week", "2026-W48/1")


@pytest.fixture
def at() -> Iterator[Space]:
    with space() as made:
        yield made


def page(at: Space, text: str = "# Week\n\nall is well", title: str = TITLE) -> Change:
    return make.wiki_page(at.ours("plan"), title=title, content=internal(text), mark=MARK)


def published(at: Space, text: str = "one", scope: str = "4711", issue: str | None = None) -> Change:
    return publishing(at.adapter, NAMES, Publication("2026-W48", scope, "priya-nair", internal(text)), issue)


def text_of(at: Space) -> list[str]:
    return [row["content"].partition("\n")[0] for row in at.world.wiki]


def test_a_page_is_made_once_and_brought_up_to_date(at: Space) -> None:
    assert at.done(published(at)) == ["applied"]
    again = published(at)
    assert again.action is Action.KEEP
    other = published(at, "two")
    assert (other.action, other.id) == (Action.CHANGE, f"{at.ids['plan']}:{TITLE}")
    assert at.done(other) == ["applied"]
    assert text_of(at) == ["two"]
    assert other.url is not None
    assert other.url.endswith(f"/-/wikis/{TITLE}")


def test_the_same_create_finds_what_a_lost_answer_left(at: Space) -> None:
    assert at.done(page(at)) == ["applied"]
    assert at.done(page(at)) == ["kept"]
    assert len(at.world.wiki) == 1


def test_another_selection_of_the_same_week_is_another_page(at: Space) -> None:
    assert at.done(published(at, scope="4711")) == ["applied"]
    other = publishing(at.adapter, NAMES, Publication("2026-W48", "all", "3-leads", internal("all")))
    assert at.done(other) == ["applied"]
    assert text_of(at) == ["one", "all"]


def test_a_page_that_a_colleague_moved_is_still_ours(at: Space) -> None:
    at.done(published(at))
    at.world.wiki[0]["slug"] = "archive/2026-W48"
    assert at.done(published(at, "two")) == ["applied"]
    assert text_of(at) == ["two"]


def test_a_colleagues_page_of_that_address_is_left_as_it_is(at: Space) -> None:
    at.world.wiki.append({"slug": TITLE, "title": "2026-W48", "content": "mine"})
    (item,) = at.apply(published(at)).plan.items
    assert "psdm did not write" in str(item.error)
    assert text_of(at) == ["mine"]


def test_an_edit_since_the_plan_is_not_written_over(at: Space) -> None:
    at.done(published(at))
    planned = published(at, "two")
    at.world.wiki[0]["content"] = "a colleague's words\n\n<!-- psdm:x:y -->"
    (item,) = at.apply(planned).plan.items
    assert item.state.value == "failed"
    assert text_of(at) == ["a colleague's words"]


def test_what_was_changed_can_be_taken_back(at: Space) -> None:
    first = published(at)
    at.done(first)
    change = published(at, "two")
    at.done(change)
    door = at.doors["gitlab", "wiki_page"]
    back = door.inverse(change, door.look(change))
    assert isinstance(back, Change)
    assert at.done(back) == ["applied"]
    assert text_of(at) == ["one"]
    assert "not deleted" in str(door.inverse(first, door.look(first)))


def test_a_wiki_that_is_switched_off_says_so(at: Space) -> None:
    at.world.fault("POST", r"/wikis$", "404", {"message": "404 Not Found"})
    (item,) = at.apply(published(at)).plan.items
    assert "switched off" in str(item.error)


def test_without_the_role_it_is_refused_by_name(at: Space) -> None:
    at.world.fault("POST", r"/wikis$", "403", {"message": "403 Forbidden"})
    result = at.apply(published(at))
    assert isinstance(result.errors[1], Forbidden)
    assert "Developer" in str(result.errors[1])


def test_a_customers_project_never_gets_it(at: Space) -> None:
    shared = PlaceNames(NAMES.customer_epics, NAMES.delivery, "acme/ps/delivery/ours/customer/SOW-1234")
    with pytest.raises(RefusedByRule):
        publishing(at.adapter, shared, Publication("2026-W48", "1", "x", internal("12,000.00 USD")))
    edited = make.wiki_page(at.ours("plan"), title=TITLE, content=internal("12,000.00 USD"), mark=MARK)
    from dataclasses import replace

    moved = replace(edited, after={**edited.after, "project_id": str(at.ids["SOW-1234"])})
    (item,) = at.apply(moved).plan.items
    assert item.state.value == "failed"
    assert at.world.wiki == []


def test_a_comment_is_written_once_and_changed_after(at: Space) -> None:
    at.world.issue(at.ids["plan"], "Forecast calls")
    assert at.done(published(at, issue="1")) == ["applied"]
    assert published(at, issue="1").action is Action.KEEP
    assert at.done(published(at, "two", issue="1")) == ["applied"]
    issue = at.adapter.issue(str(at.ids["plan"]), "1")
    assert issue is not None
    assert [note.body.partition("\n")[0] for note in at.adapter.notes(issue)] == ["two"]
    with pytest.raises(NotFound, match="#77"):
        published(at, issue="77")


def test_a_project_that_is_not_there_is_named(at: Space) -> None:
    missing = PlaceNames(NAMES.customer_epics, NAMES.delivery, "acme/ps/nowhere")
    with pytest.raises(NotFound, match="acme/ps/nowhere"):
        publishing(at.adapter, missing, Publication("2026-W48", "1", "x", internal("y")))


@pytest.mark.parametrize("title", [" x", "a/../b"])
def test_a_title_that_leads_elsewhere_is_refused(at: Space, title: str) -> None:
    with pytest.raises(WrongUsage):
        at.doors["gitlab", "wiki_page"].check(page(at, title=title))


def test_the_address_that_gitlab_makes_of_a_title() -> None:
    assert slug_of(" Forecast calls/Week 48 ") == "Forecast-calls/Week-48"


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "#12",
        "https://gitlab.example/acme/ps/plan/-/issues/12",
        "https://GitLab.example/Acme/ps/plan/-/work_items/12/",
    ],
)
def test_an_issue_by_number_or_address(text: str) -> None:
    assert on_issue(text, "acme/ps/plan", "https://gitlab.example") == "12"


@pytest.mark.parametrize(
    "text",
    ["", "x", "12 13", "https://elsewhere.example/acme/ps/plan/-/issues/12",
     "https://gitlab.example/acme/ps/delivery/ours/-/issues/12", "https://gitlab.example/acme/ps/plan/-/epics/12"],
)  # fmt: skip
def test_an_issue_elsewhere_is_none(text: str) -> None:
    with pytest.raises(WrongUsage, match="no issue of acme/ps/plan"):
        on_issue(text, "acme/ps/plan", "https://gitlab.example")
