"""Regions by whatever name: codes, aliases and English names, and the default for all else."""

import polars as pl
import pytest

from lead_pipeline.normalizing.phones.normalizer import supported_regions
from lead_pipeline.normalizing.phones.regions import region_named, regions_named

NAMED = [
    ("US", "US"), ("us", "US"), ("USA", "US"), ("840", "US"), ("United States", "US"), ("united  states ", "US"),
    ("UK", "GB"), ("GB", "GB"), ("United Kingdom", "GB"), ("DEU", "DE"), ("Germany", "DE"),
    ("C\u00f4te d\u2019Ivoire", "CI"),
    ("", None), ("ZZ", None), ("Atlantis", None), ("001", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "region"), NAMED)
def test_a_region_is_known_by_code_alias_and_name(text, region):
    assert region_named(text) == region


@pytest.mark.parametrize("region", sorted(supported_regions()))
def test_each_region_is_itself_by_its_code(region):
    assert region_named(region) == region


def test_a_column_of_names_falls_back_to_the_default():
    names = pl.Series(["DE", None, "nowhere", "France", "DE"])
    assert regions_named(names, "US").to_list() == ["DE", "US", "US", "FR", "DE"]
    assert regions_named(names, None).to_list() == ["DE", None, None, "FR", "DE"]


def test_no_names_at_all():
    assert regions_named(pl.Series([None, None], dtype=pl.String), "US").to_list() == ["US", "US"]
    assert regions_named(pl.Series([], dtype=pl.String), "US").to_list() == []
