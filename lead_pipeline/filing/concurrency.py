"""Doing two things at once on a machine of two cores: the next batch is worked on while the last one is written.
What is done to a batch belongs to the caller. Polars lets go of the interpreter's lock while it computes.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def in_order(function: Callable[[_In], _Out], items: Iterable[_In], *, workers: int = 2) -> Iterator[_Out]:
    """Yield `function(item)` for each item, in their order, with at most `workers` under way and none piling up."""
    with ThreadPoolExecutor(workers, thread_name_prefix="batches") as pool:
        under_way: deque[Future[_Out]] = deque()
        try:
            for item in items:
                under_way.append(pool.submit(function, item))
                if len(under_way) >= workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for waiting in under_way:
                waiting.cancel()
