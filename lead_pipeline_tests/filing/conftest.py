from datetime import UTC, datetime

import pytest

from lead_pipeline.filing.home import Home

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    place = Home(tmp_path / "home")
    place.prepare()
    (place.inbox / "call_schedule").mkdir()
    return place
