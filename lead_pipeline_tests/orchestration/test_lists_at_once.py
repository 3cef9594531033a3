"""A suppression list is loaded exactly once, wherever its load is killed, and whatever is loaded or imported at the
same moment: what is left is what one after the other leaves.
"""

from itertools import permutations

import pytest

from lead_pipeline_tests.orchestration.crashing import LIST_POINTS
from lead_pipeline_tests.support import (
    call_schedule,
    dump_home,
    dump_store,
    importing,
    query,
    staging,
    write_csv,
)

HEADER = ("caller_id", "state")
PEOPLE = [(f"21255501{n:02d}", "NY") for n in range(10)]
LISTED = "phone\n" + "".join(f"21255501{n:02d}\n" for n in range(3, 15)) + "oops\n"


@pytest.fixture(scope="module")
def fresh_home(place, copied):
    """Copies of a home where ten people are leads, and one of them was on the list before."""
    template = place / "template"
    with staging(template) as imports:
        imports.file(write_csv(place / "known.csv", HEADER, PEOPLE), call_schedule())
    with importing(template):
        pass

    return lambda: copied(template)


def drop(home, text=LISTED, name="stop.csv"):
    folder = home / "inbox" / "suppressions" / "blocked"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def left(home):
    waiting = [path.name for path in (home / "staging" / "lists" / "waiting").iterdir() if path.name[0] != "."]
    return dump_home(home) | {"waiting lists": waiting}


def test_the_undisturbed_load_is_right(crashers, fresh_home):
    """The comparisons below would be content with two equal mistakes."""
    home = fresh_home()
    drop(home)
    assert crashers[0].attempt(home).said == "loaded"
    assert query(home, "select rows_read, rows_added, rows_rejected from suppression_lists") == [(13, 12, 1)]
    assert query(home, "select status, count(*) from enrollments group by 1 order by 1") == [
        ("due", 3),
        ("suppressed", 7),
    ]
    dump = left(home)
    assert dump["inbox"] == dump["waiting lists"] == dump["quarantine"] == []
    assert len(dump["archive"]) == 2


@pytest.mark.parametrize("point", LIST_POINTS)
def test_killed_at_each_point_and_run_again_a_list_is_loaded_once(crashers, fresh_home, point, loaded):
    home = fresh_home()
    drop(home)
    assert crashers[0].attempt(home, point=point).killed, f"no list gets to '{point}'"
    assert crashers[0].attempt(home).said in ("loaded", "")  # nothing is left to do after the last
    assert crashers[0].attempt(home).said == ""
    assert left(home) == loaded


@pytest.fixture(scope="module")
def loaded(crashers, fresh_home):
    home = fresh_home()
    drop(home)
    crashers[0].attempt(home)
    return left(home)


def lists_of(place):
    first = place / "first.csv"
    second = place / "second.csv"
    first.write_text(LISTED)
    second.write_text("phone\n" + "".join(f"21255501{n:02d}\n" for n in range(8)))
    return first, second


@pytest.mark.parametrize("mode", ["add", "replace", "remove"])
def test_two_versions_of_a_list_at_once_are_loaded_one_after_the_other(place, crashers, fresh_home, mode):
    first, second = lists_of(place)
    home = fresh_home()
    modes = {first: "add", second: mode}
    for crasher, (file, how) in zip(crashers, modes.items(), strict=True):
        crasher.start(home, file, list_of="blocked", mode=how)
    assert [crasher.ended().said for crasher in crashers] == ["loaded", "loaded"]
    serial = []
    for order in permutations(modes.items()):
        one = fresh_home()
        for file, how in order:
            crashers[0].attempt(one, file, list_of="blocked", mode=how)
        serial.append(dump_store(one))
    assert dump_store(home) in serial


def test_the_same_list_twice_at_once_is_loaded_once(place, crashers, fresh_home):
    first, _ = lists_of(place)
    home, alone = fresh_home(), fresh_home()
    for crasher in crashers:
        crasher.start(home, first, list_of="blocked")
    assert [crasher.ended().said for crasher in crashers] == ["loaded", "loaded"]
    crashers[0].attempt(alone, first, list_of="blocked")
    assert dump_store(home) == dump_store(alone)


def test_a_list_and_an_import_at_once_leave_what_one_after_the_other_leaves(place, crashers, fresh_home):
    first, _ = lists_of(place)
    file = write_csv(place / "more.csv", HEADER, [(f"21255501{n:02d}", "NY") for n in range(12, 20)])
    home = fresh_home()
    crashers[0].start(home, first, list_of="blocked")
    crashers[1].start(home, file)
    assert [crasher.ended().said for crasher in crashers] == ["loaded", "completed"]
    serial = []
    for order in permutations([{"list_of": "blocked"}, {}]):
        one = fresh_home()
        for how in order:
            crashers[0].attempt(one, first if how else file, **how)
        serial.append(dump_store(one))
    assert dump_store(home) in serial
    assert query(home, "select count(*) from reachable_leads c semi join suppressions s on s.value = c.phone") == [(0,)]
