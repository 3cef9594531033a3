import gc
import threading
import time
import weakref

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.filing import work_folder
from lead_pipeline.filing.home import Home
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.filing.work_folder import WorkFolder, gathered, map_in_order
from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline_tests.support import NOW, call_schedule


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


def test_a_single_item_is_worked_on_without_a_thread_and_two_are_not():
    def where(_item):
        return threading.current_thread() is threading.main_thread()

    assert list(map_in_order(where, [1])) == [True]
    assert list(map_in_order(where, [1, 2])) == [False, False]
    assert list(map_in_order(where, [])) == []


def test_an_item_is_let_go_once_it_was_worked_on():
    class Batch:
        pass

    alive = []

    def items():
        for _ in range(6):
            batch = Batch()
            alive.append(weakref.ref(batch))
            yield batch
            del batch

    results = map_in_order(lambda _item: None, items())
    for _ in range(4):
        next(results)
    gc.collect()
    assert sum(one() is not None for one in alive[:3]) == 0
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


@pytest.fixture
def work(tmp_path):
    home = Home(tmp_path)
    home.prepare()
    file = tmp_path / "fair.csv"
    file.write_text("phone\n")
    return WorkFolder(home, stage_import(home, file, call_schedule(), now=NOW))


def rows(first: int, count: int = 3) -> pl.DataFrame:
    numbers = pl.int_range(first, first + count, dtype=pl.Int64, eager=True)
    return pl.DataFrame({"row_number": numbers, "cell": numbers.cast(pl.String)})


def test_parts_that_are_used_up_are_gone_as_soon_as_they_were_read(work):
    work.write_parts("mapped", [rows(1), rows(4), rows(7), rows(10)])
    left = []

    def see(batch: pl.DataFrame) -> pl.DataFrame:
        left.append(len(list(work.folder.rglob("part-*.parquet"))))
        return batch

    assert [batch["row_number"][0] for batch in work.use_up_parts("mapped", see)] == [1, 4, 7, 10]
    assert max(left[2:]) <= 3  # two are under way at a time
    assert list(work.folder.rglob("part-*.parquet")) == []


def test_a_step_that_broke_off_while_it_used_up_parts_finds_none_and_never_half_of_them(work):
    work.write_parts("mapped", [rows(1), rows(4), rows(7)])
    using = work.use_up_parts("mapped", lambda batch: batch)
    next(using)
    using.close()
    with pytest.raises(LeadPipelineError, match="Run the whole import_leads job"):
        list(work.use_up_parts("mapped", lambda batch: batch))
    work.write_parts("mapped", [rows(1), rows(4)])  # the whole import, run again
    assert sum(batch.height for batch in work.use_up_parts("mapped", lambda batch: batch)) == 6


@pytest.mark.parametrize(
    ("wanted", "found"),
    [([], []), ([5], [5]), ([9, 1], [1, 9]), ([3, 4, 6, 7], [3, 4, 6, 7]), ([0, 99], [])],
)
def test_rows_are_read_by_their_numbers_in_the_order_of_the_file(work, wanted, found):
    work.write_parts("raw", [rows(1), rows(4), rows(7).clear(), rows(7)])
    read = work.read_rows("raw", pl.Series("row_number", wanted, dtype=pl.Int64))
    assert [number for batch in read for number in batch["row_number"]] == found


@given(
    sizes=st.lists(st.integers(1, 5), max_size=6),
    together=st.integers(1, 12),
    bytes_together=st.sampled_from([1, 100, 10_000]),
)
def test_rows_are_gathered_in_their_order_none_twice_and_none_lost(sizes, together, bytes_together):
    ends = [sum(sizes[: index + 1]) for index in range(len(sizes))]
    frames = [
        pl.DataFrame({"text": [f"row {one}" for one in range(end - size, end)]})
        for size, end in zip(sizes, ends, strict=True)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work_folder, "BYTES_TOGETHER", bytes_together)
        found = list(gathered(iter(frames), together))
    assert [text for some in found for (text,) in some.iter_rows()] == [f"row {one}" for one in range(sum(sizes))]
    # only the last may be less than was asked for, and without its last frame each would have been
    for some in found[:-1]:
        assert some.height >= together or some.estimated_size() >= bytes_together
    for some in found:
        assert some.height < together + 5
