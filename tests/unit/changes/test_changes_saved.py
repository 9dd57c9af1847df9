"""A plan in a file: whole or not at all, for its owner alone, read back with line and field."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from changes_world import NOW, alter, create

from psdm_cli.changes.plan import Plan, plan_of
from psdm_cli.changes.saved import load, refuse_other_account, save
from psdm_cli.errors import RefusedByRule, StoreProblem, WrongUsage

HERE = {"kantata": "https://one.example/api/v1", "gitlab": "https://git.example"}


@pytest.fixture
def plan() -> Plan:
    child = create("child", after={"of": {"$id": "parent"}, "text": "Grüße \u202e\x1b"}, sow="SOW-1", why="because")
    return plan_of("booking change", NOW, [create("parent"), child, alter("b", "7", {"x": 1}, {"x": 2})])


@pytest.fixture
def file(tmp_path: Path, plan: Plan) -> Path:
    save(plan, HERE, tmp_path / "plan.json")
    return tmp_path / "plan.json"


def test_a_plan_comes_back_as_it_was(file: Path, plan: Plan) -> None:
    saved = load(file)
    assert saved.plan == plan
    assert saved.accounts == {"kantata": HERE["kantata"]}
    refuse_other_account(saved, HERE)


def test_the_file_is_the_owners_alone_and_has_the_published_shape(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    document = json.loads(file.read_text(encoding="utf-8"))
    assert list(document) == ["schema", "created", "command", "items", "expects"]
    assert (document["schema"], document["created"]) == ("psdm.plan/1", "2026-11-23T14:00:00Z")
    shape = {"n", "system", "action", "kind", "key", "title", "place", "audience", "before", "after", "id", "url"}
    assert shape | {"state", "error"} <= set(document["items"][0])
    assert file.read_bytes().isascii()


def test_a_save_that_fails_leaves_the_old_file(
    file: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = file.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreProblem, match="No space left"):
        save(plan, HERE, file)
    assert file.read_bytes() == old
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="No such file"):
        save(plan, HERE, tmp_path / "nowhere" / "plan.json")


@pytest.mark.parametrize("system", ["kantata", "none"])
def test_a_plan_for_another_account_is_refused(file: Path, system: str) -> None:
    there = {"kantata": "https://two.example/api/v1"} if system == "kantata" else {}
    with pytest.raises(RefusedByRule, match=r"was made for https://one\.example/api/v1") as refused:
        refuse_other_account(load(file), there)
    assert refused.value.exit_code == 6


def without(*path: str | int) -> Callable[[dict[str, Any]], None]:
    def edit(document: dict[str, Any]) -> None:
        inside: Any = document
        for step in path[:-1]:
            inside = inside[step]
        del inside[path[-1]]

    return edit


def setting(value: Any, *path: str | int) -> Callable[[dict[str, Any]], None]:
    def edit(document: dict[str, Any]) -> None:
        inside: Any = document
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        pytest.param(
            setting("psdm.plan/2", "schema"), r"line 2: schema: expected psdm.plan/1: a newer psdm", id="newer"
        ),
        pytest.param(without("schema"), "schema: expected psdm.plan/1", id="no plan"),
        pytest.param(setting("yesterday", "created"), "line 3: created: expected an instant", id="created"),
        pytest.param(setting("", "command"), "line 4: command: expected the command", id="command"),
        pytest.param(setting({}, "items"), "line 5: items: expected a list", id="items"),
        pytest.param(setting(3, "items", 1), r"items\[1\]: expected a change", id="an item"),
        pytest.param(
            setting("explode", "items", 0, "action"), r"line 9: items\[0\].action: expected one of", id="action"
        ),
        pytest.param(setting([], "items", 0, "after"), r"items\[0\].after: expected attributes", id="after"),
        pytest.param(setting({}, "items", 0, "after"), "a create needs attributes", id="nothing to send"),
        pytest.param(without("items", 0, "key"), r"items\[0\].key: expected a text", id="no key"),
        pytest.param(setting(7, "items", 2, "id"), r"items\[2\].id: expected a text or null", id="an id as a number"),
        pytest.param(setting("all", "items", 0, "audience"), "audience: expected internal or", id="audience"),
        pytest.param(
            setting(["no"], "items", 0, "depends_on"), "one that is not planned", id="needs what is not there"
        ),
        pytest.param(setting("child", "items", 0, "key"), "planned twice", id="key twice"),
        pytest.param(without("expects"), "expects: expected the accounts", id="no account"),
    ],
)
def test_what_is_wrong_is_named(file: Path, edit: Callable[[dict[str, Any]], None], words: str) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))
    edit(document)
    file.write_text(json.dumps(document, indent=2), encoding="utf-8")
    with pytest.raises(WrongUsage, match=words) as wrong:
        load(file)
    assert wrong.value.exit_code == 2


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        pytest.param(b'{\n "schema": "psdm.plan/1",\n oops}', "line 3: this is not JSON", id="syntax"),
        pytest.param(b"", "line 1: this is not JSON", id="empty"),
        pytest.param(b"\xff\xfe\x00", "not text in UTF-8", id="bytes"),
        pytest.param(b'{"schema": NaN}', "not JSON that can be read", id="no number"),
        pytest.param(b"[" * 100_000, "not JSON", id="deep"),
        pytest.param(b"[]", "not a saved plan", id="a list"),
    ],
)
def test_what_is_no_plan_at_all(file: Path, raw: bytes, words: str) -> None:
    file.write_bytes(raw)
    with pytest.raises(WrongUsage, match=words):
        load(file)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="There is no file"):
        load(tmp_path / "nothing.json")
    with pytest.raises(WrongUsage, match="cannot be read"):
        load(tmp_path)
