"""Layouts of files, and the sentences for what has changed since the files before."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lead_pipeline.mapping.evidence import evidence_of
from lead_pipeline.mapping.layout_changes import compare_layouts, count_filled, layout_of, sentences_about
from lead_pipeline.model.column_layout import ColumnLayout, FilledCells, LayoutColumn
from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS
from lead_pipeline_tests.rooms import profile_of


def layout(*columns: str | tuple[str, str | None] | tuple[str, str | None, int], rows: int = 100) -> ColumnLayout:
    """Return a layout; what is not said of a column is that it is full and of no kind."""
    full = ((one, None, rows) if isinstance(one, str) else (*one, rows)[:3] for one in columns)
    return ColumnLayout(rows=rows, columns=tuple(LayoutColumn(name=n, kind=k, filled=f) for n, k, f in full))


def changes(now: ColumnLayout, *earlier: ColumnLayout) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.column, one.before) for one in compare_layouts(now, earlier)]


USUAL = layout(("phone", "phone"), ("email", "email"), "name", "city", "zip")


def test_the_first_file_of_a_profile_and_one_like_the_last_have_changed_nothing():
    assert changes(USUAL) == []
    assert changes(USUAL, USUAL) == []
    assert changes(layout("A ", "b"), layout("a", " B")) == []


@pytest.mark.parametrize(
    ("now", "then", "found"),
    [
        (layout("a", "c"), layout("a", "qqq", "c"), [("missing", "qqq", None)]),
        (layout("a", "qqq", "c"), layout("a", "c"), [("added", "qqq", None)]),
        (layout("a", "zip_code"), layout("a", "Zip Code"), [("renamed", "zip_code", "Zip Code")]),
        (layout("a", "Handynummer"), layout("a", "mobile phone"), [("renamed", "Handynummer", "mobile phone")]),
        (layout("a", "campaing"), layout("a", "campaign"), [("renamed", "campaing", "campaign")]),
        (layout("a", ("xyz", "email")), layout("a", ("qqq", "email")), [("renamed", "xyz", "qqq")]),
        (
            layout("a", ("employer", "name")),
            layout("a", ("district", "name")),
            [("missing", "district", None), ("added", "employer", None)],
        ),
        (
            layout("a", ("company", "name")),
            layout("a", ("city", "name")),
            [("missing", "city", None), ("added", "company", None)],
        ),
        (
            layout("a", ("campaign", "date")),
            layout("a", ("campaigns", "name")),
            [("missing", "campaigns", None), ("added", "campaign", None)],
        ),
        (
            layout(("xyz", "email"), "a"),
            layout("a", ("qqq", "email")),
            [("missing", "qqq", None), ("added", "xyz", None)],
        ),
        (layout("a", "Phone 2"), layout("a", "Phone 1"), [("missing", "Phone 1", None), ("added", "Phone 2", None)]),
        (layout("b", "c", "d", "a"), layout("a", "b", "c", "d"), [("moved", "a", None)]),
        (layout("new", "a", "b", "c"), layout("a", "b", "c"), [("added", "new", None)]),
        (layout("a", ("b", None, 0)), layout("a", "b"), [("emptied", "b", None)]),
        (layout("a", ("b", None, 1)), layout("a", "b"), []),
        (layout("a", ("b", None, 0)), layout("a", ("b", None, 1)), []),
        (layout("a", ("b", None, 0), rows=2), layout("a", ("b", None, 50)), []),
        (layout("a", ("b", None, 0), rows=3), layout("a", "b", rows=3), [("emptied", "b", None)]),
        (layout(("b", "integer")), layout(("b", "email")), [("retyped", "b", None)]),
        (layout(("b", "phone_like")), layout(("b", "phone")), []),
        (layout(("b", "postal_code")), layout(("b", "integer")), []),
        (layout(("b", None)), layout(("b", "email")), []),
        (
            layout(("Mail", "email", 0)),
            layout(("E-Mail", "email")),
            [("renamed", "Mail", "E-Mail"), ("emptied", "Mail", None)],
        ),
    ],
    ids=[
        "missing",
        "added",
        "renamed-in-spelling",
        "renamed-in-meaning",
        "renamed-by-a-slip",
        "renamed-with-the-same-values-in-the-same-place",
        "names-in-the-same-place-are-in-many-columns",
        "what-means-another-field-is-another-column",
        "what-holds-other-values-is-another-column",
        "the-same-values-elsewhere-are-no-renamed-column",
        "another-number-is-another-column",
        "moved",
        "what-others-push-aside-has-not-moved",
        "emptied",
        "one-value-is-not-empty",
        "a-column-that-is-hardly-ever-filled",
        "too-few-rows-to-tell",
        "few-rows-that-tell",
        "retyped",
        "phones-of-another-country-are-phones",
        "digits-are-digits",
        "of-no-clear-kind-now",
        "renamed-and-emptied",
    ],
)
def test_each_change_is_named(now, then, found):
    assert changes(now, then) == found


def test_each_change_has_a_sentence():
    phone = ("phone", "phone")  # a label above phones, so that the line is a header
    then = layout("a", "b", "c", ("d", "email"), "Zip Code", "full", "gone", phone)
    now = layout("c", "a", "b", ("d", "date"), "zip_code", ("full", None, 0), "extra", phone)
    assert [one.sentence for one in compare_layouts(now, [then])] == [
        "The column 'gone' is missing.",
        "The column 'Zip Code' seems to be called 'zip_code' now.",
        "The column 'c' has moved from position 3 to position 1.",
        "The column 'd' now contains dates; it contained email addresses before.",
        "The column 'full' is empty; it was filled in 100% of the 100 rows in previous files.",
        "The column 'extra' is new.",
    ]


def test_of_several_columns_that_are_missing_or_new_one_sentence_names_all():
    phone = ("phone", "phone")  # a label above phones, so that the line is a header
    then, few = layout("a", "b", "c", "d", phone), layout("a", "x", "y", phone)
    assert list(sentences_about(compare_layouts(few, [then]))) == [
        "3 columns are missing: 'b', 'c', 'd'.",
        "2 columns are new: 'x', 'y'.",
    ]
    wide = layout("a", *(f"q{number}" for number in range(14)), phone)
    (said,) = sentences_about(compare_layouts(layout("a", phone), [wide]))
    assert said.startswith("14 columns are missing: 'q0', ")
    assert said.endswith("'q9' and 4 more.")


def test_many_changes_of_columns_that_only_become_attributes_are_one_sentence():
    phone, email = ("phone", "phone"), ("email", "email")
    then, now = layout(phone, email, "a", "b", "c", "d"), layout(phone, "x", "y", "d", "c")
    profile = profile_of(fields={"phone": {"type": "phone"}, "email": {"type": "email"}})
    assert list(sentences_about(compare_layouts(now, [then]), profile)) == [
        "The column 'email' is missing.",
        "Of the columns that are kept as attributes, 2 are missing, 1 has moved, 2 are new.",
    ]
    assert len(list(sentences_about(compare_layouts(layout(phone, email, "a", "b", "c", "e"), [then]), profile))) == 2


def test_a_profile_fed_by_two_systems_in_turn_has_no_changes():
    one, other = layout("phone", "name"), layout("Telefon", "Ort", "Name des Kunden")
    assert changes(one, other, one, other) == []
    assert changes(layout("phone", "name", "new"), other, one) == [("added", "new", None)]


def test_how_full_a_column_is_all_earlier_files_tell():
    sparse, full = layout("a", ("b", None, 0)), layout("a", ("b", None, 3))
    assert changes(layout("a", ("b", None, 0)), sparse, full) == []
    assert changes(layout("a", ("b", None, 0)), full, layout("a", "b"), layout("a", "b")) == [("emptied", "b", None)]


def test_a_kind_that_any_earlier_file_had_is_nothing_new():
    assert changes(layout(("b", "date")), layout(("b", "email")), layout(("b", "date"))) == []


def test_a_header_that_is_a_value_is_not_shown():
    now, then = layout("+1 201 555 0123", "Ana"), layout("name", "city")
    sentences = " ".join(one.sentence for one in compare_layouts(now, [then]))
    assert "The column at position 1 is new." in sentences
    assert "555" not in sentences


def test_headers_that_nothing_proves_to_be_ones_are_not_shown():
    now, then = layout("Wren Ltd", ("Fox", "email"), "city"), layout("Quill Ltd", "city", ("Moss", "email"))
    assert [one.sentence for one in compare_layouts(now, [then])] == [
        "The column at position 1 is missing.",
        "The column at position 3 is missing.",
        "The column at position 1 is new.",
        "The column at position 2 is new.",
    ]


def test_a_renamed_column_that_may_be_a_value_is_not_shown():
    (renamed,) = compare_layouts(layout("Ida Moss"), [layout("Ida Mosss")])
    assert renamed.sentence == "The column at position 1 seems to have another name now, at position 1."


def test_names_that_the_profile_has_are_shown():
    profile = profile_of(fields={"notes": {"type": "text", "column": "Anmerkung zum Hof"}})
    now, then = layout("Wren Ltd"), layout("Wren Ltd", "Anmerkung zum Hof")
    (missing,) = compare_layouts(now, [then], profile)
    assert missing.sentence == "The column 'Anmerkung zum Hof' is missing."


def test_a_layout_survives_json():
    assert ColumnLayout.model_validate_json(USUAL.model_dump_json()) == USUAL


def described(frame: pl.DataFrame) -> ColumnLayout:
    return layout_of(frame.columns, count_filled(frame, frame.columns), evidence_of(frame, frame.columns, "US"))


def test_a_file_is_described_by_its_columns_their_kinds_and_how_full_they_are():
    texts = {
        "Phone": ["2015550123", "2015550124", "2015550125", None],
        "mail": ["a@b.co", "c@d.co", "e@f.co", " "],
        "few": ["a@b.co", "", "\t\n", None],
    }
    found = described(pl.DataFrame(texts))
    assert found.rows == 4
    assert [(one.name, one.kind, one.filled) for one in found.columns] == [
        ("Phone", "phone", 3),
        ("mail", "email", 3),
        ("few", None, 1),
    ]


def test_a_rejected_file_that_comes_back_has_the_layout_that_it_had():
    plain = pl.DataFrame({"phone": ["2015550123"], "@x": ["1"]})
    ours = pl.DataFrame({"phone": ["2015550123"], "'@x": ["1"]} | {name: ["1"] for name in REJECTED_FILE_COLUMNS})
    assert [one.name for one in described(ours).columns] == ["phone", "@x"]
    assert compare_layouts(described(plain), [described(ours)]) == ()


def test_counts_of_batches_add_up_to_those_of_the_file():
    frame = pl.DataFrame({"a": ["x", None, "", " ", "\u00e9", "~"], "b": [None, None, "1", "2", "3", " 4"]})
    parts = [count_filled(frame.slice(start, 2), frame.columns) for start in (0, 2, 4)]
    assert sum(parts, FilledCells()) == count_filled(frame, frame.columns)
    assert count_filled(frame, frame.columns) == FilledCells(rows=6, filled={"a": 3, "b": 4})
    assert count_filled(frame.clear(), frame.columns) == FilledCells(rows=0, filled={"a": 0, "b": 0})
    assert count_filled(frame, []) == FilledCells(rows=6, filled={})


@given(st.permutations(["a", "bb", "ccc", "dddd", "eeeee", "ffffff"]))
def test_the_columns_that_have_not_moved_are_in_their_old_order_and_no_fewer_could_have_moved(order):
    usual = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff"]
    moved = {column for _, column, _ in changes(layout(*order), layout(*usual))}
    stayed = [name for name in order if name not in moved]
    assert stayed == [name for name in usual if name not in moved]
    assert len(stayed) == longest_kept(order, usual)


def longest_kept(order, usual) -> int:
    """Try every way to leave columns out."""
    best = 0
    for mask in range(2 ** len(order)):
        kept = [name for place, name in enumerate(order) if mask >> place & 1]
        if kept == [name for name in usual if name in kept]:
            best = max(best, len(kept))
    return best
