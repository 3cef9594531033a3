"""What docs/values.md shows is so: each line of its table is run."""

import json
import re
from pathlib import Path

import pytest
import yaml

from lead_pipeline.model.reasons import Reason
from lead_pipeline_tests.rooms import judged_rows, profile_of

PAGE = Path(__file__).parents[1] / "docs" / "values.md"
LINES = re.findall(r"^\| `(\{.*?\})` \| `(.*?)` \| (.*?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("rule", "cell", "kept"), LINES, ids=[f"{rule} {cell}" for rule, cell, _ in LINES])
def test_a_value_is_read_as_the_page_shows(rule, cell, kept):
    profile = profile_of(attributes={"shown": yaml.safe_load(rule)})
    row = judged_rows(profile, {"phone": ["2015550123"], "shown": [cell]}).row(0, named=True)
    if kept in set(Reason):
        assert row["reasons"] == [kept]
        return
    value = json.loads(row["attributes"])["shown"]
    assert (value if isinstance(value, str) else json.dumps(value)) == kept.strip("`")
    assert row["reasons"] == []


def test_the_page_shows_every_type_but_those_with_pages_of_their_own():
    shown = {yaml.safe_load(rule)["type"] for rule, _, _ in LINES}
    assert shown == {"text", "integer", "decimal", "boolean", "option", "date", "datetime", "tags"}
