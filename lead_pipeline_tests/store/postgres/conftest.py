"""A store on PostgreSQL for the tests of a module, emptied instead of made anew."""

import pytest

from lead_pipeline_tests.peeked_store import peeked_store
from lead_pipeline_tests.screening.screened import Screened


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    with peeked_store(tmp_path_factory.mktemp("home")) as store:
        yield store


@pytest.fixture
def screened(opened):
    opened.empty()
    return Screened(opened, opened.home)
