"""The quick YAML parser and the one that says what is wrong read the same document in the same lines."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lead_pipeline.profiles import document
from lead_pipeline.profiles.document import read_document

PIECES = (
    "a", "key", "NO", "012", "~", "null", "''", '"x: y"', "'it''s'", ": ", ":", "- ", "\n", "\n  ", "\n    ", "{", "}",
    "[", "]", ", ", "# note", "|\n  text\n", ">\n  folded\n", "&a ", "*a", "!tag ", "---\n", "\t", "é", "\u2028",
    "?", "%",
)  # fmt: skip

pytestmark = pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml here")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_both_parsers_come_to_the_same(text):
    quick, was = read_document(text), document._FAST
    document._FAST = document._EXPLAINING
    try:
        telling = read_document(text)
    finally:
        document._FAST = was
    if telling.problems:
        return  # libyaml allows a little more, such as a tab behind a key, and may come upon another problem first
    assert quick == telling


def test_the_fast_one_is_in_use():
    assert document._FAST is yaml.CBaseLoader
