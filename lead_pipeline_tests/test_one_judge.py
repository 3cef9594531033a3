"""That the pandera schema is the only judge of limits: without its checks a whole import lets everything through that
can be read at all.
"""

import pytest

from lead_pipeline.profiles.loader import parse_profile
from lead_pipeline.validating import schema
from lead_pipeline_tests.support import quick_folder, staging

PROFILE = """
name: limits
destination: {kind: list, name: limits}
default_region: US
fields:
  phone: {type: phone}
  first_name: {type: text, required: true, min_length: 2, max_length: 5, pattern: "[A-Z][a-z]*"}
  lead_score: {type: integer, min: 1, max: 9}
  status: {type: option, options: [new, known]}
  tags: {type: tags, max_length: 3}
attributes:
  born: {type: date, max: 2008-12-31}
"""

#: Each row but the first breaks one limit, and can be read.
ROWS = """phone,first_name,lead_score,status,tags,born
2125550101,Ana,5,new,a,2000-01-31
2125550102,,5,new,a,2000-01-31
2125550103,A,5,new,a,2000-01-31
2125550104,Anastasia,5,new,a,2000-01-31
2125550105,ana,5,new,a,2000-01-31
2125550106,Ana,0,new,a,2000-01-31
2125550107,Ana,10,new,a,2000-01-31
2125550108,Ana,5,new,long,2000-01-31
2125550109,Ana,5,new,a,2009-01-01
"""


@pytest.fixture
def imported():
    with quick_folder() as folder, staging(folder / "home") as stages:
        (folder / "rows.csv").write_text(ROWS)
        yield lambda: stages.file(folder / "rows.csv", parse_profile(PROFILE, "limits.yaml")).counts


@pytest.fixture
def no_checks(monkeypatch):
    schema.compile_schema.cache_clear()
    schema.schema_of.cache_clear()
    monkeypatch.setattr(schema, "_checks", lambda *_: iter(()))
    yield
    schema.compile_schema.cache_clear()
    schema.schema_of.cache_clear()


def test_each_limit_costs_its_row(imported):
    assert (imported().created, imported().rejected) == (1, 8)


def test_without_the_checks_of_the_schema_no_limit_costs_any_row(no_checks, imported):
    assert (imported().created, imported().rejected) == (9, 0)
