"""Independent reads side by side, bounded; Ctrl-C and the first error end the waiting at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


def together(asks: Sequence[Callable[[], T]], parallel: int) -> list[T]:
    """The answers in order, `parallel` at a time. The first error is raised; the others' threads end by themselves."""
    if len(asks) < 2:
        return [ask() for ask in asks]
    jobs: SimpleQueue[int] = SimpleQueue()
    done: SimpleQueue[tuple[int, T | None, BaseException | None]] = SimpleQueue()
    for number in range(len(asks)):
        jobs.put(number)

    def work() -> None:
        with suppress(Empty):
            while True:
                number = jobs.get_nowait()
                try:
                    done.put((number, asks[number](), None))
                except BaseException as error:
                    done.put((number, None, error))

    for number in range(min(max(1, parallel), len(asks))):
        threading.Thread(target=work, name=f"together-{number}", daemon=True).start()
    found: dict[int, Any] = {}
    while len(found) < len(asks):
        number, answer, error = done.get()
        if error is not None:
            with suppress(Empty):  # nobody needs the rest
                while True:
                    jobs.get_nowait()
            raise error
        found[number] = answer
    return [found[number] for number in range(len(asks))]
