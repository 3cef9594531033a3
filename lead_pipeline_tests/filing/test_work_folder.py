import threading
import time

import pytest

from lead_pipeline.filing.work_folder import map_in_order


def test_results_come_in_the_order_of_the_items_even_when_the_first_takes_longest():
    def slow_first(item: int) -> int:
        time.sleep(0.05 if item == 0 else 0)
        return item * 10

    assert list(map_in_order(slow_first, range(7))) == [0, 10, 20, 30, 40, 50, 60]


def test_no_more_than_the_workers_are_under_way_at_once():
    lock, under_way, most = threading.Lock(), [0], [0]

    def count(_item: int) -> None:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        time.sleep(0.005)
        with lock:
            under_way[0] -= 1

    list(map_in_order(count, range(20), workers=2))
    assert most[0] == 2


def test_items_are_taken_only_as_fast_as_results_are_asked_for():
    taken: list[int] = []

    def items():
        for item in range(100):
            taken.append(item)
            yield item

    results = map_in_order(lambda item: item, items(), workers=2)
    assert next(results) == 0
    assert taken == [0, 1]
    results.close()


def test_an_error_comes_out_where_its_result_would_have_been():
    def fail_at_two(item: int) -> int:
        if item == 2:
            raise ValueError("two")
        return item

    results = map_in_order(fail_at_two, range(5))
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="two"):
        next(results)
