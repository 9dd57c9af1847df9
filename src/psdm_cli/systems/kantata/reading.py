"""Many reads side by side: the pages of all in one queue, drained by a few threads, each read yielded when complete."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import Any

from psdm_cli.domain.records import Kind, Malformed, Record, Refusal
from psdm_cli.errors import BadAnswer, Forbidden, NotFound, Unavailable
from psdm_cli.systems.http.pacing import Stopped
from psdm_cli.systems.kantata.client import Client
from psdm_cli.systems.kantata.envelope import Page, page
from psdm_cli.systems.kantata.questions import Ask, asks, by_person, resource_base, rows_in, rows_of
from psdm_cli.systems.kantata.wording import KIND_WORDS, PERMISSIONS, URL_HINT
from psdm_cli.systems.ports import Batch, Progress, Read

#: Threads beyond the requests in flight: they understand an answer while the next one is on its way.
SPARE = 2


@dataclass(slots=True)
class Memory:
    """What an adapter has learnt: side-loads that this server wants, and resource ids that came with the workspaces.

    The ids are used once, so that a later read does not rest on old ones.
    """

    includes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    resource_ids: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, workspace_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The known resource ids of these workspaces, forgotten here."""
        with self.lock:
            return {one: self.resource_ids.pop(one) for one in workspace_ids if one in self.resource_ids}


@dataclass(slots=True, eq=False)
class _Pending:
    """A read that is being answered."""

    place: int
    read: Read
    streams: list[_Stream] = field(default_factory=list)
    open: int = 0
    refusal: Refusal | None = None
    failure: Unavailable | None = None

    @property
    def over(self) -> bool:
        """Whether further answers are of no use."""
        return self.refusal is not None or self.failure is not None


@dataclass(slots=True, eq=False)
class _Stream:
    """One list call: its pages so far. A second round begins when the rows moved while they were read."""

    ask: Ask
    owner: _Pending
    counting: bool = False
    pages: dict[int, Page] = field(default_factory=dict)
    wanted: int = 1
    second_round: bool = False

    def moved(self) -> bool:
        """Whether rows were added or removed between the pages: then some may have been skipped."""
        if self.counting:
            return False
        counts = {one.count for one in self.pages.values()}
        seen = {key for one in self.pages.values() for key in one.entries}
        return len(counts) > 1 or len(seen) != max(counts)


class Reading:
    """One run over several reads. All state is changed under one lock, by whichever thread has an answer."""

    def __init__(self, client: Client, reads: Sequence[Read], parallel: int, memory: Memory, *, counting: bool) -> None:
        self._client = client
        self._call = client.call()
        self._threads = max(1, parallel) + SPARE
        self._memory = memory
        self._counting = counting
        self._lock = threading.Lock()
        self._jobs: SimpleQueue[tuple[_Stream, int] | None] = SimpleQueue()
        self._events: SimpleQueue[_Pending | Progress | BaseException] = SimpleQueue()
        self._known = 0
        self._done = 0
        self._pending = [_Pending(place, read) for place, read in enumerate(reads)]

    def batches(self, progress: Callable[[Progress], None] | None) -> Iterator[Batch]:
        """Each read as soon as it is complete.

        A read that fails because Kantata is down, limiting or not understood does not stop the others: what can be
        reached is handed out first, then the first such error is raised. Any other error ends everything at once.
        """
        run = self._run(progress)
        try:
            for pending in run:
                yield _batch(pending)
        finally:
            run.close()

    def counts(self) -> list[int | None]:
        """How many rows each read has; None where they may not be seen."""
        found: list[int | None] = [None] * len(self._pending)
        for pending in self._run(None):
            found[pending.place] = None if pending.refusal else sum(_tally(stream) for stream in pending.streams)
        return found

    def _run(self, progress: Callable[[Progress], None] | None) -> Generator[_Pending, None, None]:
        threads = [threading.Thread(target=self._work, name=f"kantata-{n}", daemon=True) for n in range(self._threads)]
        complete = False
        try:
            with self._lock:
                for pending in self._pending:
                    self._open(pending, self._first_asks(pending.read))
            for thread in threads:
                thread.start()
            left = len(self._pending)
            failure: Unavailable | None = None
            while left:
                event = self._events.get()
                if isinstance(event, BaseException):
                    raise event
                if isinstance(event, Progress):
                    if progress is not None:
                        progress(event)
                    continue
                left -= 1
                if event.failure is None:
                    yield event
                failure = failure or event.failure
            complete = True
            if failure is not None:
                raise failure
        finally:
            self._call.stop()
            self._client.pacer.wake()
            for _ in threads:
                self._jobs.put(None)
            if complete:
                for thread in threads:
                    thread.join()

    def _first_asks(self, read: Read) -> list[Ask]:
        known = self._memory.take(read.workspace_ids) if read.kind is Kind.RESOURCES and not self._counting else {}
        return asks(read, known)

    def _open(self, owner: _Pending, new: Sequence[Ask]) -> None:
        for ask in new:
            counting = self._counting and not ask.ids_only and ask.keep is None
            more = () if counting else self._memory.includes.get(ask.path, ())
            stream = _Stream(ask.counting() if counting else ask.including(more), owner, counting)
            owner.streams.append(stream)
            owner.open += 1
            self._queue(stream, 1)
        if owner.open == 0:
            self._events.put(owner)

    def _queue(self, stream: _Stream, number: int) -> None:
        self._known += 1
        self._jobs.put((stream, number))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            stream, number = job
            try:
                self._do(stream, number)
            except Stopped:
                return
            except BaseException as error:  # handed to the caller's thread, which raises it
                self._call.stop()
                self._client.pacer.wake()
                self._events.put(error)
                return

    def _do(self, stream: _Stream, number: int) -> None:
        ask, owner = stream.ask, stream.owner
        if not owner.over:
            self._call.check()
            try:
                got = self._client.get(
                    self._call,
                    ask.path,
                    {**ask.params, "page": number},
                    lambda payload: page(payload, ask),
                    permission=PERMISSIONS[Kind.WORKSPACES if ask.path == "/workspaces" else ask.kind],
                )
            except Forbidden as refused:
                if ask.path == "/workspaces":
                    raise  # without engagements there is nothing to answer
                said = Refusal(owner.read.kind, refused.call, refused.permission, refused.message)
                self._end(owner, refusal=said)
            except NotFound as missing:
                self._end(owner, failure=BadAnswer(missing.message, hint=URL_HINT))
            except Unavailable as failure:
                self._end(owner, failure=failure)
            else:
                with self._lock:
                    if not owner.over:
                        self._accept(stream, number, got)
        with self._lock:
            self._done += 1
            progress = Progress(self._done, self._known, KIND_WORDS[owner.read.kind])
        self._events.put(progress)

    def _end(self, owner: _Pending, *, refusal: Refusal | None = None, failure: Unavailable | None = None) -> None:
        """Nothing more comes of this read; a part of its rows would look like all of them."""
        with self._lock:
            if owner.over:
                return
            owner.refusal, owner.failure = refusal, failure
            owner.streams.clear()
        self._events.put(owner)

    def _accept(self, stream: _Stream, number: int, got: Page) -> None:
        if got.lacking and number == 1:
            self._widen(stream, got.lacking)
            return
        if got.anonymous and number == 1 and not stream.counting:  # a count need not know whose the rows are
            owner = stream.owner
            self._open(owner, by_person(stream.ask))
            owner.streams.remove(stream)
            owner.open -= 1
            return
        stream.pages[number] = got
        if number == 1:
            stream.wanted = 1 if stream.counting else max(1, got.pages)
            for further in range(2, stream.wanted + 1):
                self._queue(stream, further)
        if len(stream.pages) < stream.wanted:
            return
        if stream.moved() and not stream.second_round:
            stream.second_round = True
            stream.pages.clear()
            self._queue(stream, 1)
            return
        self._drained(stream)

    def _widen(self, stream: _Stream, includes: tuple[str, ...]) -> None:
        """This server sends ids only with their side-load: ask again with it, and from now on."""
        with self._memory.lock:
            known = self._memory.includes.get(stream.ask.path, ())
            self._memory.includes[stream.ask.path] = tuple(dict.fromkeys((*known, *includes)))
        stream.ask = stream.ask.including(includes)
        self._queue(stream, 1)

    def _drained(self, stream: _Stream) -> None:
        owner = stream.owner
        ids = {one: keys for got in stream.pages.values() for one, keys in got.resource_ids.items()}
        if stream.ask.ids_only:
            self._open(owner, self._following(ids))
        elif ids and not self._counting:
            with self._memory.lock:
                self._memory.resource_ids.update((one, keys) for one, keys in ids.items() if keys is not None)
        owner.open -= 1
        if owner.open == 0:
            self._events.put(owner)

    def _following(self, ids: dict[str, tuple[str, ...] | None]) -> list[Ask]:
        """The calls for the resources themselves; where no ids came along, workspace by workspace."""
        base = resource_base()
        alone = [rows_in(one, base) for one, keys in ids.items() if keys is None]
        if self._counting:
            return alone
        return [*rows_of([key for keys in ids.values() for key in keys or ()], base), *alone]


def _tally(stream: _Stream) -> int:
    pages = [stream.pages[number] for number in sorted(stream.pages)]
    if stream.counting:
        return sum(one.count for one in pages)
    if stream.ask.ids_only:
        return sum(len(keys or ()) for one in pages for keys in one.resource_ids.values())
    return sum(entry is not None for entry in _merged(pages).values())


def _merged(pages: Sequence[Page]) -> dict[str, Record | Malformed | None]:
    """Rows by id; the later page wins, it was read later."""
    entries: dict[str, Record | Malformed | None] = {}
    for one in pages:
        entries.update(one.entries)
    return entries


def _batch(pending: _Pending) -> Batch:
    if pending.refusal is not None:
        return Batch(pending.read, refusal=pending.refusal)
    streams = [stream for stream in pending.streams if not stream.ask.ids_only]
    pages = [stream.pages[number] for stream in streams for number in sorted(stream.pages)]
    entries: list[Any] = [entry for entry in _merged(pages).values() if entry is not None]
    side: list[tuple[Kind, tuple[Record, ...]]] = []
    for kind in dict.fromkeys(kind for one in pages for kind in one.side):
        if any(kind not in one.side for one in pages):
            continue  # came along with some pages only: not the whole, so not known
        rows = list({key: entry for one in pages for key, entry in one.side[kind].items()}.values())
        side.append((kind, tuple(entry for entry in rows if not isinstance(entry, Malformed))))
        entries += [entry for entry in rows if isinstance(entry, Malformed)]
    return replace(
        Batch(pending.read),
        records=tuple(entry for entry in entries if not isinstance(entry, Malformed)),
        malformed=tuple(entry for entry in entries if isinstance(entry, Malformed)),
        side=tuple(side),
    )
