"""Words beside a phone that say what kind of line it is are no part of it, for evidence and import alike."""

import polars as pl
import pytest

from lead_pipeline.mapping.evidence import evidence_of
from lead_pipeline.model.rules import PhoneRule
from lead_pipeline.normalizing.phones.labels import without_labels
from lead_pipeline.normalizing.phones.policy import accepted_phones

LABELLED = [
    "201-555-0123 mobile", "201-555-0123 (cell)", "(201) 555-0123 / home", "201-555-0123 (m)", "Mobile: 201-555-0123",
    "(h) 201-555-0123", "Tel. 201-555-0123", "Handy 201-555-0123", "201-555-0123, celular", "#2 201-555-0123",
    "\u260e 201-555-0123", "~201-555-0123", "whatsapp:+12015550123",
]  # fmt: skip


@pytest.mark.parametrize("spelling", LABELLED)
def test_a_labelled_number_is_read_and_counts_as_one(spelling):
    read = accepted_phones(pl.Series([spelling]), PhoneRule(), None, "US")
    assert read.select("value", "reason").rows() == [("+12015550123", None)]
    assert evidence_of(pl.DataFrame({"a": [spelling]}), ["a"], "US")["a"].share("phone") == 1.0


@pytest.mark.parametrize(
    "spelling", ["1-800-FLOWERS", "201-555-0123 x12", "201 555 0123 ext 5", "call me", "(201) 555"]
)
def test_keys_extensions_and_words_alone_stay(spelling):
    assert without_labels(pl.Series([spelling])).to_list() == [spelling]
