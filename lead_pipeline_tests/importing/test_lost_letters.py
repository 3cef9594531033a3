"""Letters that were lost: before the file came, on the way into it, and on the way of a rejected file back."""

from lead_pipeline.model.profile import ImportProfile

PROFILE = ImportProfile.model_validate(
    {
        "name": "fair",
        "destination": {"kind": "list", "name": "fair"},
        "default_region": "US",
        "fields": {"phone": {"type": "phone", "required": True}, "first_name": {"type": "text"}},
    }
)


def imported(stages, name: str, content: bytes):
    file = stages.home.root / name
    file.write_bytes(content)
    return stages.file(file, PROFILE)


def reasons(result) -> dict[str, tuple[str, int]]:
    return {found.code: (found.outcome, found.count) for found in result.reasons}


def test_rows_that_lost_letters_before_are_imported_with_a_warning_and_a_note(stages):
    result = imported(
        stages, "a.csv", "phone,first_name,city\n201 555 0123,Zo\ufffd,K\ufffdln\n201 555 0124,Ann,?\n".encode()
    )
    assert (result.counts.created, reasons(result)) == (2, {"value_damaged": ("warning", 1)})
    assert any(note.startswith("2 characters are U+FFFD") for note in result.file.notes)


def test_bytes_that_are_no_text_are_in_the_rejected_file_and_do_not_get_in_by_it(stages):
    good = "phone,first_name,city\n201 555 0123,Zoë,Köln\n201 555 0125,Böll,Ulm\n".encode()
    first = imported(stages, "a.csv", good + b"201 555 0124,Bj\xf6rn,Oslo\n")
    assert reasons(first)["encoding_invalid"] == ("rejected", 1)
    rejected = stages.home.root / first.rejected_file
    assert rb"201 555 0124,Bj\xf6rn,Oslo,3" in rejected.read_bytes()
    again = imported(stages, "b.csv", rejected.read_bytes())
    assert (again.counts.created, reasons(again)) == (0, {"encoding_invalid": ("rejected", 1)})
    fixed = imported(stages, "c.csv", rejected.read_bytes().replace(rb"Bj\xf6rn", "Björn".encode()))
    assert (fixed.counts.created, reasons(fixed)) == (1, {})


def test_a_value_that_is_written_like_a_byte_is_a_value_of_any_other_row(stages):
    content = (
        rb"phone,first_name,city,_row_number,_reasons" + b"\n" + rb"201 555 0124,C:\xe9,Oslo,1,phone_missing" + b"\n"
    )
    assert imported(stages, "a.csv", content).counts.created == 1
