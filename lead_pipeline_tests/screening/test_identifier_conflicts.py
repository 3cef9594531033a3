"""Who keeps an identifier that several rows of a file claim for different people."""

import pytest

from lead_pipeline.screening.identifier_conflicts import HeldIdentifier, resolve_conflicts

A, B, C, X, Y = 1, 2, 3, 10, 11  # leaders, and further identifiers


def claims(*rows: tuple[int | None, int, tuple[int, ...]]) -> list[HeldIdentifier]:
    """Return the claims of rows given as (contact, leader, codes)."""
    return [
        HeldIdentifier(number, contact, leader, code, f"id {code}")
        for number, (contact, leader, codes) in enumerate(rows, start=1)
        for code in codes
    ]


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        pytest.param([(None, A, (A, X)), (None, B, (B, X))], {2: "id 10 belongs to row 1 of this file."}, id="shared"),
        pytest.param([(None, A, (A, X)), (None, X, (X,))], {2: "id 10 belongs to row 1 of this file."}, id="led by it"),
        pytest.param([(None, X, (X,)), (None, A, (A, X))], {2: "id 10 belongs to row 1 of this file."}, id="led first"),
        pytest.param(
            [(None, A, (A, X)), (None, B, (B, X)), (None, B, (B, Y)), (None, C, (C, Y))],
            {2: "id 10 belongs to row 1 of this file.", 4: "id 11 belongs to row 3 of this file."},
            id="a refused row has nothing",
        ),
        pytest.param(
            [(None, A, (A, X)), (None, B, (B, Y)), (None, C, (C, X, Y))],
            {3: "id 10 belongs to row 1, id 11 to row 2 of this file."},
            id="every owner is named",
        ),
        pytest.param([(7, A, (X,)), (7, B, (X,))], {}, id="of one contact that the store knows"),
        pytest.param([(7, A, (X,)), (8, B, (X,))], {2: "id 10 belongs to row 1 of this file."}, id="of two contacts"),
        pytest.param([(None, A, (A, X)), (7, A, (A, X))], {2: "id 1 belongs to row 1, id 10 to row 1 of this file."},
                     id="somebody new first, then a contact"),
    ],
)  # fmt: skip
def test_the_first_row_keeps_what_several_people_claim(rows, refused):
    assert dict(resolve_conflicts(claims(*rows)).refused) == refused


def test_a_row_is_of_the_contact_that_an_earlier_row_with_its_leader_is_of():
    settled = resolve_conflicts(claims((7, A, (A,)), (None, A, (A,)), (None, A, (A, X)), (None, B, (B, X))))
    assert settled.joined == [(2, 7), (3, 7)]
    assert [row for row, _why in settled.refused] == [4]
