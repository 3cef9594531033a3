"""A lead token is offered for what it is good for, and nothing happens by it unless somebody says so."""

import polars as pl
import pytest

from lead_pipeline.drafting.suggest import suggest_profile
from lead_pipeline.model.lead_management.on_match import ExpireByToken
from lead_pipeline.profiles import parse_profile

ROWS = {"phone": ["+12125550101", "+12125550102"], "city": ["Bonn", "Rome"]}


def draft(*further):
    sample = pl.DataFrame(ROWS | {column: ["a1b2", "c3d4"] for column in further})
    return suggest_profile("mine", sample.columns, sample)


@pytest.mark.parametrize("column", ["Lead Token", "leadid_token", "Universal LeadiD", "jornaya_lead_id"])
def test_a_column_of_tokens_is_offered_as_lines_to_uncomment(column):
    text = draft(column)
    assert not parse_profile(text, "mine.yaml").lead_management.on_match.does_anything
    uncommented = text.replace("# lead_management:", "lead_management:").replace("#   on_match:", "  on_match:")
    expired = parse_profile(uncommented, "mine.yaml").lead_management.on_match.expire_existing
    assert expired == ExpireByToken(token=column)


@pytest.mark.parametrize("columns", [(), ("tokens of love",), ("lead token", "token")], ids=str)
def test_nothing_is_offered_where_no_column_or_several_could_be_meant(columns):
    assert "lead_management" not in draft(*columns)
