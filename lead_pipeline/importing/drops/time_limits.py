"""Bounds how long a look at the inbox waits for one file, or for one folder: a disk that hangs, a network drive whose
server is gone, or a file that takes minutes to copy must keep nobody else's file waiting. What is done about it
does not belong here.
"""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, TypeVar

#: Seconds for which a look waits for one thing; what takes longer goes on by itself.
PATIENCE = 10.0

_T = TypeVar("_T")


class StillAtWorkError(Exception):
    """It takes longer; asked for again later, it is either done or goes on."""


@dataclass
class _Attempt(contextlib.AbstractContextManager[None], Generic[_T]):
    """A function at work in a thread of its own: the system does not let a thread that reads be ended.

    What it raises is kept for whoever waits for it.
    """

    work: Callable[[], _T]
    done: threading.Event = field(default_factory=threading.Event)
    results: list[_T] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is not None:
            self.errors.append(error)
        self.done.set()
        return True

    def run(self) -> None:
        with self:
            self.results.append(self.work())


#: What is at work in this process, by key.
_attempts: dict[str, _Attempt[object]] = {}


def within(seconds: float, key: str, work: Callable[[], _T]) -> _T:
    """Return what `work` returns, or raise what it raises, if it ends within `seconds`.

    Of one `key` a single attempt is at work: as long as it is, this raises at once, and when it has ended since, its
    outcome is returned. The threads are daemons, so that they do not keep a process from ending.

    Raises: StillAtWorkError.
    """
    attempt = _attempts.get(key)
    is_new = attempt is None
    if attempt is None:
        attempt = _attempts[key] = _Attempt(work)
        threading.Thread(target=attempt.run, name=f"inbox {len(_attempts)}", daemon=True).start()
    if not attempt.done.wait(seconds if is_new else 0.0):
        raise StillAtWorkError
    del _attempts[key]
    if attempt.errors:
        raise attempt.errors[0]
    return attempt.results[0]  # type: ignore[return-value]  # of the same key, so of the same work
