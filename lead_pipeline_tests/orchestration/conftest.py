"""What tests of several processes share: a folder, processes that stop where they are told to, and copies of a home."""

import shutil

import pytest

from lead_pipeline_tests.orchestration.crashing import Crasher
from lead_pipeline_tests.support import quick_folder


@pytest.fixture
def folder():
    with quick_folder() as made:
        yield made


@pytest.fixture(scope="module")
def place():
    with quick_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def crashers():
    with Crasher.started() as one, Crasher.started() as other:
        yield one, other


@pytest.fixture(scope="module")
def copied(place):
    """What copies a home to a place of its own, as often as it is asked."""
    count = iter(range(1000))

    def copy(template):
        home = place / f"home-{next(count)}"
        shutil.copytree(template, home)
        return home

    return copy
