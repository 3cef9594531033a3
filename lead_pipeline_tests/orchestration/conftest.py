import shutil

import pytest

from lead_pipeline.filing.home import Home
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline_tests.orchestration.watching import Watching
from lead_pipeline_tests.support import quick_folder


@pytest.fixture(scope="session")
def prepared():
    """A home with an instance that has its tables."""
    with quick_folder() as folder:
        home = Home(folder / "home")
        instance = open_instance(home)
        instance.get_runs(limit=1)
        instance.get_dynamic_partitions("imports")
        instance.dispose()
        yield home


@pytest.fixture
def watching(prepared):
    with quick_folder() as folder:
        home = Home(folder / "home")
        shutil.copytree(prepared.root, home.root)
        instance = open_instance(home)
        try:
            yield Watching(home, instance)
        finally:
            instance.dispose()
