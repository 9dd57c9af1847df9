"""A stranger's client: python-gitlab's own command line lists and makes things in the GitLab sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from gitlab_sandbox_client import DELIVERY, GROUP, PS_PLAN

from psdm_cli.sandbox.gitlab import GitLabSandbox

# One interpreter for all lines: each runs `gitlab`'s main as its script does, exit codes and all; only the parser, half
# a second's work, is made once.
PROGRAM = """
import contextlib, functools, io, json, sys
import gitlab.cli
from gitlab.cli import main
gitlab.cli._get_parser = functools.cache(gitlab.cli._get_parser)
for line in sys.stdin:
    sys.argv = ["gitlab", *json.loads(line)]
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""


class GitLabCommand:
    """`gitlab -o json …`, pointed at a sandbox."""

    def __init__(self, sandbox: GitLabSandbox, home: Path) -> None:
        self.sandbox = sandbox
        environ = {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environ,
        )

    def run(self, *words: str, persona: str = "full") -> tuple[Any, str, str]:
        """Exit code, stdout and stderr of one command."""
        assert self.process.stdin is not None and self.process.stdout is not None
        told = ["--server-url", self.sandbox.url, "--private-token", self.sandbox.tokens[persona], "-o", "json"]
        self.process.stdin.write(json.dumps([*told, *words]) + "\n")
        self.process.stdin.flush()
        code, out, err = json.loads(self.process.stdout.readline())
        return code, out, err

    def __call__(self, *words: str) -> Any:
        """The document that a command prints."""
        code, out, err = self.run(*words)
        assert code == 0, err or out
        return json.loads(out)

    def close(self) -> None:
        """Ends the interpreter."""
        self.process.communicate()


@pytest.fixture
def gitlab(tmp_path: Path) -> Iterator[GitLabCommand]:
    with GitLabSandbox(as_of=date(2026, 11, 23), url_path="/gitlab") as sandbox:
        command = GitLabCommand(sandbox, tmp_path)
        yield command
        command.close()
        assert sandbox.violations == []


def test_it_lists_and_makes_what_a_kickoff_needs(gitlab: GitLabCommand) -> None:
    assert gitlab("current-user", "get")["username"] == "rcastellano"
    assert gitlab("personal-access-token", "get", "--id", "self")["scopes"] == ["api"]
    parent = gitlab("group", "get", "--id", DELIVERY)
    subgroups = gitlab("group-subgroup", "list", "--group-id", str(parent["id"]), "--get-all")
    assert len(subgroups) == len(gitlab.sandbox.account.find("groups", "parent_id", parent["id"])) > 20

    made = ("group", "create", "--name", "Acme & Söhne", "--path", "acme", "--parent-id", str(parent["id"]))
    group = gitlab(*made, "--visibility", "private")
    at = ("--group-id", str(group["id"]))
    project = gitlab("project", "create", "--name", "SOW-9", "--namespace-id", str(group["id"]),
                     "--initialize-with-readme", "true", "--visibility", "private")  # fmt: skip
    inside = ("--project-id", project["path_with_namespace"])
    assert gitlab("group-project", "list", *at)[0]["path_with_namespace"] == f"{DELIVERY}/acme/sow-9"
    label = gitlab("group-label", "create", *at, "--name", "PS RAID Log", "--color", "#34495e")
    assert label["id"] in [row["id"] for row in gitlab("group-label", "list", *at, "--get-all")]
    milestone = gitlab("group-milestone", "create", *at, "--title", "SOW-9", "--due-date", "2027-01-31")
    assert gitlab("group-milestone", "list", *at) == [milestone]
    board = gitlab("group-board", "create", *at, "--name", "Delivery")
    gitlab("group-board-list", "create", *at, "--board-id", str(board["id"]), "--label-id", str(label["id"]))
    assert gitlab("group-board", "list", *at)[0]["lists"][0]["label"]["name"] == "PS RAID Log"
    gitlab("project-wiki", "create", *inside, "--title", "Runbook", "--content", "x")
    assert [page["slug"] for page in gitlab("project-wiki", "list", *inside)] == ["Runbook"]
    templates = gitlab("project-issue-template", "list", "--project-id", PS_PLAN)
    assert "change-order" in [row["name"] for row in templates]
    members = gitlab("group-member-all", "list", *at, "--get-all")
    assert "rcastellano" in [row["username"] for row in members]


def test_it_lists_and_makes_issues_notes_and_epics(gitlab: GitLabCommand) -> None:
    group = gitlab("group", "get", "--id", GROUP)
    at, inside = ("--group-id", str(group["id"])), ("--project-id", PS_PLAN)
    epic = gitlab("group-epic", "create", *at, "--title", "SOW-9 Acme", "--labels", "SOW-2301")
    issue = gitlab("project-issue", "create", *inside, "--title", "Kickoff", "--labels", "SOW-2301,Escalated")
    assert sorted(issue["labels"]) == ["Escalated", "SOW-2301"]
    on = ("--epic-iid", str(epic["iid"]))
    gitlab("group-epic-issue", "create", *at, *on, "--issue-id", str(issue["id"]))
    assert [row["title"] for row in gitlab("group-epic-issue", "list", *at, *on)] == ["Kickoff"]
    note = gitlab("project-issue-note", "create", *inside, "--issue-iid", str(issue["iid"]), "--body", "Held.")
    assert note["body"] == "Held."
    found = gitlab("project-issue", "list", *inside, "--labels", "Escalated")
    assert [row["id"] for row in found] == [issue["id"]]
    assert "SOW-9 Acme" in [row["title"] for row in gitlab("group-epic", "list", *at, "--get-all")]


def test_it_says_why_something_is_refused(gitlab: GitLabCommand) -> None:
    group = ("group-label", "create", "--group-id", GROUP, "--name", "Escalated", "--color", "red")
    code, _out, err = gitlab.run(*group)
    assert (code != 0, "409: Label already exists" in str(code) + err) == (True, True)
    code, _out, err = gitlab.run("group", "get", "--id", GROUP, persona="stranger")
    assert "404: 404 Group Not Found" in str(code) + err
    code, _out, err = gitlab.run("current-user", "get", persona="expired")
    assert "401" in str(code) + err
