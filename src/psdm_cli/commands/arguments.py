"""Arguments and options that several commands share, with what the shell completes after them."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from psdm_cli.commands.completion_values import sow_numbers

SowArgument = Annotated[
    str,
    Argument(
        metavar="SOW",
        help="Engagement: SOW-1234, 1234, its title or a part of it, or Kantata's project id.",
        autocompletion=sow_numbers,
    ),
]
"""An engagement that must be named. `workflows` find it; the shell completes SOW numbers from the local database."""

MaybeSowArgument = Annotated[
    str | None,
    Argument(
        metavar="[SOW]",
        help="Engagement: SOW-1234, 1234, its title or a part of it, or Kantata's project id.",
        autocompletion=sow_numbers,
    ),
]
"""An engagement that may be named."""

RefreshOption = Annotated[
    bool, Option("--refresh", help="Read Kantata first; without it the answer is from the mirror.")
]
"""For commands that answer from the mirror unless told otherwise."""
