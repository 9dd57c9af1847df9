"""Whatever is sent: pages lose and repeat nothing, a commit is all or nothing, any name finds its way in a path."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import date
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from psdm_cli.sandbox.gitlab import GitLabSandbox
from psdm_cli.sandbox.gitlab.repository_rows import files_of
from psdm_cli.sandbox.gitlab.tables import make_label
from psdm_cli.sandbox.service import Answer, Request

AS_OF = date(2026, 11, 23)
PATHS = st.sampled_from(["a", "b", "dir/a", "dir/b c", "é/ü.md"])
ACTIONS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {
                "action": st.sampled_from(["create", "update", "delete"]),
                "file_path": PATHS,
                "content": st.text(max_size=5),
            }
        ),
        st.fixed_dictionaries({"action": st.just("move"), "file_path": PATHS, "previous_path": PATHS}),
    ),
    min_size=1,
    max_size=5,
)


def ask(sandbox: GitLabSandbox, method: str, target: str, body: Any = None) -> Answer:
    """One request without a network; `target` is path and query as sent."""
    path, _, query = target.partition("?")
    headers = {"private-token": sandbox.tokens["full"], "host": "gitlab.test", "content-type": "application/json"}
    raw = b"" if body is None else json.dumps(body).encode()
    delivery = sandbox.respond(Request(method, unquote(path), query, headers, raw, raw_path=path))
    assert delivery.answer is not None
    return delivery.answer


@settings(max_examples=25, deadline=None)
@given(count=st.integers(0, 45), size=st.integers(1, 100))
def test_following_next_sees_every_row_once(count: int, size: int) -> None:
    sandbox = GitLabSandbox(as_of=AS_OF)
    project = sandbox.account.find("projects", "path", "SOW-2301")[0]
    for number in range(count):
        make_label(sandbox.account, project, f"zz {number}", "#000000")
    target = f"/api/v4/projects/{project['id']}/labels?per_page={size}&search=zz"
    seen: list[str] = []
    pages = 0
    while target:
        answer = ask(sandbox, "GET", target)
        assert answer.status == 200
        seen += [row["name"] for row in json.loads(answer.body)]
        pages += 1
        links = dict(reversed(part.split("; rel=")) for part in answer.headers["Link"].split(", "))
        following = links.get('"next"', "").strip("<>")
        split = urlsplit(following)
        target = f"{split.path}?{split.query}" if following else ""
    assert sorted(seen) == sorted(f"zz {number}" for number in range(count))
    assert pages == max(1, -(-count // size))


def expected(files: dict[str, str], actions: list[dict[str, str]]) -> dict[str, str] | None:
    """The files after these actions; None when one of them cannot be done."""
    after = dict(files)
    for action in actions:
        kind, path = action["action"], action["file_path"]
        source = action.get("previous_path", path)
        if (kind in ("create", "move") and path in after) or (kind != "create" and source not in after):
            return None
        old = after.pop(source, "")
        if kind != "delete":
            after[path] = old if kind == "move" else action["content"]
    return after


@settings(max_examples=40, deadline=None)
@given(st.lists(ACTIONS, min_size=1, max_size=4))
def test_a_commit_is_all_or_nothing(commits: list[list[dict[str, str]]]) -> None:
    sandbox = GitLabSandbox(as_of=AS_OF)
    project = sandbox.account.find("projects", "path", "SOW-2307")[0]
    files: dict[str, str] = {}
    for number, actions in enumerate(commits):
        body = {"branch": "main", "commit_message": f"c{number}", "actions": actions}
        answer = ask(sandbox, "POST", f"/api/v4/projects/{project['id']}/repository/commits", body)
        after = expected(files, actions)
        assert answer.status == (400 if after is None else 201), answer.body
        files = files if after is None else after
        rows = files_of(sandbox.account, project, "main")
        assert {row["path"]: b64decode(row["content_base64"]).decode() for row in rows} == files
    for path, content in files.items():
        target = f"/api/v4/projects/{project['id']}/repository/files/{quote(path, safe='')}?ref=HEAD"
        assert b64decode(json.loads(ask(sandbox, "GET", target).body)["content"]).decode() == content


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=","), min_size=1, max_size=40)
)
def test_any_label_is_found_by_its_encoded_name(name: str) -> None:
    sandbox = GitLabSandbox(as_of=AS_OF)
    made = ask(sandbox, "POST", "/api/v4/groups/104/labels", {"name": name, "color": "red"})
    if not name.strip():
        assert made.status == 400
        return
    if made.status == 409:  # a number that is a label already
        return
    row = json.loads(made.body)
    assert row["name"] == name.strip()
    if name.strip().isdigit():  # read as an id
        return
    target = f"/api/v4/groups/104/labels/{quote(name.strip(), safe='')}"
    assert json.loads(ask(sandbox, "PUT", target, {"color": "#00ff00"}).body)["id"] == row["id"]
    assert sandbox.violations == []
