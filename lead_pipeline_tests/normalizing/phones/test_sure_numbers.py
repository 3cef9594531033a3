"""Numbers that are taken for sure at a first look are those that the library reads so, each a single one."""

import polars as pl
import pytest

from lead_pipeline.normalizing.lists.list_entries import read_list_entries
from lead_pipeline.normalizing.phones.library import library_verdicts
from lead_pipeline.normalizing.phones.plan.sure_numbers import sure_numbers
from lead_pipeline.normalizing.phones.several import find_multiple_phones
from lead_pipeline_tests.normalizing.phones.phone_spellings import REGIONS, Speller


@pytest.mark.parametrize("region", [None, "US", "GB", "MX", "BR", "AR", "DE", "IT", "CI", "FR", "CA", "AU"])
def test_a_sure_number_is_what_the_library_reads_and_nothing_else(region):
    spellings = pl.Series(list(Speller(region, seed=7).spellings(4_000)), dtype=pl.String)
    sure = sure_numbers(spellings, region)
    chosen = spellings.gather(sure["row"])
    assert sure.height > 50  # the test says nothing where nothing is sure
    read = library_verdicts(chosen, region)
    assert read["valid"].all()
    assert read["e164"].to_list() == sure["e164"].to_list()
    assert not find_multiple_phones(chosen)["multiple"].any()


@pytest.mark.parametrize("region", REGIONS[::12])
def test_other_regions_agree_as_well(region):
    spellings = pl.Series(list(Speller(region, seed=8).spellings(500)), dtype=pl.String)
    sure = sure_numbers(spellings, region)
    read = library_verdicts(spellings.gather(sure["row"]), region)
    assert read["valid"].all()
    assert read["e164"].to_list() == sure["e164"].to_list()


@pytest.mark.parametrize(
    "cell",
    ["4158234453.0", "4.158234453E+09", "415 823 4453 / 212 555 0100", "4158234453;2125550100", "415-823-4453 x12",
     "+1 415 823 4453 +1 212 555 0100", "tel:4158234453", "", "n/a", "ana@example.com", "0114915123456789", "911"],
)  # fmt: skip
def test_what_needs_a_second_look_is_not_sure(cell):
    assert sure_numbers(pl.Series([cell]), "US").is_empty()


@pytest.mark.parametrize(
    "cell", ["4158234453", "(415) 823-4453", "415.823.4453", "1-415-823-4453", "14158234453", "+1 415 823 4453"]
)
def test_the_usual_spellings_of_a_number_are(cell):
    assert sure_numbers(pl.Series([cell]), "US")["e164"].to_list() == ["+14158234453"]


def test_a_long_column_is_read_as_its_cells_are_one_by_one():
    """A long column is looked through for sure numbers first, a short one is not."""
    cells = [*Speller("US", seed=9).spellings(900), "415 823 4453 / 212 555 0100", "n/a", "", "ana@example.com"] * 2
    column = pl.Series(cells, dtype=pl.String)
    whole = read_list_entries(column, "US")
    parts = [
        read_list_entries(column.slice(start, 500), "US").with_columns(pl.col("index") + start)
        for start in range(0, column.len(), 500)
    ]
    order = ["index", "value", "reason"]
    assert (
        whole.cast({"index": pl.Int64})
        .sort(order)
        .equals(pl.concat(parts).cast({"index": pl.Int64}).sort(order), null_equal=True)
    )
