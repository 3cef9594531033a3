"""The store's memory: enough for what is written, a share of what is free, and what somebody said."""

import pytest

from lead_pipeline.model.errors import StoreError, StoreMemoryError
from lead_pipeline.store.duckdb.duckdb_store import DuckdbLeadStore
from lead_pipeline.store.memory import MEMORY, free_memory, frugal_limit, limits_to_try, memory_limit
from lead_pipeline.store.settings import StoreSettings

GB = 1_000_000_000


@pytest.mark.parametrize("said", ["much", "4", "4 PB", "-1GB", "1GB; drop table leads", "80%"])
def test_what_is_no_size_stops_with_the_fix(said):
    with pytest.raises(StoreError, match="Write one such as 4GB"):
        memory_limit(0, {MEMORY: said}, None)


@pytest.mark.parametrize(
    ("rows", "free", "limit"),
    [
        (0, 20 * GB, "800MB"),
        (1_000_000, 20 * GB, "1100MB"),
        (10_000_000, 20 * GB, "3800MB"),
        (100_000_000, 20 * GB, "10000MB"),
        (10_000_000, 2 * GB, "1000MB"),
        (10_000_000, GB, "800MB"),
        (10_000_000, None, "800MB"),
    ],
    ids=["a look", "a million", "ten million", "a share of what is free", "little is free", "less", "nobody knows"],
)
def test_memory_is_for_the_rows_and_a_share_of_what_is_free(rows, free, limit):
    assert memory_limit(rows, {}, free) == limit
    assert memory_limit(rows, {MEMORY: " 3.5GB "}, free) == "3.5GB"


@pytest.mark.parametrize(
    ("rows", "free", "threads", "limit"),
    [
        (100, 20 * GB, 2, "200MB"),
        (1_000_000, 20 * GB, 2, "200MB"),
        (1_000_000, 20 * GB, 8, "500MB"),
        (3_000_000, 20 * GB, 2, "400MB"),
        (10_000_000, 20 * GB, 2, "800MB"),
        (10_000_001, 20 * GB, 2, "3800MB"),
        (100, 20 * GB, 64, "800MB"),
        (3_000_000, GB * 3 // 5, 2, "300MB"),
        (3_000_000, None, 2, "200MB"),
    ],
    ids=[
        "few rows",
        "a million",
        "threads",
        "three million",
        "ten million",
        "more",
        "many threads",
        "a share",
        "nobody knows",
    ],
)
def test_an_import_is_tried_with_little_memory_first(rows, free, threads, limit):
    assert frugal_limit(rows, {}, free, threads) == limit
    assert frugal_limit(rows, {MEMORY: "3.5GB"}, free, threads) == "3.5GB"
    with pytest.raises(StoreError, match="Write one such as 4GB"):
        frugal_limit(rows, {MEMORY: "some"}, free, threads)


@pytest.mark.parametrize(
    ("rows", "free", "limits"),
    [
        (1_000_000, 20 * GB, ["200MB", "1100MB", "10000MB"]),
        (10_000_001, 20 * GB, ["3800MB", "10000MB"]),
        (100_000_000, 20 * GB, ["10000MB"]),
        (1_000_000, GB, ["200MB", "800MB"]),
        (1_000_000, None, ["200MB", "800MB"]),
    ],
    ids=["a million", "many", "all that may be used", "little is free", "nobody knows"],
)
def test_where_it_is_not_enough_an_import_is_tried_with_more_up_to_all_that_may_be_used(rows, free, limits):
    assert limits_to_try(rows, {}, free, 2) == limits
    assert limits_to_try(rows, {MEMORY: "3.5GB"}, free, 2) == ["3.5GB"]


def written(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


MACHINE = {"proc/meminfo": "MemTotal:  24000000 kB\nMemAvailable:   8000000 kB\n"}


@pytest.mark.parametrize(
    ("files", "free"),
    [
        ({}, None),
        (MACHINE, 8_192_000_000),
        (MACHINE | {"sys/fs/cgroup/memory.max": "max\n", "sys/fs/cgroup/memory.current": "5\n"}, 8_192_000_000),
        (MACHINE | {"sys/fs/cgroup/memory.max": "3000\n", "sys/fs/cgroup/memory.current": "1000\n"}, 2000),
        (
            MACHINE
            | {
                "proc/self/cgroup": "0::/app/one\n",
                "sys/fs/cgroup/app/one/memory.max": "3000\n",
                "sys/fs/cgroup/app/one/memory.current": "2900\n",
            },
            100,
        ),
        (
            MACHINE
            | {
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
                "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000\n",
            },
            8_192_000_000,
        ),
        ({"sys/fs/cgroup/memory.max": "1000\n", "sys/fs/cgroup/memory.current": "1500\n"}, 0),
    ],
    ids=["nothing is said", "a machine", "no limit", "a limit", "a group of its own", "version 1 without", "over it"],
)
def test_limits_of_a_container_count_as_the_machine_does(tmp_path, files, free):
    written(tmp_path, files)
    assert free_memory(tmp_path) == free


@pytest.mark.parametrize(("settings", "least"), [(StoreSettings(memory_limit="900MB"), 850), (StoreSettings(), 750)])
def test_the_store_is_opened_with_it(tmp_path, settings, least):
    with DuckdbLeadStore.open(tmp_path, settings=settings) as store:
        said = store.workspace.one("select current_setting('memory_limit')")
    assert float(said.split()[0]) >= least
    assert said.endswith("MiB")


def test_memory_that_is_not_enough_is_an_error_of_its_own_without_values(tmp_path):
    hungry = "select list('ana' || i order by i desc) as names from range(3_000_000) t(i)"
    with (
        DuckdbLeadStore.open(tmp_path, settings=StoreSettings(memory_limit="20MB")) as store,
        pytest.raises(StoreMemoryError, match=f"listing names.*{MEMORY}") as raised,
        store.workspace.transaction("listing names"),
    ):
        store.workspace.run(f"create temp table names as {hungry}")
    assert "ana" not in str(raised.value)


def test_a_size_that_is_none_stops_before_the_store_is_touched(tmp_path, monkeypatch):
    monkeypatch.setenv(MEMORY, "plenty")
    with pytest.raises(StoreError, match=MEMORY), DuckdbLeadStore.open(tmp_path):
        pass
