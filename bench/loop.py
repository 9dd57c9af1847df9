"""What a script of an afternoon does: the same pages, one request at a time. `python -m bench.loop PAGES`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import requests


def main() -> None:
    """Get every page that the file lists (path and query, one a line) and read its JSON."""
    base = urlsplit(os.environ["PSDM_KANTATA_URL"])
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {os.environ['PSDM_KANTATA_TOKEN']}"
        for page in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
            answer = session.get(f"{base.scheme}://{base.netloc}{page}", timeout=60)
            answer.raise_for_status()
            answer.json()


if __name__ == "__main__":
    main()
