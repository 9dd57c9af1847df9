"""Turning an answer into a part of the mirror: only what was asked for, and nothing lost that names no project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from psdm_cli.domain.records import Kind, Malformed, Record
from psdm_cli.store.codec import CODECS, storable, user_of, workspace_of
from psdm_cli.store.states import By, Part, PartHead, Row


def part_of(head: PartHead, records: Sequence[Record], malformed: Sequence[Malformed]) -> Part:
    """The rows of an answer that `head` covers; those that should name their project and do not are malformed."""
    inside, kind = set(head.keys), head.kind
    by_account, by_workspace = head.by is By.ACCOUNT, head.by is By.WORKSPACE
    encode = CODECS[kind].encode
    rows: list[Row] = []
    bad = list(_attributed(head, malformed))
    for record in records:
        workspace, user = workspace_of(kind, record), user_of(record)
        if by_workspace and workspace is None:
            bad.append(Malformed(kind, record.id, "Kantata does not say which project it belongs to"))
        elif by_account or (workspace if by_workspace else user) in inside:
            rows.append(Row(storable(record.id), _safe(workspace), _safe(user), encode(record)))
    return Part(head, tuple(rows), tuple(bad))


def _attributed(head: PartHead, malformed: Sequence[Malformed]) -> Iterator[Malformed]:
    """A malformed project is its own; a row of a read for one project is that project's."""
    inside = set(head.keys)
    for bad in malformed:
        if head.kind is Kind.WORKSPACES:
            yield replace(bad, workspace_id=bad.id)
        elif head.by is By.WORKSPACE and bad.workspace_id is None and len(head.keys) == 1:
            yield replace(bad, workspace_id=head.keys[0])
        elif head.by is not By.WORKSPACE or bad.workspace_id is None or bad.workspace_id in inside:
            yield bad


def _safe(text: str | None) -> str | None:
    return None if text is None else storable(text)
