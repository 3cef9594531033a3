import pytest

from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline_tests.orchestration.watching import Watching
from lead_pipeline_tests.support import prepared_home, quick_folder


@pytest.fixture
def watching():
    with quick_folder() as folder:
        home = prepared_home(folder / "home")
        instance = open_instance(home)
        try:
            yield Watching(home, instance)
        finally:
            instance.dispose()
