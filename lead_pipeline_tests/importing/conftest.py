"""A home whose files are imported step by step, for each test."""

from collections.abc import Iterator

import pytest

from lead_pipeline_tests.support import Stages, quick_folder, staging


@pytest.fixture
def stages() -> Iterator[Stages]:
    with quick_folder() as folder, staging(folder) as home:
        yield home
