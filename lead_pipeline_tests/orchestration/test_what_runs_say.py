"""What Dagster's UI is told of files that were refused, and of profiles and sources."""

import dagster as dg
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value

from lead_pipeline.orchestration.building import build_definitions
from lead_pipeline_tests.orchestration.watching import leads
from lead_pipeline_tests.support import query

TABLES = ("raw_leads", "mapped_leads", "normalized_leads", "imported_leads", "rejected_leads", "import_report")


def test_the_partition_of_a_refused_file_is_failed_whatever_comes_after_it(watching):
    watching.drop("bad.csv", "nothing,useful\n1,2\n")
    (bad,) = watching.tick()
    watching.execute([bad])
    watching.drop("good.csv", leads(1))
    (good,) = watching.tick()
    watching.execute([good])
    for table in TABLES:
        assert partition_states(watching, table) == ({good.partition_key}, {bad.partition_key})
    assert check_states(watching, "file_accepted") == ({good.partition_key}, {bad.partition_key})


def test_a_run_that_is_executed_again_calls_neither_a_good_file_bad_nor_a_bad_one_good(watching):
    for name, content in (("bad.csv", "nothing,useful\n1,2\n"), ("good.csv", leads(1))):
        watching.drop(name, content)
    requests = watching.tick()
    for _ in range(2):
        watching.execute(requests)
    bad, good = (request.partition_key for request in sorted(requests, key=lambda one: one.partition_key))
    assert partition_states(watching, "imported_leads") == ({good}, {bad})
    assert check_states(watching, "file_accepted") == ({good}, {bad})
    assert query(watching.home.root, "select count(*) from leads") == [(1,)]
    assert trend_of(watching, "call_schedule") == [0.0]


def test_a_run_names_every_profile_of_its_files_so_that_each_can_be_filtered(watching):
    watching.profile("solar")
    for number in range(9):
        watching.drop(f"{number}.csv", leads(number), folder="solar" if number % 2 else "call_schedule")
    (request,) = watching.tick()
    assert request.tags["lead_pipeline/profile"] == "call_schedule, solar"
    assert request.tags["lead_pipeline/profile.solar"] == request.tags["lead_pipeline/profile.call_schedule"] == "true"


def test_files_that_may_wait_for_a_person_share_no_run_with_files_that_may_fail_it(watching):
    watching.profile("asked", approval="manual")
    for number in range(9):
        watching.drop(f"{number}.csv", leads(number), folder="call_schedule")
        watching.drop(f"{number}.csv", leads(number), folder="asked")
    requests = watching.tick()
    assert sorted(request.tags["lead_pipeline/profile"] for request in requests) == ["asked", "call_schedule"]


def trend_of(watching, source):
    """Return the reject rates that were observed of a profile, or a source below it, oldest first."""
    records = watching.instance.fetch_observations(dg.AssetKey("import_trends"), limit=100).records
    found = [record.asset_observation.metadata.get(f"{source} · reject_rate") for record in reversed(records)]
    return [rate.value for rate in found if rate is not None]


def test_the_trend_of_a_source_is_observed_apart_from_others_and_once_per_import(watching):
    watching.profile("solar")
    for number, (folder, bad) in enumerate([("solar/acme", 1), ("solar", 3), ("call_schedule", 0), ("solar/acme", 2)]):
        watching.drop(f"{number}.csv", leads(number, rows=4 - bad) + "12345,x\n" * bad, folder=folder)
        watching.execute(watching.tick())
    watching.drop("refused.csv", "nothing,useful\n1,2\n", folder="solar/acme")
    watching.execute(watching.tick())
    assert trend_of(watching, "solar") == [0.25, 0.75, 0.5]
    assert trend_of(watching, "solar/acme") == [0.25, 0.5]
    assert trend_of(watching, "call_schedule") == [0.0]


def partition_states(watching, table):
    """Return the partitions of an asset that the UI shows as materialized, and as failed."""
    graph = build_definitions(watching.home.root).resolve_asset_graph()
    key = dg.AssetKey(table)
    partitions = graph.get(key).partitions_def
    known = get_and_update_asset_status_cache_value(watching.instance, key, partitions)
    return tuple(
        set(subset.get_partition_keys())
        for subset in (
            known.deserialize_materialized_partition_subsets(partitions),
            known.deserialize_failed_partition_subsets(partitions),
        )
    )


def check_states(watching, name):
    """Return the partitions of which the newest evaluation of a check passed, and failed."""
    key = dg.AssetCheckKey(dg.AssetKey("imported_leads"), name)
    newest = {}
    for record in watching.instance.event_log_storage.get_asset_check_execution_history(key, limit=100):
        newest.setdefault(record.partition, record.status.value)
    return tuple({one for one, status in newest.items() if status == wanted} for wanted in ("SUCCEEDED", "FAILED"))
