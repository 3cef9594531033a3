"""Whose rows are that share identifiers with other rows of their file."""

import pytest

from lead_pipeline.screening.identifier_conflicts import HeldIdentifier, Keeping, Resolution, resolve_conflicts
from lead_pipeline_tests.screening.written import profile

A, B, C, X, Y = 1, 2, 3, 10, 11
UPSERT = Keeping(of_lead=True, of_nobody=True, first_only=False)


def held(*rows: tuple[int | None, tuple[int, ...]], known: tuple[int, ...] = ()) -> list[HeldIdentifier]:
    """Return the identifiers of rows given as (contact, codes); contacts have leads."""
    return [
        HeldIdentifier(number, contact, contact is not None, code in known, code, f"id {code}")
        for number, (contact, codes) in enumerate(rows, start=1)
        for code in codes
    ]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([(None, (A, X)), (None, (B, X))], Resolution(followed=[(2, 1)]), id="shared"),
        pytest.param([(None, (A, X)), (None, (X,))], Resolution(followed=[(2, 1)]), id="goes by it"),
        pytest.param([(None, (X,)), (None, (A, X)), (None, (A,))], Resolution(followed=[(2, 1), (3, 1)]), id="chain"),
        pytest.param(
            [(None, (A, X)), (None, (B, Y)), (None, (C, X, Y)), (None, (C,))],
            Resolution(refused=[(3, "id 10 belongs to row 1 of this file, id 11 to row 2 of this file.")]),
            id="between two people, and then somebody new",
        ),
        pytest.param([(7, (A, X)), (None, (X,)), (None, (X, B))], Resolution(joined=[(2, 7), (3, 7)]), id="a contact"),
        pytest.param([(7, (A, X)), (7, (A, X))], Resolution(), id="one contact, twice"),
        pytest.param(
            [(7, (A, X)), (8, (B, X))],
            Resolution(refused=[(2, "id 2 belongs to contact 8, id 10 to row 1 of this file.")]),
            id="two contacts",
        ),
        pytest.param(
            [(None, (C, X)), (7, (A, X))],
            Resolution(refused=[(2, "id 1 belongs to contact 7, id 10 to row 1 of this file.")]),
            id="somebody new first, then a contact",
        ),
    ],
)
def test_a_row_is_of_whom_the_rows_before_it_make_it(rows, found):
    assert resolve_conflicts(held(*rows, known=(A, B)), UPSERT) == found


@pytest.mark.parametrize(
    ("changes", "follows"),
    [
        ({"duplicates_in_file": "merge"}, [(2, 1), (3, 1)]),
        ({"duplicates_in_file": "first"}, [(2, 1)]),
        ({"duplicates_in_file": "merge", "write_mode": "update_only"}, []),
    ],
    ids=str,
)
def test_only_what_is_written_of_a_row_links_later_ones_to_it(changes, follows):
    rows = held((None, (A, X)), (None, (X, Y)), (None, (Y,)))
    assert resolve_conflicts(rows, Keeping.under(profile(**changes))).followed == follows


@pytest.mark.parametrize(("on_duplicate", "joined"), [("update", [(2, 7)]), ("fill", [(2, 7)]), ("skip", [])])
def test_a_lead_that_is_left_alone_gets_no_identifier_to_be_known_by(on_duplicate, joined):
    keeping = Keeping.under(profile(on_duplicate=on_duplicate, duplicates_in_file="merge"))
    assert resolve_conflicts(held((7, (A, X)), (None, (X,)), known=(A,)), keeping).joined == joined
