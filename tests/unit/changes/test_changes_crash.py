"""kill -9 after every write into the journal and around every send: going on ends as if nothing had been."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked and killed")
def test_killed_anywhere_the_same_plan_goes_on_and_can_be_taken_back(tmp_path: Path) -> None:
    driver = Path(__file__).with_name("changes_crash_driver.py")
    done = subprocess.run(
        [sys.executable, str(driver), str(tmp_path)], capture_output=True, text=True, timeout=600, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["wrong"] == []
    assert report["clean"]
    assert report["ended"]
    assert report["deaths"] == 1 + 9 * 5  # the run's begin; and for each change: intent, sending, send twice, answer
    assert report["half"] >= 8 * 5  # the deaths did leave something half-done
    assert report["stays"] == ["ask one", "ask two", "post"]
