"""What a state file would change in a database: new, changed, the same, kept, in conflict. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from psdm_cli.errors import RefusedByRule
from psdm_cli.store.codec import FORMAT
from psdm_cli.store.moved_content import Content, Identity, MovedRow, row_name
from psdm_cli.store.moved_tables import MIRROR, PERSONAL_FACTS, SPECS, Spec


class Keep(StrEnum):
    """Whose row stays where two rows that may not change say different things."""

    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rows of one name that say different things; `mine` and `theirs` say in words how."""

    table: str
    name: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class TableDifference:
    """What an import means for a table. `kept` are rows where what is here stays; the others by their identity."""

    table: str
    new: tuple[Identity, ...] = ()
    changed: tuple[Identity, ...] = ()
    same: int = 0
    kept: int = 0
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Differences:
    """What an import means. `replaced` are accounts whose mirror gives way to a later one; `skipped` says why not."""

    tables: tuple[TableDifference, ...]
    replaced: tuple[Identity, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """All of them."""
        return tuple(conflict for table in self.tables for conflict in table.conflicts)

    @property
    def writes(self) -> int:
        """How many rows would be written."""
        return sum(len(table.new) + len(table.changed) for table in self.tables)


def refused(conflicts: tuple[Conflict, ...], most: int = 6) -> RefusedByRule:
    """The refusal that names the conflicts."""
    named = "; ".join(f"{each.name} ({each.mine} here, {each.theirs} in the file)" for each in conflicts[:most])
    more = f" and {len(conflicts) - most} more" if len(conflicts) > most else ""
    return RefusedByRule(
        f"The file contradicts what is here: {named}{more}. Nothing was imported.",
        hint="Say whose stays: --keep mine, or --keep theirs.",
    )


def differences(mine: Content, theirs: Content, keep: Keep | None = None) -> Differences:
    """What is new, changed, the same, kept or in conflict, table by table. Pure.

    A mirror is one thing: of two mirrors of one account the one that was read later counts, whole.
    """
    replaced, skipped, whole = _accounts(mine, theirs)
    found = []
    for name, spec in SPECS.items():
        if name not in theirs.rows:
            continue
        found.append(
            _mirror_table(spec, mine, theirs, replaced, whole)
            if name in MIRROR
            else _table(spec, mine.of(name), theirs.of(name), keep)
        )
    return Differences(tuple(found), tuple(replaced), tuple(skipped))


def _accounts(mine: Content, theirs: Content) -> tuple[list[Identity], list[str], set[Identity]]:
    """Accounts whose mirror is replaced, why others are not taken, and those whose rows are taken whole."""
    replaced: list[Identity] = []
    skipped: list[str] = []
    whole: set[Identity] = set()
    for key, account in theirs.of("accounts").items():
        name = account.values["key"]
        if account.values["format"] != FORMAT:
            skipped.append(f"the mirror of {name}: another version of psdm wrote it; psdm sync reads it anew")
        elif key not in mine.of("accounts"):
            whole.add(key)
        elif not _is_same_mirror(key, mine, theirs):
            here, there = _read_at(mine, key), _read_at(theirs, key)
            if mine.of("accounts")[key].values["format"] == FORMAT and here >= there:
                skipped.append(f"the mirror of {name}: the one here was read later ({here[:16] or 'never'} UTC)")
            else:
                replaced.append(key)
                whole.add(key)
    return replaced, skipped, whole


def _is_same_mirror(account: Identity, mine: Content, theirs: Content) -> bool:
    if not mine.of("accounts")[account].same_as(theirs.of("accounts")[account]):
        return False
    for name in MIRROR - {"accounts"}:
        here, there = mine.children(name, account), theirs.children(name, account)
        if here.keys() != there.keys() or any(not row.same_as(there[key]) for key, row in here.items()):
            return False
    return True


def _read_at(content: Content, account: Identity) -> str:
    """When a mirror was last read; empty if never to the end."""
    scopes = content.children("mirror_scopes", account).values()
    return max((str(scope.values["synced_at"]) for scope in scopes), default="")


def _mirror_table(
    spec: Spec, mine: Content, theirs: Content, replaced: list[Identity], whole: set[Identity]
) -> TableDifference:
    new: list[Identity] = []
    changed: list[Identity] = []
    same = kept = 0
    here = mine.of(spec.name)
    for key, row in theirs.of(spec.name).items():
        account = key if spec.name == "accounts" else row.parent
        if account not in whole:
            known = key in here and here[key].same_as(row)
            same, kept = same + known, kept + (not known)
        elif account in replaced and key in here:
            changed.append(key)
        else:
            new.append(key)
    return TableDifference(spec.name, tuple(new), tuple(changed), same, kept)


def _table(
    spec: Spec, mine: Mapping[Identity, MovedRow], theirs: Mapping[Identity, MovedRow], keep: Keep | None
) -> TableDifference:
    new: list[Identity] = []
    changed: list[Identity] = []
    conflicts: list[Conflict] = []
    same = kept = 0
    for key, row in theirs.items():
        if key not in mine:
            new.append(key)
        elif mine[key].same_as(row):
            same += 1
        else:
            later = _later(spec, mine[key], row) or keep
            if later is Keep.THEIRS:
                changed.append(key)
            elif later is Keep.MINE:
                kept += 1
            else:
                conflicts.append(Conflict(spec.name, row_name(spec, row.values), *_contrast(mine[key], row)))
    return TableDifference(spec.name, tuple(new), tuple(changed), same, kept, tuple(conflicts))


def _later(spec: Spec, mine: MovedRow, theirs: MovedRow) -> Keep | None:
    """Whose row is the later word; None where nothing tells."""
    if spec.name == "facts" and mine.values["name"] in PERSONAL_FACTS:
        return Keep.MINE
    if spec.newer is None:
        return None
    here, there = mine.values[spec.newer] or "", theirs.values[spec.newer] or ""
    if here == there:
        return None
    return Keep.MINE if here > there else Keep.THEIRS


def _contrast(mine: MovedRow, theirs: MovedRow) -> tuple[str, str]:
    """The first columns in which they differ, in words; long texts only as different."""
    names = [name for name in mine.values if mine.values[name] != theirs.values[name]]
    short = [name for name in names if all(len(str(row.values[name])) <= 60 for row in (mine, theirs))]
    if not short:
        return "another content", "another content"
    here, there = (", ".join(f"{name} {row.values[name]}" for name in short[:2]) for row in (mine, theirs))
    return here, there
