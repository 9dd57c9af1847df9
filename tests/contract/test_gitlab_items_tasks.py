"""Check-boxes, durations and the inheritance of dates, on their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.sandbox.gitlab.durations import human, seconds
from psdm_cli.sandbox.gitlab.item_labels import names_in, scope_of
from psdm_cli.sandbox.gitlab.task_lists import Stale, Unusable, completion, toggled


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (None, (0, 0)),
        ("- [ ] a\n- [x] b\n* [X] c\n1. [ ] d\n2) [x] e", (5, 3)),
        ("  - [ ] nested\n> - [x] quoted", (2, 1)),
        ("- [~] does not apply\n- [ ] a", (1, 0)),
        ("```\n- [ ] code\n```\n- [ ] real", (1, 0)),
        ("-[ ] a\n- [] b\n- [y] c\n[ ] d\n- [ ]glued", (0, 0)),
        ("- [ ] a\r\n- [x] b\r", (2, 1)),
        ("- [ ]", (1, 0)),
    ],
)
def test_boxes_are_counted(text: str | None, counts: tuple[int, int]) -> None:
    assert completion(text) == counts


TEXT = "Steps\n\n- [ ] one\n- [x] two\r\n- [ ] one"


@pytest.mark.parametrize(
    ("checked", "line", "position", "expected"),
    [
        (True, "- [ ] one", "3:4-3:4", "Steps\n\n- [x] one\n- [x] two\r\n- [ ] one"),
        (True, "- [ ] one", "5:1-5:9", "Steps\n\n- [ ] one\n- [x] two\r\n- [x] one"),
        (False, "- [x] two", "4:4-4:4", "Steps\n\n- [ ] one\n- [ ] two\r\n- [ ] one"),
        (True, "- [x] two", "4:4-4:4", TEXT),
    ],
)
def test_exactly_the_box_that_was_read_is_ticked(checked: bool, line: str, position: str, expected: str) -> None:
    assert toggled(TEXT, checked, line, position)[0] == expected


@pytest.mark.parametrize(
    ("line", "position", "why"),
    [
        ("- [x] one", "3:4-3:4", Stale),
        ("- [ ] one ", "3:4-3:4", Stale),
        ("- [ ] one", "4:4-4:4", Stale),
        ("- [ ] one", "9:4-9:4", Stale),
        ("- [ ] one", "0:4-0:4", Stale),
        ("Steps", "1:1-1:5", Unusable),
        ("- [ ] one", "third", Unusable),
    ],
)
def test_stale_or_senseless_wishes_change_nothing(line: str, position: str, why: type[Exception]) -> None:
    with pytest.raises(why):
        toggled(TEXT, True, line, position)


@given(st.lists(st.sampled_from(["- [ ] a", "- [x] b", "words", "", "* [ ] c"]), min_size=1), st.data(), st.booleans())
def test_ticking_changes_one_mark_and_nothing_else(lines: list[str], data: st.DataObject, checked: bool) -> None:
    index = data.draw(st.integers(0, len(lines) - 1))
    text = "\n".join(lines)
    if "[" not in lines[index]:
        return
    after, _words = toggled(text, checked, lines[index], f"{index + 1}:4-{index + 1}:4")
    differing = [at for at, (one, other) in enumerate(zip(text, after, strict=True)) if one != other]
    assert len(differing) == (checked != ("[x]" in lines[index]))
    count, done = completion(text)
    assert completion(after)[0] == count
    assert abs(completion(after)[1] - done) == len(differing)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3h30m", 12600),
        ("1w 2d 3h", 240 * 600 + 57600 + 10800),
        ("1mo", 576000),
        ("1.5h", 5400),
        ("2", 7200),
        ("-30m", -1800),
        ("+1d", 28800),
        ("2 hours, 5 minutes", 7500),
        ("soon", None),
        ("3h soon", None),
        ("", None),
    ],
)
def test_durations_are_read(text: str, amount: int | None) -> None:
    assert seconds(text) == amount


@given(st.integers(1, 10_000_000))
def test_durations_are_written_so_that_they_are_read_again(amount: int) -> None:
    assert seconds(str(human(amount))) == amount
    assert human(-amount) == f"-{human(amount)}"
    assert human(0) is None


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("a, b,,a ", ["a", "b"]),
        (["a", "b,c"], ["a", "b", "c"]),
        ("", []),
        (None, []),
        ([], []),
    ],
)
def test_label_names_come_in_a_comma_list_or_an_array(value: object, names: list[str]) -> None:
    assert names_in(value) == names


@pytest.mark.parametrize(
    ("name", "scope"), [("PM::ann", "PM"), ("a::b::c", "a::b"), ("plain", None), ("::x", None), ("x::", None)]
)
def test_the_scope_of_a_label(name: str, scope: str | None) -> None:
    assert scope_of(name) == scope
