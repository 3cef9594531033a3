"""An import that is killed, wherever and however often, and then run again leaves what an undisturbed one leaves."""

import json
import os
import random
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from lead_pipeline.filing.decisions import decide, waiting_imports
from lead_pipeline.filing.inbox import list_drops
from lead_pipeline.importing.drops.intake import MAX_ATTEMPTS, imports_to_run, not_staged, stage_drops
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline_tests.importing.test_approval import LEFT
from lead_pipeline_tests.orchestration.crashing import DECIDED_POINTS, POINTS, WAITING_POINTS, Crasher
from lead_pipeline_tests.support import call_schedule, dump_home, importing, query, staging, write_csv

#: The points up to which nothing of an import is in the store.
BEFORE_COMMIT = frozenset(tuple(POINTS)[: tuple(POINTS).index("after the commit")])

#: How many imports are killed at a random time; a sweep over many more is in benchmarks/crash_sweep.py.
KILLS = int(os.environ.get("LEAD_PIPELINE_KILLS", "2"))

#: The named points at which the suite kills; with LEAD_PIPELINE_KILLS of ten or more, all that there are.
NAMED = tuple(POINTS) if KILLS >= 10 else (
    "staged", "leads normalized", "before the commit", "after the commit", "imported leads published",
    "rejected file written", "before archiving", "archived", "receipt written",
)  # fmt: skip

#: Those that an import goes through after it was staged.
POINTS_AFTER_STAGING = tuple(POINTS)[2:-1]

BLOCKED, KNOWN, SHARED = "2125550199", "2125550100", "2125550150"
HEADER = ("caller_id", "email", "expires_in", "state")


def lead_file(folder, number):
    """One file with a row of every outcome: leads a, b, c of its own, and one number that all of the files have."""
    a, b, c = (f"202555{number:02d}{place}0" for place in (1, 2, 3))
    rows = [
        (a, f"a{number}@example.com", "24", "NY"),
        (b, "", "", "CA"),
        (a, "", "", "TX"),  # duplicate_in_file
        (KNOWN, "", "", "NY"),  # duplicate_existing
        (BLOCKED, "", "", "NY"),  # blocked
        ("12345", "", "", "NY"),  # phone_too_short
        (c, "", "soon", "NY"),  # number_invalid: must not cost the good second copy
        (c, "c@example.com", "48", "NY"),
        ("", "", "", ""),  # row_blank
        (SHARED, "", "", "WA"),
    ]
    return write_csv(folder / f"list-{number:02d}.csv", HEADER, rows)


@pytest.fixture(scope="module")
def crasher():
    with Crasher.started() as started:
        yield started


@pytest.fixture(scope="module")
def fresh_home(place, copied):
    """Copies of a home that has a blocked number and an earlier import."""
    template = place / "template"
    with staging(template) as imports:
        imports.suppress(write_csv(place / "blocked.csv", ("phone",), [(BLOCKED,)]))
        imports.file(write_csv(place / "known.csv", HEADER, [(KNOWN, "", "", "NY")]), call_schedule())
    with importing(template):
        pass  # Dagster's instance is created, with its tables

    return lambda: copied(template)


@pytest.fixture(scope="module")
def files(place):
    return {point: lead_file(place, number) for number, point in enumerate(NAMED)}


@pytest.fixture(scope="module")
def undisturbed(fresh_home):
    """What the files leave when they are imported in this order and nothing happens."""

    def dump(*files):
        home = fresh_home()
        with staging(home) as imports:
            for file in files:
                imports.file(file, call_schedule())
        return dump_home(home)

    return dump


def test_the_undisturbed_import_is_right(fresh_home, place):
    """The comparisons below would be content with two equal mistakes."""
    home = fresh_home()
    with staging(home) as imports:
        imports.file(lead_file(place, 90), call_schedule())
    rows = query(
        home, "select row_number, outcome, reason_codes from row_outcomes where import_id like 'list%' order by 1"
    )
    assert rows == [
        (1, "created", []),
        (2, "created", []),
        (3, "duplicate", ["duplicate_in_file"]),
        (4, "duplicate", ["duplicate_existing"]),
        (5, "suppressed", ["blocked"]),
        (6, "rejected", ["phone_too_short"]),
        (7, "rejected", ["number_invalid"]),
        (8, "created", []),
        (9, "skipped", ["row_blank"]),
        (10, "created", []),
    ]
    dump = dump_home(home)
    assert len(dump["tables"]) == 4
    assert len(dump["archive"]) == 2
    assert dump["waiting"] == dump["inbox"] == dump["quarantine"] == []


def test_a_run_forked_from_a_warm_process_has_next_to_nothing_left_to_load(fresh_home, crasher, place):
    ended = crasher.attempt(fresh_home(), lead_file(place, 92))
    assert ended.said == "completed_with_rejects"
    loaded = [name for name in ended.loaded if not name.startswith("phonenumbers.data.")]  # those of the countries used
    assert len(loaded) < 8, ", ".join(loaded)


def test_killed_at_each_named_point_and_run_again_by_command(fresh_home, crasher, files, undisturbed):
    home = fresh_home()
    for point, file in files.items():
        assert crasher.attempt(home, file, point=point).killed, f"no import gets to '{point}'"
    committed = [file for point, file in files.items() if point not in BEFORE_COMMIT]
    others = [file for point, file in files.items() if point in BEFORE_COMMIT]

    assert query(home, "select count(*) from imports")[0][0] == 1 + len(committed)
    assert crasher.attempt(home, *files.values()).said == ",".join(["completed_with_rejects"] * len(files))
    assert dump_home(home) == undisturbed(*committed, *others)


RECONCILED = ("leads normalized", "after the commit", "archived", "receipt written")


def test_killed_at_named_points_and_found_by_the_reconciler(fresh_home, crasher, files, undisturbed):
    """As a daemon that is started again does it: nobody names the file, and the inbox may be empty already."""
    home = fresh_home()
    inbox = home / "inbox" / "call_schedule"
    inbox.mkdir()
    for point in RECONCILED:
        shutil.copy(files[point], inbox)
        assert crasher.attempt(home, point=point).killed, f"no import gets to '{point}'"
        assert crasher.attempt(home).said in ("completed_with_rejects", ""), point
    assert dump_home(home) == undisturbed(*(files[point] for point in RECONCILED))


# Imports that wait for a person: killed while they are judged, and after somebody decided.

#: The named points at which the suite kills of these; with LEAD_PIPELINE_KILLS of ten or more, all that there are.
WHILE_JUDGED = tuple(WAITING_POINTS) if KILLS >= 10 else ("recorded as waiting", "question put")
AFTER_APPROVAL = (
    ("answer recorded", *POINTS_AFTER_STAGING) if KILLS >= 10
    else ("answer recorded", "before the commit", "after the commit", "receipt written")
)  # fmt: skip
AFTER_CANCELLATION = tuple(DECIDED_POINTS) if KILLS >= 10 else ("cancellation recorded", "put into quarantine")

ASKED = {"extends": "call_schedule", "name": "asked", "approval": "manual"}


def dump_left(home):
    """Return what imports leave but for the numbers of imports: each that waits takes one, and gives none back."""
    left = dump_home(home)
    left["store"] = {sql: sorted(map(repr, query(home, sql))) for sql in LEFT}
    return left


@pytest.fixture
def asking_home(fresh_home):
    """Copies of the home, with a profile whose imports a person approves, and a folder for it in the inbox."""

    def copy():
        home = fresh_home()
        (home / "profiles" / "asked.yaml").write_text(json.dumps(ASKED))
        (home / "inbox" / "asked").mkdir()
        return home

    return copy


@pytest.fixture
def decided(asking_home):
    """What a file in the inbox leaves when it waits, somebody decides, and nothing happens."""

    def dump(file, answer):
        home = asking_home()
        shutil.copy(file, home / "inbox" / "asked")
        with importing(home) as imports:
            drive(imports)
            waiting = dump_left(home)
            (import_id,) = waiting_imports(imports.home)
            decide(imports.home, import_id, answer, datetime.now(UTC) + timedelta(hours=1))
            drive(imports)
        return waiting, dump_left(home)

    return dump


def drive(imports):
    """Do what the daemon does about everything that is left to do."""
    later = datetime.now(UTC) + timedelta(hours=1)
    stage_drops(imports.home, not_staged(imports.home, list_drops(imports.home)), lambda: later)
    for manifest in imports_to_run(imports.home, (), later):
        imports.launcher.import_staged(manifest, lambda *_: None)


def test_killed_while_it_is_judged_and_after_its_approval_an_import_is_written_once(
    asking_home, crasher, place, decided
):
    file = lead_file(place, 92)
    waiting, imported = decided(file, "approved")
    home = asking_home()
    shutil.copy(file, home / "inbox" / "asked")
    for point in WHILE_JUDGED:
        assert crasher.attempt(home, point=point).killed, f"no import gets to '{point}'"
    assert crasher.attempt(home).said == ""  # the question was put before the last kill: nobody asks for it again
    assert dump_left(home) == waiting
    for points in batched(AFTER_APPROVAL[1:], MAX_ATTEMPTS - 1):
        tried = home.with_name(f"{home.name}-{points[0].replace(' ', '-')}")
        shutil.copytree(home, tried)
        assert crasher.attempt(tried, point="answer recorded", answer="approved").killed
        for point in points:
            assert crasher.attempt(tried, point=point).killed, f"no approved import gets to '{point}'"
        crasher.attempt(tried)
        assert dump_left(tried) == imported


def batched(items, size):
    return [items[start : start + size] for start in range(0, len(items), size)]


def test_killed_while_it_is_cancelled_an_import_leaves_no_lead_and_its_file_in_quarantine(
    asking_home, crasher, place, decided
):
    file = lead_file(place, 93)
    _, cancelled = decided(file, "cancelled")
    home = asking_home()
    shutil.copy(file, home / "inbox" / "asked")
    crasher.attempt(home)
    for place_, point in enumerate(AFTER_CANCELLATION):
        how = {} if place_ else {"answer": "cancelled"}
        assert crasher.attempt(home, point=point, **how).killed, f"no cancelled import gets to '{point}'"
    assert crasher.attempt(home).said == "cancelled"
    assert dump_left(home) == cancelled


PEOPLE = ("email", "first_name", "plan", "_alias_phone")
BEFORE = [("ann@example.com", "Ann", "basic", ""), ("bob@example.com", "Bob", "basic", "")]
AFTER = [
    ("ann@example.com", "Anna", "pro", "2125550188"),
    ("bob@example.com", "", "basic", ""),
    ("cy@example.com", "Cy", "", ""),
    ("no address", "Dee", "", ""),
]
UPDATED = tuple(POINTS)[:-1] if KILLS >= 10 else ("before the commit", "after the commit", "receipt written")


def test_killed_while_it_updates_leads_an_import_changes_each_once(fresh_home, crasher, place):
    first, second = write_csv(place / "before.csv", PEOPLE, BEFORE), write_csv(place / "after.csv", PEOPLE, AFTER)
    home, undisturbed = fresh_home(), fresh_home()
    for one in (home, undisturbed):
        with staging(one) as imports:
            imports.file(first, load_profile("identity_upsert", folder=None))
    with staging(undisturbed) as imports:
        done = imports.file(second, load_profile("identity_upsert", folder=None))
    assert (done.counts.created, done.counts.updated, done.counts.unchanged, done.counts.rejected) == (1, 1, 1, 1)
    for point in UPDATED:
        killed = crasher.attempt(home, second, point=point, profile="identity_upsert")
        assert killed.killed, f"no import gets to '{point}'"
    assert crasher.attempt(home, second, profile="identity_upsert").said == "completed_with_rejects"
    assert dump_home(home) == dump_home(undisturbed)


def test_killed_while_it_manages_leads_an_import_changes_each_once(fresh_home, crasher, place):
    on_match = {"schedule": "stop", "copy_to": "schedule:autumn"}
    text = json.dumps({"name": "again", "extends": "call_schedule", "lead_management": {"on_match": on_match}})
    first = write_csv(place / "first.csv", ("caller_id",), [("2125550101",), ("2125550102",)])
    second = write_csv(place / "second.csv", ("caller_id",), [("2125550102",), ("2125550103",)])
    home, undisturbed = fresh_home(), fresh_home()
    for one in (home, undisturbed):
        (one / "profiles").mkdir(exist_ok=True)
        (one / "profiles" / "again.yaml").write_text(text, encoding="utf-8")
        with staging(one) as imports:
            imports.file(first, load_profile("call_schedule", folder=None))
    with staging(undisturbed) as imports:
        done = imports.file(second, load_profile("again", folder=undisturbed / "profiles"))
    assert [one.change for one in done.lead_changes] == ["stopped", "copied"]
    for point in ("leads managed", "after the commit", "receipt written"):
        assert crasher.attempt(home, second, point=point, profile="again").killed, f"no import gets to '{point}'"
    assert crasher.attempt(home, second, profile="again").said == "completed"
    assert dump_home(home) == dump_home(undisturbed)


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_a_random_time_once_or_more_and_run_again(seed, fresh_home, crasher, undisturbed, place):
    chance = random.Random(seed)
    file = lead_file(place, 91)
    expected = undisturbed(file)
    home = fresh_home()
    for _ in range(1 + seed % 3):
        crasher.attempt(home, file, seconds=chance.uniform(0.02, 1.1))
    assert crasher.attempt(home, file).said == "completed_with_rejects"
    assert dump_home(home) == expected
