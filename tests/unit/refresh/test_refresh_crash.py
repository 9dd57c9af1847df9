"""kill -9 all along a refresh: what is shown is always whole, and the next run completes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked and killed")
def test_killed_anywhere_the_mirror_is_whole_and_the_next_run_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    driver = Path(__file__).with_name("crash_driver.py")
    done = subprocess.run(
        [sys.executable, str(driver), str(tmp_path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["wrong"] == []
    assert report["ended"]
    assert report["deaths"] > 60
    assert report["unchanged"] > report["complete"] > 0, "death came before and after the promotion"
