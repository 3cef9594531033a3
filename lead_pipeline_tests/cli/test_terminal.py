"""What somebody at a terminal sees: a bar that moves, Ctrl-C that ends in a sentence, tables of at most 80 columns."""

import re

import pytest

from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline_tests.cli.pseudo_terminal import CTRL_C, at_a_terminal
from lead_pipeline_tests.support import prepared_home, query, quick_folder

ROWS = 200_000

#: Enough that a key that is pressed at a step comes before the next one.
FEWER = 30_000


@pytest.fixture
def folder():
    """A folder to work in, whose `data` is a home that holds nothing yet."""
    with quick_folder() as made:
        prepared_home(made / "data")
        yield made


def write_large(folder, rows=ROWS):
    """Write a list that takes long enough to be watched: every number is a valid one of New York, and another one."""
    path = folder / "large.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("caller_id,name\n")
        file.writelines(f"212{5_000_000 + number},Person {number}\n" for number in range(rows))
    return path


def test_the_bar_moves_while_a_large_file_is_imported(folder):
    seen = at_a_terminal("import", write_large(folder), folder=folder)
    assert seen.code == 0
    percent = [int(number) for number in re.findall(r"large\.csv: [a-z ]+\S+ +(\d+) %", seen.text)]
    assert percent == sorted(percent)
    assert len(set(percent)) >= 6  # where it begins, and five moves
    assert "total 200,000, processed 200,000, imported 0" in " ".join(seen.text.split())
    for step in ("raw leads", "mapped leads", "normalized leads"):
        assert f"large.csv: {step}" in seen.text


def imported_into(folder):
    """Return how many leads there are, none where there is no store yet."""
    home = folder / "data"
    return query(home, "select count(*) from leads")[0][0] if (home / "leads.duckdb").exists() else 0


NOTHING = "Nothing of this file was imported; run the same command again to continue."
ALL_OR_NONE = "either all of them are imported, or none"


@pytest.mark.parametrize(
    ("step", "rows", "sentences"),
    [
        ("raw leads", FEWER, {NOTHING}),
        ("normalized leads", FEWER, {NOTHING, ALL_OR_NONE}),  # a slow reader presses when the commit has begun
        ("imported leads", ROWS, {ALL_OR_NONE}),
    ],
)
def test_ctrl_c_says_what_holds_and_the_command_again_imports_every_row_once(folder, step, rows, sentences):
    file = write_large(folder, rows)
    seen = at_a_terminal("import", file, folder=folder, press=CTRL_C, when=f"large.csv: {step}")
    assert seen.code == 130
    assert "Traceback" not in seen.text
    assert "crashed" not in seen.text
    (said,) = [one for one in (NOTHING, ALL_OR_NONE) if one in " ".join(seen.text.split())]
    assert said in sentences
    assert imported_into(folder) in ({0, rows} if said == ALL_OR_NONE else {0})
    assert at_a_terminal("import", file, folder=folder).code == 0
    assert query(folder / "data", "select count(*) from leads") == [(rows,)]
    assert query(folder / "data", "select count(*) from imports") == [(1,)]


def test_ctrl_c_at_a_file_ends_the_command_and_the_next_files_are_left(folder):
    large, small = write_large(folder, FEWER), folder / "small.csv"
    small.write_text("caller_id\n2125550199\n", encoding="utf-8")
    seen = at_a_terminal("import", large, small, folder=folder, press=CTRL_C, when="large.csv: raw leads")
    assert seen.code == 130
    assert "small.csv" not in seen.text


def test_past_imports_fit_into_80_columns_and_no_number_is_cut(folder):
    at_a_terminal("import", write_large(folder, FEWER), "--json", folder=folder)
    mixed = folder / "a-list-with-a-long-name-of-the-month.csv"
    mixed.write_text("caller_id\n2125550199\n12345\n2125550199\n2125000000\n,\n", encoding="utf-8")
    at_a_terminal("import", mixed, "--json", folder=folder)
    seen = at_a_terminal("history", folder=folder)
    assert seen.code == 0
    assert max(len(line) for line in seen.lines) <= 80
    assert "…" not in seen.text
    assert "30,000 read: 30,000 created" in seen.text
    for status in (ImportStatus.COMPLETED, ImportStatus.COMPLETED_WITH_REJECTS):
        assert f"  {status.value}" in seen.text


MISTAKES = {
    "a port that does not exist": (("ui", "--port", "99999"), "99999 is not in the range 1<=x<=65535"),
    "a home where nothing can be written": (("--home", "/proc/1/nowhere", "ui"), "cannot be written"),
    "a home that is not there, looked at": (("--home", "nowhere", "history"), "There is no home at"),
}


@pytest.mark.parametrize(("arguments", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_a_sentence_and_no_traceback(folder, arguments, said):
    seen = at_a_terminal(*arguments, folder=folder)
    assert seen.code == 2
    assert said in " ".join(seen.text.split())
    assert "Traceback" not in seen.text
