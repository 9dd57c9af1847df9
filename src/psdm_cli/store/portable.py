"""The state file: a zip of one manifest and one file of JSON lines per table, with checksums. No database here.

Rows point to rows of another table by their line there, so that a file says the same whichever database it is from.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psdm_cli.errors import StoreProblem, WrongUsage

FORMAT = "psdm.state/1"
MANIFEST = "manifest.json"
_STAMP = (1980, 1, 1, 0, 0, 0)  # the same content is the same file, whenever it was written
_LARGEST = 1 << 31  # unpacked bytes of one table that we are willing to read
_KEPT = "Nothing was imported."

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a state file says about itself."""

    revision: str
    mirror_format: str
    exported_at: str
    program: str
    mirror: bool = True


@dataclass(frozen=True, slots=True)
class StateFile:
    """A state file's content: rows by table, in the order of the file."""

    manifest: Manifest
    tables: Mapping[str, Sequence[Row]]
    checksums: Mapping[str, str] = field(default_factory=dict)


def damaged(file: Path, said: str) -> StoreProblem:
    """The file is a state file, but not as it was written."""
    return StoreProblem(f"The state file {file} is damaged: {said}.", hint=f"{_KEPT} Export it again.")


def write(file: Path, manifest: Manifest, content: Mapping[str, Sequence[Row]], *, replace: bool = False) -> StateFile:
    """Write a state file: whole or not at all, readable by its owner alone (0600).

    Raises `WrongUsage` when the file is there and `replace` is not said, `StoreProblem` when it cannot be written.
    """
    if file.exists() and not replace:
        raise WrongUsage(f"There is a file already: {file}. It was left as it is.", hint="Replace it with --force.")
    bodies = {name: "".join(_line(row) for row in rows).encode() for name, rows in content.items()}
    checksums = {name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()}
    document = {
        "format": FORMAT,
        "program": manifest.program,
        "revision": manifest.revision,
        "mirror": manifest.mirror,
        "mirror_format": manifest.mirror_format,
        "exported_at": manifest.exported_at,
        "tables": [
            {"name": name, "rows": len(content[name]), "sha256": checksum} for name, checksum in checksums.items()
        ],
    }
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # 0600 by itself
    except OSError as error:
        raise _unwritable(file, error) from None
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                _put(archive, MANIFEST, (json.dumps(document, indent=2) + "\n").encode())
                for table, body in bodies.items():
                    _put(archive, member(table), body)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from None
    finally:
        draft.unlink(missing_ok=True)
    return StateFile(manifest, content, checksums)


def _unwritable(file: Path, error: OSError) -> StoreProblem:
    return StoreProblem(f"{file} cannot be written: {error.strerror}.", hint="Choose a folder that you may write to.")


def member(table: str) -> str:
    """Where a table stands in the file."""
    return f"tables/{table}.jsonl"


def _line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=True, sort_keys=True, separators=(",", ":")) + "\n"


def _put(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    info = zipfile.ZipInfo(name, _STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    archive.writestr(info, body)


def read(file: Path) -> StateFile:
    """A state file, every checksum compared.

    Raises `WrongUsage` when there is none, `StoreProblem` when it is something else, damaged, or of a newer psdm.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return _read(file, archive)
    except FileNotFoundError:
        raise WrongUsage(f"There is no file {file}.") from None
    except zipfile.BadZipFile as error:
        if "CRC" in str(error):
            raise damaged(file, "a part of it has changed") from None
        raise StoreProblem(
            f"{file} is no state file of psdm.", hint=f"{_KEPT} psdm state export FILE writes one."
        ) from None
    except OSError as error:
        raise StoreProblem(f"{file} cannot be read: {error.strerror or error}.", hint=_KEPT) from None
    except (EOFError, RuntimeError, NotImplementedError, zipfile.LargeZipFile) as error:
        raise damaged(file, str(error) or "it ends early") from None


def _read(file: Path, archive: zipfile.ZipFile) -> StateFile:
    document = _manifest(file, archive)
    tables: dict[str, Sequence[Row]] = {}
    checksums: dict[str, str] = {}
    for entry in document["tables"]:
        name, rows, checksum = entry["name"], entry["rows"], entry["sha256"]
        body = _bytes(file, archive, member(name))
        if hashlib.sha256(body).hexdigest() != checksum:
            raise damaged(file, f"the checksum of {name} is another one")
        tables[name] = _rows(file, name, body)
        if len(tables[name]) != rows:
            raise damaged(file, f"{name} has {len(tables[name])} rows, not {rows}")
        checksums[name] = checksum
    texts = {key: str(document[key]) for key in ("revision", "mirror_format", "exported_at", "program")}
    return StateFile(Manifest(**texts, mirror=bool(document["mirror"])), tables, checksums)


def _manifest(file: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    foreign = StoreProblem(f"{file} is no state file of psdm.", hint=f"{_KEPT} psdm state export FILE writes one.")
    if MANIFEST not in archive.namelist():
        raise foreign
    try:
        found = json.loads(_bytes(file, archive, MANIFEST))
    except ValueError:
        raise damaged(file, "its manifest cannot be read") from None
    if not isinstance(found, dict) or not str(found.get("format", "")).startswith("psdm.state/"):
        raise foreign
    if found["format"] != FORMAT:
        raise StoreProblem(
            f"The state file {file} has the format {str(found['format'])[:40]}, which this psdm does not know: "
            "a newer psdm wrote it.",
            hint=f"{_KEPT} Install the newer psdm.",
        )
    wanted = {"revision", "mirror_format", "exported_at", "program", "mirror", "tables"}
    entries: Any = found.get("tables")
    whole = wanted <= found.keys() and isinstance(entries, list)
    if not whole or not all(isinstance(each, dict) and {"name", "rows", "sha256"} <= each.keys() for each in entries):
        raise damaged(file, "its manifest is not complete")
    return found


def _bytes(file: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise damaged(file, f"{name} is missing") from None
    if info.file_size > _LARGEST:
        raise damaged(file, f"{name} is larger than psdm would have written it")
    import zlib

    try:
        return archive.read(info)
    except zlib.error:
        raise damaged(file, f"{name} cannot be unpacked") from None


def _rows(file: Path, name: str, body: bytes) -> list[Row]:
    rows = []
    for number, line in enumerate(body.splitlines(), 1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise damaged(file, f"{name} line {number} is no row")
        rows.append(row)
    return rows
