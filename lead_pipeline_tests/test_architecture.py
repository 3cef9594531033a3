"""Who may import whom (DESIGN section 3), walked over every module, and the habits that a parser can check."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import lead_pipeline

PACKAGE = Path(lead_pipeline.__file__).parent

#: The rooms that a row passes, without the rooms above that send it through.
PASSED = {
    "model", "profiles", "reading", "mapping", "normalizing", "validating", "screening", "enrolling", "store",
    "filing", "reporting", "notifying",
}  # fmt: skip

#: Room: the rooms that it may import besides itself.
MAY_IMPORT = {
    "model": set(),
    "reading": {"model"},
    "normalizing": {"model"},
    "validating": {"model"},
    "mapping": {"model", "normalizing"},
    "profiles": {"model", "normalizing", "validating"},
    "store": {"model"},
    "screening": {"model", "store"},
    "enrolling": {"model", "store"},
    "filing": {"model"},
    "reporting": {"model", "store", "filing"},
    "notifying": {"model", "filing", "reporting"},
    "drafting": PASSED,
    "importing": PASSED,
    "orchestration": {"model", "importing"},
    "definitions": {"orchestration"},
    "pipeline": PASSED
    | {"drafting", "importing", "orchestration"}
    | {"correcting", "handing_in", "looking", "managing", "preparing", "profile_calls", "program_calls", "scrubbing"},
    "preparing": PASSED | {"drafting", "importing"},
    "handing_in": PASSED | {"importing", "orchestration"},
    "program_calls": PASSED | {"importing"},
    "correcting": PASSED | {"importing"},
    "managing": PASSED | {"importing"},
    "looking": {"model", "filing", "importing"},
    "profile_calls": PASSED | {"drafting"},
    "scrubbing": PASSED | {"importing", "orchestration"},
    "cli": {"pipeline", "model", "reporting", "orchestration"},
    "web": {"pipeline", "model", "reporting", "orchestration"},
    "__main__": {"cli"},
}

#: Libraries that are kept out of a room, whatever else it imports.
NEVER = {
    "reading": {"dagster", "duckdb"},
    "mapping": {"dagster", "duckdb"},
    "normalizing": {"dagster", "duckdb"},
    "validating": {"dagster", "duckdb"},
    "profiles": {"dagster", "duckdb"},
    "filing": {"dagster", "duckdb"},
    "store": {"dagster"},
    "screening": {"dagster", "duckdb"},
    "enrolling": {"dagster", "duckdb"},
    "reporting": {"dagster", "duckdb"},
    "notifying": {"dagster", "duckdb"},
    "drafting": {"dagster", "duckdb", "click"},
    "importing": {"dagster", "duckdb", "click"},
    "orchestration": {"duckdb", "phonenumbers", "polars", "pyarrow"},
    "cli": {"duckdb"},
    "web": {"dagster", "duckdb", "polars", "click"},
}

#: Rooms that never load Dagster, not even through what they import.
WITHOUT_DAGSTER = sorted(PASSED | {"drafting", "importing"})

#: A name that several folders may share, because it says the same in each: the room's function over a batch of rows or
#: over its columns. Every other module can be found by its name alone.
SHARED_NAMES = {"__init__", "rows", "columns"}

#: How many modules a folder holds at most, its __init__ not counted.
MOST_MODULES = 20

MODEL_LIBRARIES = {"pydantic", "pydantic_core", "polars", "pandera"}

#: Rooms that decide and compute: no clock and no environment variable, so that a row's fate depends on the row alone.
PURE = ("model", "reading", "mapping", "normalizing", "validating")

SQL = re.compile(
    r"\s*(select\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|copy\s+\S+\s+(to|from)\s|attach\s+'|pragma\s"
    r"|(create|drop|alter)\s+(or\s+replace\s+)?(temp\w*\s+)?(table|view|schema|index|sequence|macro)\s|with\s+\w+\s+as\s)",
    re.IGNORECASE,
)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem != "__init__")
ROOMS = sorted({room_of(path) for path in MODULES})
every_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(tree: ast.AST) -> Iterator[str]:
    """Yield the full name of everything imported, wherever in the module; type-checking imports count too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_imported(tree: ast.AST) -> set[str]:
    names = [name.split(".") for name in imports_of(tree)]
    return {parts[1] for parts in names if parts[0] == "lead_pipeline" and len(parts) > 1 and parts[1] in ROOMS}


def libraries_imported(tree: ast.AST) -> set[str]:
    return {name.split(".")[0] for name in imports_of(tree)}


def test_every_room_has_its_line_in_the_table_and_every_line_its_room():
    assert set(ROOMS) == set(MAY_IMPORT)


@every_module
def test_a_module_imports_only_the_rooms_that_its_room_may(path: Path):
    room = room_of(path)
    assert rooms_imported(tree_of(path)) - {room} <= MAY_IMPORT[room]


@every_module
def test_a_library_stays_out_of_the_rooms_that_never_see_it(path: Path):
    assert not libraries_imported(tree_of(path)) & NEVER.get(room_of(path), set())


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) == "model"], ids=lambda path: path.stem)
def test_the_model_stands_on_the_standard_library_and_three_others(path: Path):
    libraries = libraries_imported(tree_of(path)) - {"lead_pipeline"}
    assert libraries <= MODEL_LIBRARIES | set(sys.stdlib_module_names)


def names_of(room: str) -> list[str]:
    parts = [path.relative_to(PACKAGE.parent).with_suffix("").parts for path in MODULES if room_of(path) == room]
    return [".".join(names) for names in parts]


def loaded_by(modules: list[str]) -> set[str]:
    """Return the libraries that a process has loaded once it has imported these modules, whatever imported them."""
    code = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return set(ended.stdout.split())


@pytest.mark.parametrize("room", WITHOUT_DAGSTER)
def test_a_room_that_knows_no_scheduler_loads_no_dagster(room):
    assert loaded_by(names_of(room)) & {"dagster", "dagster_webserver"} == set()


@pytest.mark.parametrize("room", ["pipeline", "cli", "web"])
def test_who_may_use_dagster_loads_it_only_when_a_call_needs_it(room):
    modules = ["lead_pipeline.pipeline"] if room == "pipeline" else names_of(room)
    assert loaded_by(modules) & {"dagster", "dagster_webserver"} == set()


def test_the_package_itself_loads_nothing_heavy():
    assert loaded_by(["lead_pipeline"]) & {"dagster", "polars", "pandera", "pydantic", "duckdb", "click"} == set()


@pytest.mark.parametrize(
    "path", [path for path in MODULES if room_of(path) in ("cli", "web")], ids=lambda path: path.stem
)
def test_the_command_line_and_the_pages_take_nothing_of_dagsters_room_but_its_services(path: Path):
    taken = [name for name in imports_of(tree_of(path)) if name.startswith("lead_pipeline.orchestration")]
    assert [name for name in taken if not name.startswith("lead_pipeline.orchestration.serving.")] == []


def test_no_two_modules_share_a_name():
    names = Counter(path.stem for path in MODULES if path.stem not in SHARED_NAMES)
    assert [name for name, count in names.items() if count > 1] == []


def test_no_folder_holds_more_modules_than_a_person_looks_through():
    folders = Counter(path.parent for path in MODULES if path.stem != "__init__")
    assert {folder.name: count for folder, count in folders.items() if count > MOST_MODULES} == {}


@every_module
def test_nobody_imports_the_composition_root(path: Path):
    assert "definitions" not in rooms_imported(tree_of(path))


#: What the rooms that write SQL know of a store, and what everybody else does. Which store it is, none of them does.
OF_A_WORKSPACE = {"workspace", "ledger", "records"}
OF_A_STORE = OF_A_WORKSPACE | {"protocol", "opening", "settings", "queries", "publishing"}


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if room_of(path) != "store"],
    ids=lambda path: path.relative_to(PACKAGE).as_posix(),
)
def test_no_room_but_the_store_knows_which_store_it_is_or_has_its_connection(path: Path):
    tree = tree_of(path)
    modules = {name.split(".")[2] for name in imports_of(tree) if name.startswith("lead_pipeline.store.")}
    assert modules <= (OF_A_WORKSPACE if room_of(path) in ("screening", "enrolling") else OF_A_STORE)
    assert not {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & {"con", "_con"}


#: Pragmas of the SQLite files that Dagster keeps its history in; no statement about leads.
SETTINGS_OF_DAGSTERS_FILES = PACKAGE / "orchestration" / "sqlite.py"


@every_module
def test_sql_is_written_in_store_screening_and_enrolling_only(path: Path):
    if room_of(path) in ("store", "screening", "enrolling") or path == SETTINGS_OF_DAGSTERS_FILES:
        return
    tree = tree_of(path)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [node.lineno for node in texts if id(node) not in docstrings and SQL.match(node.value)]


#: The one module that may name what Dagster keeps to itself, and where a release that moves it is noticed.
PRIVATE_NAMES_OF_DAGSTER = PACKAGE / "orchestration" / "dagster_internals.py"


@every_module
def test_private_names_of_dagster_are_in_one_module(path: Path):
    tree = tree_of(path)
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    private = re.compile(r"(dagster|dagster_webserver)(\.\w+)*\._")
    found = {name for name in [*imports_of(tree), *texts] if private.match(name)}
    assert bool(found) is (path == PRIVATE_NAMES_OF_DAGSTER), found


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Tell a handler that swallows whatever comes; one that tidies up and raises the same again catches nothing."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    named = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else set()
    return handler.type is None or bool({"Exception", "BaseException"} & named)


@every_module
def test_no_exception_is_caught_broadly(path: Path):
    handlers = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ExceptHandler)]
    assert not [handler.lineno for handler in handlers if catches_everything(handler)]


@pytest.mark.parametrize(
    "path", [path for path in MODULES if room_of(path) == "orchestration"], ids=lambda path: path.stem
)
def test_annotations_stay_real_where_dagster_reads_them(path: Path):
    assert "__future__.annotations" not in set(imports_of(tree_of(path)))


ORCHESTRATION = sorted(path for path in MODULES if room_of(path) == "orchestration")
WITH_LOGIC = (ast.If, ast.IfExp, ast.For, ast.While, ast.Try, ast.comprehension, ast.BoolOp, ast.Compare)


def is_called_by_dagster(function: ast.FunctionDef) -> bool:
    kinds = {"asset", "multi_asset", "asset_check", "sensor", "op", "job", "_of_each_import"}
    decorators = [node.func if isinstance(node, ast.Call) else node for node in function.decorator_list]
    names = {getattr(node, "attr", None) or getattr(node, "id", None) for node in decorators}
    return bool(names & kinds)


@pytest.mark.parametrize("path", ORCHESTRATION, ids=lambda path: path.stem)
def test_what_dagster_calls_calls_one_step_and_decides_nothing(path: Path):
    """Assets, checks, sensors and jobs, but for what the warm start tries."""
    functions = [
        node for node in tree_of(path).body if isinstance(node, ast.FunctionDef) and is_called_by_dagster(node)
    ]
    for function in filter(is_called_by_dagster, functions):
        assert len(function.body) <= 6, function.name
        assert not [node for line in function.body for node in ast.walk(line) if isinstance(node, WITH_LOGIC)]


def test_there_are_functions_that_dagster_calls():
    functions = [node.name for path in ORCHESTRATION for node in tree_of(path).body
                 if isinstance(node, ast.FunctionDef) and is_called_by_dagster(node)]  # fmt: skip
    assert {"raw_leads", "import_report", "inbox_sensor", "rows_accounted_for", "approve_import"} <= set(functions)


@pytest.mark.parametrize(
    "path", [path for path in MODULES if room_of(path) in PURE], ids=lambda path: path.relative_to(PACKAGE).as_posix()
)
def test_pure_rooms_read_no_clock_and_no_environment(path: Path):
    named = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert not named & {"os.environ", "os.getenv", "time.time", "datetime.now", "date.today", "datetime.utcnow"}


@every_module
def test_a_module_opens_by_saying_what_it_does_and_stays_readable(path: Path):
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert text.count("\n") < 400


@pytest.mark.parametrize(
    ("source", "rooms"),
    [
        ("import lead_pipeline.store", {"store"}),
        ("from lead_pipeline import store", {"store"}),
        ("from lead_pipeline.store.queries import x", {"store"}),
        ("def f():\n    from lead_pipeline.store import x", {"store"}),
        ("from lead_pipeline import __version__", set()),
        ("import polars", set()),
    ],
    ids=["import", "from-package", "from-module", "in-a-function", "no-room", "library"],
)
def test_the_walk_sees_every_way_to_import_a_room(source, rooms):
    assert rooms_imported(ast.parse(source)) == rooms


@pytest.mark.parametrize(
    ("text", "is_sql"),
    [
        ("select 1", True),
        ("\n  SELECT * from x", True),
        ("insert into leads by name", True),
        ("create or replace table x", True),
        ("create temp table x", True),
        ("copy leads to 'x'", True),
        ("with new as (select", True),
        ("Drop it into a folder", False),
        ("Create what is missing", False),
        ("Copy a profile that works", False),
        ("selected", False),
    ],
)
def test_sql_is_told_from_sentences(text, is_sql):
    assert bool(SQL.match(text)) is is_sql
