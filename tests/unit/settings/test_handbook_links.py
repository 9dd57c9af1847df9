"""The settings carry every link that the handbook page gives, by name."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin

import pytest

from psdm_cli.settings.model import Settings

LIST = Path(__file__).with_name("handbook_urls.txt")
URLS = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
#: where the page stands, so that its relative links lead somewhere
PAGE = "https://handbook.gitlab.com/handbook/customer-success/professional-services-engineering/project-management"


def published(target: str) -> str:
    """A target of the page's source as a browser reaches it: a page's source _index.md is its folder."""
    return urljoin(PAGE, target).removesuffix("_index.md")


@pytest.mark.parametrize("target", URLS)
def test_no_link_of_the_page_is_missing(target: str) -> None:
    assert published(target) in Settings().links.values()


def test_every_name_leads_somewhere_else() -> None:
    links = Settings().links
    assert len(set(links.values())) == len(links)
    assert len(URLS) == len(set(URLS)) > 40


def test_nothing_is_there_that_the_page_does_not_give() -> None:
    assert set(Settings().links.values()) == {published(target) for target in URLS}
