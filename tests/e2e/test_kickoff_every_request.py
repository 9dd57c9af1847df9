"""A kickoff in which every single request fails once, in each way; and what comes of it is what a calm run makes.

By default all of them fail in one kickoff, each the first time it is made, and the same line is typed until it is
through. With `PSDM_TEST_EVERY=1` that is done for every story, and each request also fails alone, in a kickoff of its
own, which takes an hour.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from kickoff_again import Repeatable, Story, repeatable
from kickoff_practice import writing
from tests.warm_start import nursery

NEW = ("--staffing", "partner", "--activity", "Build", "--tick", "6", "--link", "sow=https://docs.example.com/sow")
STORIES = {
    "a new customer": Story("SOW-2315", "ultimate", NEW),
    "a new customer on Free": Story("SOW-2315", "free", NEW),
    "a space with gaps": Story("SOW-2309", "ultimate", ("--activity", "Build")),
    "a space with gaps on Free": Story("SOW-2302", "free", ("--activity", "Build")),
}
AT_ONCE = {"Retry-After": "0"}
WAYS: dict[str, dict[str, Any]] = {
    "500": {"status": 500, "headers": AT_ONCE},
    "a timeout after the work": {"status": 504, "applied": True, "headers": AT_ONCE},
    "a cut connection": {"cut": "after"},
}
#: ways in which one request fails alone; the last is a system that goes away and stays away for that run
ALONE = WAYS | {
    "a cut before the work": {"cut": "before"},
    "half an answer": {"cut": "middle"},
    "gone": {"status": 503, "times": None},
}
EVERY = bool(os.environ.get("PSDM_TEST_EVERY"))
#: what the suite has time for
STORMS = {
    "500": ("a new customer", "a space with gaps on Free"),
    "a timeout after the work": ("a new customer", "a new customer on Free", "a space with gaps"),
    "a cut connection": ("a space with gaps", "a space with gaps on Free"),
}
THROUGH = 3  # all is in; the checklist is not complete yet
ENDS = (THROUGH, 4, 7, 75)  # or a part is in, or nothing
RUNS = 30
PATIENCE = 2  # seconds: enough for one repetition of a read, which follows after about one
LITTLE = 1  # enough where the repetition follows at once


def test_when_every_request_fails_once_the_end_is_that_of_a_calm_run(tmp_path: Path) -> None:
    """Side by side, since psdm mostly waits here."""
    nursery()  # one for all the threads
    cases = [(story, way) for way, stories in STORMS.items() for story in (STORIES if EVERY else stories)]
    with ThreadPoolExecutor(len(cases)) as pool:
        ran = {case: pool.submit(_storm, tmp_path / "-".join(case), *case) for case in cases}
    assert {case: done.result() for case, done in ran.items()} == dict.fromkeys(cases, "as in a calm run")


def _storm(home: Path, story: str, way: str) -> str:
    """What came of it, in a word."""
    with repeatable(home, STORIES[story], PATIENCE if "cut" in WAYS[way] else LITTLE) as kickoff:
        calm = kickoff.run()
        assert calm.code == THROUGH, calm.err
        doors, wanted = kickoff.doors(), kickoff.end_state()
        kickoff.rewind()
        kickoff.fault(each=True, **WAYS[way])
        for _run in range(RUNS):
            done = kickoff.run()
            assert done.code in ENDS, done.err
            if done.code == THROUGH:
                break
        if spared := doors - kickoff.struck():
            return f"never refused: {spared}"
        return "as in a calm run" if kickoff.end_state() == wanted and _stands(kickoff) else done.err


def _stands(kickoff: Repeatable) -> bool:
    """Whether one more run finds nothing to do, and neither system has seen anything outside its contract."""
    kickoff.calm()
    last = kickoff.run()
    return last.code == THROUGH and writing(last) == [] and kickoff.violations() == []


@pytest.mark.skipif(not EVERY, reason="an hour: PSDM_TEST_EVERY=1")
@pytest.mark.parametrize("way", ALONE)
@pytest.mark.parametrize("story", STORIES)
def test_whichever_request_fails_the_next_run_ends_where_a_calm_one_does(tmp_path: Path, story: str, way: str) -> None:
    with repeatable(tmp_path / "home", STORIES[story], PATIENCE) as kickoff:
        assert kickoff.run().code == THROUGH
        count, wanted = kickoff.requests(), kickoff.end_state()
        for system, number in [(name, n) for name, requests in count.items() for n in range(requests)]:
            kickoff.rewind()
            kickoff.fault(system, skip=number, **ALONE[way])
            done = kickoff.run()
            assert done.code in ENDS, (system, number, done.err)
            kickoff.calm()
            again = kickoff.run() if done.code != THROUGH else done
            assert again.code == THROUGH, (system, number, done.err, again.err)
            assert kickoff.end_state() == wanted, (system, number, done.err)
            assert _stands(kickoff), (system, number, done.err)
