"""The examples in README.md and docs/ do what they say."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import pytest
from tests.documents import ROOT, Block, blocks, documents, printed, ran, rewrite


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of the sandbox for all examples; with PSDM_WRITE_DOCS the documents are brought up to date first."""
    place = tmp_path_factory.mktemp("documents")
    if os.environ.get("PSDM_WRITE_DOCS"):
        rewrite(place)
    return place


def names(found: list[Block]) -> list[str]:
    return [f"{block.file.name}-{index}" for index, block in enumerate(found)]


CONSOLE = list(blocks("console"))
ALONE = [index for index, block in enumerate(CONSOLE) if not block.story]
STORIES = sorted({block.story for block in CONSOLE if block.story})


@pytest.mark.parametrize("index", ALONE, ids=[names(CONSOLE)[index] for index in ALONE])
def test_a_screen_in_the_documents_is_what_the_program_shows(index: int, home: Path) -> None:
    block = list(blocks("console"))[index]
    assert block.shown == printed(block, home), (
        f"{block.name}: run PSDM_WRITE_DOCS=1 pytest tests/e2e/test_documents.py"
    )


@pytest.mark.parametrize("story", STORIES)
def test_a_story_in_the_documents_happens_as_it_is_told(story: str, home: Path, tmp_path: Path) -> None:
    for block in blocks("console"):
        if block.story == story:
            assert block.shown == printed(block, tmp_path), (
                f"{block.name}: run PSDM_WRITE_DOCS=1 pytest tests/e2e/test_documents.py"
            )


def typed_lines() -> list[tuple[str, str]]:
    """Every psdm command line in the documents' shell blocks."""
    found = []
    for block in blocks("sh"):
        for line in block.body.splitlines():
            text = line.split("#")[0].strip()
            if text.startswith("psdm "):
                found.append((block.name, text))
    return found


@pytest.mark.parametrize(("where", "line"), typed_lines())
def test_a_command_in_the_documents_exists_with_its_options(where: str, line: str, tmp_path: Path) -> None:
    words = shlex.split(line.split(">", maxsplit=1)[0])[1:]
    if words == ["--version"]:
        return
    path = [word for word in words if not word.startswith("-")]
    options = [word.split("=")[0] for word in words if word.startswith("-")]
    for length in range(min(2, len(path)), 0, -1):
        code, out, err = ran([*path[:length], "--help"], tmp_path)
        if code == 0:
            break
    assert code == 0, f"{where}: {line}: {err}"
    missing = [option for option in options if option not in out]
    assert not missing, f"{where}: {line}: --help does not know {missing}"


@pytest.mark.parametrize("block", list(blocks("json")), ids=lambda block: block.name)
def test_json_in_the_documents_is_json(block: Block) -> None:
    assert json.loads(block.body)["schema"].startswith("psdm.")


@pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)
def test_links_between_documents_lead_somewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith(("http:", "https:")):
            assert (file.parent / target).exists(), f"{file.relative_to(ROOT)} links to {target}"
