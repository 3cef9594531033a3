"""Values of rows are personal data: canaries in every column, on the good path and on every failure path, are found
only where rows belong.
"""

import contextlib
import json
import os

import duckdb
import pandera.errors
import polars as pl
import pytest
from click.testing import CliRunner

from lead_pipeline.cli import main
from lead_pipeline.filing import staging
from lead_pipeline.filing.home import Home
from lead_pipeline.importing import approval, concluding, steps
from lead_pipeline.importing.drops import intake
from lead_pipeline.importing.lists import written_version
from lead_pipeline.importing.row_files import writing_row_files
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline.screening import writing
from lead_pipeline_tests.orchestration.watching import Watching
from lead_pipeline_tests.support import prepared_home, quick_folder

#: A phone in three spellings, an email, a name, attributes, and values of bad rows.
CANARIES = (
    "2125550147", "(212) 555-0147", "+12125550147", "2125550188", "9995550166", "ann.canary", "zebrafinch",
    "Canaria Quill", "Wren Outfitters", "grumbling",
    "attribute-canary", "header-canary", "overlong-canary", "198.51.100.77", "77canary77",
)  # fmt: skip

ROWS = (
    "caller_id,email,name,expires_in,remote_ip,colour\n"
    "(212) 555-0147,ann.canary@zebrafinch.example,Canaria Quill,24,198.51.100.77,attribute-canary\n"  # created
    "+12125550147,ann.canary@zebrafinch.example,Canaria Quill,24,198.51.100.77,attribute-canary\n"  # duplicate
    "2125550188,,Canaria Quill,24,,attribute-canary\n"  # suppressed
    "9995550166,ann.canary@zebrafinch,Canaria Quill,77canary77,198.51.100.77,attribute-canary\n"  # rejected
    "2125550147,a,b,1,2,attribute-canary,overlong-canary\n"  # too many cells
    "2125550147,Canaria Quill\n"  # too few cells
)

#: The same where nothing in the first row looks like a value, and where some of it looks like names of columns.
NAMES_ONLY = "Canaria Quill,Wren Outfitters,grumbling\nIda Moss,Fern Supply,cheerful\n"
WITH_A_WORD = "Canaria Quill,Wren Outfitters,mobile,grumbling\nIda Moss,Fern Supply,email,cheerful\n"

#: Without a header the first row is taken for one, so its cells are names of columns: shown to nobody either.
HEADERLESS = "2125550147,ann.canary@zebrafinch.example,Canaria Quill\n2125550188,header-canary,Canaria Quill\n"


def is_where_rows_belong(home, path):
    """Tell whether a file below the home may hold rows."""
    parts = path.relative_to(home).parts
    if path.name.endswith(".reason.txt"):
        return False
    if parts[0].startswith(("leads.duckdb", ".leads.duckdb")) or parts[0] in (
        "tables",
        "archive",
        "inbox",
        "quarantine",
    ):
        return True
    if parts[0] == "reports":
        return path.name in ("rejected.csv", "dry_run.csv", "left_out.parquet", "warned.parquet")
    return parts[0] == "staging" and (len(parts) == 2 or parts[1] in ("parts", "spill")) and path.suffix != ".json"


def leaks(home, *outputs):
    """Return every canary found where it does not belong, by file."""
    needles = {canary: [canary.encode(), canary.encode("utf-16-le")] for canary in CANARIES}
    found = []
    for path in home.rglob("*"):
        if path.is_file() and not is_where_rows_belong(home, path):
            content = path.read_bytes()
            found += [(path.relative_to(home).as_posix(), canary) for canary, forms in needles.items()
                      if any(form in content for form in forms)]  # fmt: skip
    for name, text in zip(("stdout", "stderr"), outputs, strict=False):
        found += [(name, canary) for canary in CANARIES if canary in text]
    return found


@pytest.fixture
def place():
    with quick_folder() as folder:
        prepared_home(folder / "home")
        before = os.umask(0o077)
        yield folder
        os.umask(before)


def run(place, *arguments):
    result = CliRunner().invoke(main, ["--home", str(place / "home"), *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def write(place, name, content):
    path = place / name
    path.write_text(content)
    return path


def test_the_search_finds_a_canary_that_is_planted(place):
    home = place / "home"
    (home / "dagster" / "planted").write_text("x Canaria Quill")
    (home / "quarantine" / "a.csv.reason.txt").write_text("2125550147")
    (home / "tables" / "allowed").write_text("2125550147")
    assert sorted(leaks(home, "zebrafinch")) == [
        ("dagster/planted", "Canaria Quill"), ("quarantine/a.csv.reason.txt", "2125550147"), ("stdout", "zebrafinch"),
    ]  # fmt: skip


def test_rows_of_every_outcome_leave_no_value_behind_outside(place):
    listed = write(place, "dnc.csv", "phone,reason\n2125550188,Canaria Quill\nzebrafinch,\n")
    told = run(place, "suppress", listed, "--kind", "blocked")
    result = run(place, "import", write(place, "leads.csv", ROWS))
    assert (told.exit_code, result.exit_code) == (3, 0)  # one row of the list cannot be read
    again = run(place, "import", write(place, "again.csv", ROWS), "--json")
    shown = run(place, "history")
    outputs = [told, result, again, shown]
    assert leaks(place / "home", "".join(o.stdout for o in outputs), "".join(o.stderr for o in outputs)) == []
    inside = b"".join(path.read_bytes() for path in (place / "home/reports").rglob("rejected.csv"))
    assert b"overlong-canary" in inside  # the import did see them


def asked(place):
    """Write a profile whose imports a person approves, and return the options that name it."""
    notify = {"email": ["imports@example.com"]}
    document = {"extends": "call_schedule", "name": "asked", "approval": "manual", "notify": notify}
    (place / "home/profiles").mkdir(exist_ok=True)
    (place / "home/profiles/asked.yaml").write_text(json.dumps(document))
    return ("--profile", "asked")


def test_an_import_that_waits_a_dry_run_and_emails_quote_no_row(place):
    path = write(place, "leads.csv", ROWS)
    outputs = [run(place, "import", path, *asked(place), *dry) for dry in (["--dry-run"], [])]
    (import_id,) = [folder.name for folder in (place / "home/reports").iterdir()]
    outputs += [run(place, "history"), run(place, "show", import_id, "--json")]
    outputs += [run(place, answer, import_id) for answer in ("approve", "cancel")]
    assert [output.exit_code for output in outputs] == [0, 0, 0, 0, 0, 2]
    assert len(list((place / "home/outbox").glob("*.json"))) == 1
    assert leaks(place / "home", "".join(o.stdout for o in outputs), "".join(o.stderr for o in outputs)) == []


def test_a_dry_run_that_crashes_says_so_without_values(place, monkeypatch):
    monkeypatch.setattr(approval, "dry_run_import", quoting(duckdb.ConversionException))
    path = write(place, "leads.csv", ROWS)
    outputs = [run(place, "import", path, *asked(place), *dry) for dry in (["--dry-run"], [])]
    assert [output.exit_code for output in outputs] == [1, 1]
    assert leaks(place / "home", "".join(o.stdout for o in outputs), "".join(o.stderr for o in outputs)) == []


REFUSED = {
    "no phone column": "naem,colour\nCanaria Quill,attribute-canary\n",
    "first row is data": HEADERLESS,
    "first row is names": NAMES_ONLY,
    "first row has a word that headers have": WITH_A_WORD,
    "first row has a value twice": "Canaria Quill,Wren Outfitters,Canaria Quill,grumbling\nIda Moss,Fern,Ida Moss,x\n",
    "binary": "\0" * 200 + "2125550147 Canaria Quill",
    "quote never closed": 'caller_id,name\n"2125550147,Canaria Quill\n2125550188,zebrafinch\n',
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_a_refused_file_is_described_without_quoting_it(place, content):
    result = run(place, "import", write(place, "leads.csv", content))
    assert leaks(place / "home", result.stdout, result.stderr) == []


def lenient(place, **changes):
    """Write a profile that takes rows without a phone, and return the options that name it."""
    document = {
        "name": "lenient",
        "destination": {"kind": "list", "name": "x"},
        "identify_by": "email",
        "rows_without_identifier": "create",
        "fields": {"email": {"type": "email"}, "company": {"type": "text"}},
    }
    (place / "home/profiles").mkdir(exist_ok=True)
    (place / "home/profiles/lenient.yaml").write_text(json.dumps(document | changes))
    return ("--profile", "lenient")


@pytest.mark.parametrize("other_columns", ["attributes", "ignore"])
def test_a_first_row_taken_for_the_header_of_an_import_is_shown_nowhere(place, other_columns):
    """One of its cells is the name of a field, so that the file is not refused: kept, ignored and changed columns."""
    options = lenient(place, other_columns=other_columns, on_layout_change="warn")
    rows = "Canaria Quill,Wren Outfitters,company,grumbling\nIda Moss,Fern Supply,Moss & Sons,cheerful\n"
    first = run(place, "import", write(place, "a.csv", "name,company,tone\nIda,Moss Ltd,kind\n"), *options)
    outputs = [
        run(place, "import", write(place, "b.csv", rows), *options, *more) for more in (["--dry-run"], ["--json"])
    ]
    (import_id,) = [folder.name for folder in (place / "home/reports").iterdir() if folder.name.startswith("b@")]
    outputs += [run(place, "show", import_id), run(place, "show", import_id, "--json"), run(place, "history")]
    assert [output.exit_code for output in (first, *outputs)] == [0] * 6
    report = (place / "home/reports" / import_id / "report.html").read_text()
    assert "<code>column 1</code>" in report
    assert "<code>company</code>" in report
    assert leaks(place / "home", "".join(o.stdout for o in outputs), "".join(o.stderr for o in outputs)) == []


def test_columns_between_which_nobody_can_choose_are_not_named(place):
    options = lenient(
        place, mapping="auto", identify_by="phone", fields={"phone": {"type": "phone"}}, default_region="US"
    )
    rows = "Canaria Quill,Wren Outfitters\n" + "".join(f"201 555 01{n},202 555 01{n}\n" for n in range(10, 30))
    result = run(place, "import", write(place, "a.csv", rows), *options)
    assert result.exit_code != 0
    assert leaks(place / "home", result.stdout, result.stderr) == []


def quoting(kind):
    """Return what raises an exception as a library would: with values in its text, its arguments and its cause."""

    def fail(*_arguments, **_options):
        try:
            raise KeyError("Canaria Quill 2125550147")
        except KeyError as cause:
            raise kind("could not convert 'ann.canary@zebrafinch.example' 2125550147 attribute-canary") from cause

    return fail


CRASHES = {
    "reading": (steps, "open_rows", pl.exceptions.ComputeError),
    "a contract": (steps, "validate_contract", pandera.errors.SchemaError.__mro__[1]),
    "mapping": (steps, "map_rows", pl.exceptions.InvalidOperationError),
    "normalizing": (steps, "normalize_rows", ValueError),
    "judging": (steps, "validate_rows", pl.exceptions.PanicException),
    "screening": (writing, "screen", duckdb.ConversionException),
    "the disk": (writing, "_write_leads", lambda text: duckdb.IOException(f"No space left on device {text}")),
    "publishing": (steps, "published_path", OSError),
    "the rejected file": (writing_row_files, "write_rejected_file", RuntimeError),
    "the rejected workbook": (writing_row_files, "write_rejected_workbook", UnicodeError),
    "the report": (concluding, "write_report", UnicodeError),
}


@pytest.mark.parametrize(("module", "name", "kind"), CRASHES.values(), ids=CRASHES)
def test_an_exception_that_quotes_rows_is_told_without_them(place, monkeypatch, module, name, kind):
    monkeypatch.setattr(module, name, quoting(kind))
    result = run(place, "import", write(place, "leads.csv", ROWS))
    assert result.exit_code == 1
    assert result.stderr.startswith("lead-pipeline: leads.csv: ")
    assert leaks(place / "home", result.stdout, result.stderr) == []


def test_a_suppression_list_that_crashes_or_is_refused_is_not_quoted(place, monkeypatch):
    headless = write(place, "dnc.csv", "Canaria Quill,zebrafinch,attribute-canary\nheader-canary,1,2\n")
    refused = run(place, "suppress", headless, "--kind", "blocked")
    monkeypatch.setattr(written_version, "add_suppressions", quoting(duckdb.ConversionException))
    crashed = run(place, "suppress", write(place, "ok.csv", "phone\n2125550188\n"), "--kind", "blocked")
    assert refused.exit_code != 0
    assert crashed.exit_code == 1
    assert leaks(place / "home", refused.stdout + crashed.stdout, refused.stderr + crashed.stderr) == []


def test_a_question_that_fails_on_a_value_does_not_quote_it(place):
    run(place, "import", write(place, "leads.csv", ROWS))
    result = run(place, "sql", "select cast(attributes::varchar as integer) from leads")
    assert result.exit_code == 2
    assert leaks(place / "home", result.stdout, result.stderr) == []


def test_the_sensor_and_its_errors_quote_nothing(place, monkeypatch, capfd):
    instance = open_instance(Home(place / "home"))
    watching = Watching(Home(place / "home"), instance)
    try:
        watching.drop("leads.csv", ROWS)
        watching.execute(watching.tick())
        watching.drop("again.csv", ROWS)
        watching.drop("lost.csv", HEADERLESS, folder="nowhere")
        watching.tick()
        monkeypatch.setattr(intake, "stage_import", quoting(staging.FileChangedError))
        watching.drop("changed.csv", HEADERLESS)
        with contextlib.suppress(staging.FileChangedError):
            watching.tick()
    finally:
        instance.dispose()
    out, err = capfd.readouterr()
    assert leaks(place / "home", out + "\n".join(watching.said), err + (watching.cursor or "")) == []
