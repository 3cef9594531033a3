"""The registry of reasons is closed: whatever can be said of a row or a file is in it, with a way out."""

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.model import errors
from lead_pipeline.model.fields import STANDARD_FIELDS
from lead_pipeline.model.outcomes import COMMITTED, ImportStatus, Outcome
from lead_pipeline.model.reasons import REASONS, Effect, Reason, in_registry_order, reasons_causing
from lead_pipeline.model.suppression_kinds import WARNING_OF_LET_THROUGH

#: `<subject>_<problem>`: the subjects in the order in which people read of them.
SUBJECTS = ("file", "header", "required", "row", "quote", "encoding", "value", "number", "boolean", "date", "option")
SUBJECTS += ("spreadsheet", "name", "phone", "secondary", "email", "consent", "line", "time")
SUBJECTS += ("identifier", "duplicate", "match", "prior")
SUPPRESSIONS = (
    *("opted_out", "blocked", "do_not_call", "litigator", "reassigned", "complaint"),
    "area_code_listed",
)


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_each_reason_has_effect_title_and_guidance(reason):
    info = REASONS[reason]
    literal, _ = get_args(Effect)
    assert info.effect in {*get_args(literal), *Outcome}
    assert info.field is None or info.field in STANDARD_FIELDS
    assert info.title
    assert not info.title.endswith(".")
    assert info.guidance.endswith(".")
    assert info.guidance != info.title


def test_the_registry_holds_the_reasons_and_no_more():
    assert set(REASONS) == set(Reason)
    assert len({info.title for info in REASONS.values()}) == len(REASONS)


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_a_code_is_lower_snake_case_and_starts_with_its_subject(reason):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", reason.value)
    assert reason.value.removesuffix("_let_through") in SUPPRESSIONS or reason.value.split("_")[0] in SUBJECTS


def test_reasons_are_in_the_order_file_structure_value_identity_suppression():
    stages = [_stage(reason) for reason in Reason]
    assert stages == sorted(stages)


def _stage(reason: Reason) -> int:
    effect, subject = REASONS[reason].effect, reason.value.split("_")[0]
    if effect == "file":
        return 0
    if effect == Outcome.SUPPRESSED or reason in WARNING_OF_LET_THROUGH.values():
        return 4
    if effect == Outcome.DUPLICATE or subject in ("identifier", "match", "duplicate"):
        return 3
    return 1 if subject in ("row", "quote", "encoding") else 2


def test_every_refusal_of_a_file_has_its_own_reason_for_files():
    refusals = _below(errors.FileRefusedError)
    said = [error.reason for error in refusals]
    assert len(set(said)) == len(said)
    for reason in said:
        assert REASONS[reason].effect == "file"


def _below(error: type[errors.LeadPipelineError]) -> list[type[errors.LeadPipelineError]]:
    ours = [child for child in error.__subclasses__() if child.__module__ == errors.__name__]
    return [lower for child in ours for lower in (child, *_below(child))]


def test_every_reason_causes_something():
    effects = ["file", "warning", *Outcome]
    assert sorted(reason for effect in effects for reason in reasons_causing(effect)) == sorted(Reason)


@given(st.lists(st.sampled_from([reason.value for reason in Reason])))
def test_reasons_of_a_row_come_once_each_and_in_registry_order(codes):
    assert in_registry_order(codes) == [reason for reason in Reason if reason.value in codes]


def test_an_unregistered_code_is_refused():
    with pytest.raises(ValueError, match="phone_is_sad"):
        in_registry_order(["phone_is_sad"])


def test_the_words_for_outcomes_and_statuses_are_closed():
    outcomes = "created updated unchanged duplicate suppressed rejected skipped"
    statuses = (
        "queued processing awaiting_approval completed completed_with_rejects failed quarantined cancelled reverted"
    )
    assert [*Outcome] == outcomes.split()
    assert [*ImportStatus] == statuses.split()
    assert {"completed", "completed_with_rejects"} == COMMITTED


@pytest.mark.parametrize(
    ("wrong", "known", "said"),
    [
        ("scub_scope", ["scrub_scope", "name"], " Did you mean 'scrub_scope'?"),
        ("PHONE", ["Phone"], " Did you mean 'Phone'?"),
        ("zebra", ["phone"], ""),
        ("x", [], ""),
    ],
    ids=["near", "case", "far", "nothing-known"],
)
def test_a_near_miss_is_named(wrong, known, said):
    assert errors.did_you_mean(wrong, known) == said


def test_long_lists_are_shortened_in_sentences():
    assert errors.listed(["a", "b"]) == "a, b"
    assert errors.listed([]) == "none"
    assert errors.listed("abcdef", limit=4) == "a, b, c, d and 2 more"
