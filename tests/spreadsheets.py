"""Workbooks as a spreadsheet evaluates them: LibreOffice without a window, every formula reckoned anew."""

from __future__ import annotations

import csv
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

SOFFICE = shutil.which("soffice")
NO_SOFFICE = "LibreOffice (soffice) is not installed: formulas are not evaluated"


def recalculated(file: Path, folder: Path) -> dict[str, list[list[str]]]:
    """Every sheet of a workbook as LibreOffice evaluates it, its cells as text; recalculation is forced."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item '
        'oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">'
        "<value>0</value></prop></item></oor:items>\n",
        encoding="utf-8",
    )
    out = folder / "out"
    # comma, quote, UTF-8, from line 1, no formats, raw numbers, every sheet into a file of its own
    as_csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    subprocess.run(
        [
            str(SOFFICE),
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            as_csv,
            "--outdir",
            str(out),
            str(file),
        ],
        check=True,
        capture_output=True,
        timeout=110,
    )
    found = {}
    for each in out.glob("*.csv"):
        with each.open(encoding="utf-8", newline="") as text:
            lines = [[_two_decimals(cell) for cell in line] for line in csv.reader(text)]
        found[each.stem.removeprefix(f"{file.stem}-")] = lines
    return found


def _two_decimals(cell: str) -> str:
    try:
        return f"{Decimal(cell):.2f}"
    except ArithmeticError:
        return cell
