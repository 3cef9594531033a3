"""Settings for all tests, and the fixtures of several rooms. Those of one room belong in its own conftest."""

import gc
import os

import pytest
from hypothesis import settings

# No deadlines: machines differ, and a slow example is no wrong one. CI repeats the same examples every time, so that it
# fails for what was changed; everywhere else new ones are looked for.
# Few examples of each, because there are many properties: LEAD_PIPELINE_EXAMPLES=1000 looks harder.
EXAMPLES = int(os.environ.get("LEAD_PIPELINE_EXAMPLES", "15"))
settings.register_profile("developer", deadline=None, max_examples=EXAMPLES)
settings.register_profile("ci", deadline=None, max_examples=EXAMPLES, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "developer")


def pytest_collection_finish() -> None:
    """Keep the thousands of tests and the libraries out of every garbage collection to come: 5 % of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: some tests wait, for services, locks and pauses."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
def home(tmp_path):
    from lead_pipeline.filing.home import Home

    prepared = Home(tmp_path / "home")
    prepared.prepare()
    (prepared.inbox / "call_schedule").mkdir()
    return prepared


@pytest.fixture
def watching():
    from lead_pipeline.orchestration.instance import open_instance
    from lead_pipeline_tests.orchestration.watching import Watching
    from lead_pipeline_tests.support import prepared_home, quick_folder

    with quick_folder() as folder:
        opened = prepared_home(folder / "home")
        instance = open_instance(opened)
        try:
            yield Watching(opened, instance)
        finally:
            instance.dispose()
