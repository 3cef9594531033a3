"""Patterns of profiles: what the one engine takes, and that none of them can hang it."""

import subprocess
import sys

import pytest

from lead_pipeline.mapping.supplying import SourceNames, text_of
from lead_pipeline.model.rules import TextRule
from lead_pipeline.model.texts.regular_expressions import LONGEST_PATTERN, checked_pattern, found_in, groups_of


@pytest.mark.parametrize("pattern", ["", "[A-Z]{2}[0-9]+", "(?i)a|b", r"\d{5}(-\d{4})?", r"(?P<a>x)", "(a+)+$"])
def test_a_pattern_that_the_engine_knows_can_be_declared(pattern):
    assert checked_pattern(pattern) == pattern


@pytest.mark.parametrize(
    ("pattern", "cause"),
    [
        (r"a\Z", "unrecognized escape"),
        ("(x{1000}){1000}", "size limit"),
        ("((x{99}){99}){99}", "size limit"),
        ("a{,3}", "repetition"),
        ("(", "unclosed group"),
        ("a(?=b)", "lookarounds"),
        (r"(a)\1", "backreferences"),
        ("(?x)a # open", "not a regular expression"),
        ("a" * (LONGEST_PATTERN + 1), "at most 1,000 characters"),
    ],
)
@pytest.mark.parametrize("key", ["pattern", "from_file_name", "from_folder"])
def test_a_pattern_that_the_engine_does_not_know_is_refused_with_the_cause(key, pattern, cause):
    with pytest.raises(ValueError, match=key) as refused:
        TextRule.model_validate({key: pattern})
    assert cause in str(refused.value)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("[0-9]+", "list 42.csv", "42"),
        ("list ([0-9]+)", "list 42.csv", "42"),
        ("(?P<n>[0-9]+)", "list 42.csv", "42"),
        ("(?:a|b)c", "xbc", "bc"),
        ("(z)?list", "list", None),
        (r"\(x", "a(x", "(x"),
        ("nothing", "list", None),
    ],
)
def test_the_group_of_a_pattern_is_taken_or_the_whole_match(pattern, text, found):
    assert found_in(text, pattern) == found


def test_groups_are_counted_as_the_engine_sees_them():
    assert [groups_of(pattern) for pattern in ("a", "(a)", "(?:a)", r"\(", "[(]", "(a(b))")] == [0, 1, 0, 0, 0, 2]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){25}$", "([a-z]+)*[0-9]"])
def test_no_pattern_hangs_on_any_name(pattern):
    # a hang would never come back into Python, so a child has to be able to die of it
    module = "lead_pipeline.model.texts.regular_expressions"
    code = f"from {module} import found_in; print(found_in('a' * 250 + '!', {pattern!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() in ("None", "a" * 250)


def test_a_name_of_a_file_is_looked_through_by_the_engine_of_values():
    rule = TextRule(from_file_name=r"([\pL]+)-leads")  # a class that Python's `re` does not have
    text = text_of("notes", rule, None, SourceNames(file_name="caf\u00e9-leads.csv"))
    assert text.meta.output_name() == "notes"
    assert found_in("caf\u00e9-leads.csv", rule.from_file_name or "") == "caf\u00e9"
