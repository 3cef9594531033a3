"""What is said of sequels: how many rows, in words that are true of none, one and many."""

import pytest

from lead_pipeline.model.results import SequelFacts
from lead_pipeline.reporting.sequel_wording import sequel_sentences


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (SequelFacts(), ()),
        (SequelFacts(of="a@1"), ("A sequel of a@1: none of the rows that it left out became a lead.",)),
        (
            SequelFacts(of="a@1", recovered={"a@1": 1}, still_rejected=1),
            ("A sequel of a@1: 1 of the rows that it left out became a lead; 1 row is still as it was.",),
        ),
        (
            SequelFacts(of="a@1", recovered={"a@1": 2000, "b@2": 2}, still_rejected=12),
            (
                "A sequel of a@1: 2,000 of the rows that it left out became leads; 12 rows are still as they were.",
                "2 of the rows that b@2 left out became leads.",
            ),
        ),
    ],
    ids=["no sequel", "nothing", "one", "many"],
)
def test_a_sequel_is_told_in_one_sentence_for_each_import(facts, said):
    assert sequel_sentences(facts, supposed=False) == said


def test_of_what_is_only_supposed_nothing_is_said_to_be_done():
    assert (
        "2 of the rows that it left out would become leads"
        in sequel_sentences(SequelFacts(of="a@1", recovered={"a@1": 2}), supposed=True)[0]
    )
