"""Internal text for a customer's place does not type-check: mypy says so about every line that tries, and no other."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from psdm_cli.changes.gitlab_changes import content_of, issue
from psdm_cli.changes.gitlab_places import customer_place, internal_place
from psdm_cli.changes.plan import Audience
from psdm_cli.domain.audience import for_customer, internal
from psdm_cli.domain.gitlab import Project
from psdm_cli.domain.places import Places
from psdm_cli.errors import RefusedByRule

TRIED = """
from psdm_cli.changes.gitlab_changes import board, epic, file, group, issue, label, milestone, note, project, upload
from psdm_cli.changes.gitlab_edits import epic_change, file_change, issue_change, note_change
from psdm_cli.changes.gitlab_places import Place, new_place
from psdm_cli.domain.audience import Customer, Internal, Text
from psdm_cli.domain.gitlab import Epic, Issue, Note, RepositoryFile

M = ("raid", "SOW-1")

def tried(
    c: Place[Customer], i: Place[Internal], ours: Text[Internal], theirs: Text[Customer], e: Epic, s: Issue, n: Note,
    f: RepositoryFile,
) -> None:
    issue(c, title=theirs, body=theirs, mark=M)
    issue(i, title=theirs, body=ours, mark=M)
    issue(i, title=ours, body=ours, mark=M)
    note(new_place(i, group(i, name=ours, path="p")), on="1#1", body=ours, mark=M)
    upload(i, filename="a", content=b"", key="k")
    issue(c, title=theirs, body=ours, mark=M)  # wrong
    issue(c, title=ours, body=theirs, mark=M)  # wrong
    epic(c, title=theirs, body=ours, mark=M)  # wrong
    note(c, on="1#1", body=ours, mark=M)  # wrong
    note(new_place(c, group(c, name=theirs, path="p")), on="1#1", body=ours, mark=M)  # wrong
    file(c, path="a", content=ours, message="m")  # wrong
    label(c, name=ours, color="#ffffff")  # wrong
    milestone(c, title=ours)  # wrong
    board(c, name=ours, lists=[])  # wrong
    group(c, name=ours, path="p")  # wrong
    project(c, name=theirs, path="p", description=ours)  # wrong
    issue_change(c, s, body=ours)  # wrong
    epic_change(c, e, title=ours)  # wrong
    note_change(c, n, on="1#1", body=ours)  # wrong
    file_change(c, f, content=ours, message="m")  # wrong
    upload(c, filename="a", content=b"", key="k")  # wrong
"""


def test_internal_text_for_a_customers_place_does_not_type_check(tmp_path: Path) -> None:
    snippet = tmp_path / "tried.py"
    snippet.write_text(TRIED)
    options = ["--follow-imports=silent", "--no-incremental", "--hide-error-context", "--no-error-summary"]
    command = [sys.executable, "-m", "mypy", *options, str(snippet)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)
    refused = {int(found[1]) for found in re.finditer(r"tried\.py:(\d+): error", told.stdout)}
    wanted = {number for number, line in enumerate(TRIED.split("\n"), 1) if line.endswith("# wrong")}
    assert refused == wanted, told.stdout + told.stderr


ROOT = Path(__file__).parents[3]
OURS = Project("5", "plan", "plan", "a/ps/plan", "private", ancestors=("1", "2"))
THEIRS = Project("6", "SOW-1", "SOW-1", "a/ps/d/c/SOW-1", "private", ancestors=("1", "2", "3"))
PLACES = Places("2", frozenset({"3"}), "5")


def test_at_run_time_a_change_knows_who_may_read_its_texts_and_its_place() -> None:
    inside = issue(internal_place(OURS, PLACES), title=for_customer("T"), body=internal("20 USD"), mark=("co", "S/1"))
    outside = issue(customer_place(THEIRS, PLACES), title=for_customer("T"), body=for_customer("B"), mark=("raid", "S"))
    assert (inside.audience, inside.content) == (Audience.INTERNAL, Audience.INTERNAL)
    assert (outside.audience, outside.content) == (Audience.CUSTOMER, Audience.CUSTOMER)
    assert customer_place(OURS, PLACES).audience is Audience.INTERNAL
    assert content_of(None) is Audience.CUSTOMER
    with pytest.raises(RefusedByRule, match="can be read by customers"):
        internal_place(THEIRS, PLACES)
