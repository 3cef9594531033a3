"""The page of the dialer's interface: its small dialer, run against a real home, and the columns of its views."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from lead_pipeline_tests.importing.test_suppression_list import load
from lead_pipeline_tests.support import call_schedule, query, quick_folder, staging

PAGE = (Path(__file__).parents[1] / "docs" / "dialer.md").read_text(encoding="utf-8")
(CODE,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
ANA, BO, CY, DEE = (f"+1212555010{number}" for number in range(1, 5))
MAIN = "kind: schedule\nname: main\nactions:\n  - {do: call}\n  - {do: call, after: 1 day}\n"


@pytest.fixture
def home():
    """A home with three leads in schedule:main, one of them also in an offer, at a time when people may be called."""
    with quick_folder() as folder:
        (folder / "data" / "destinations").mkdir(parents=True)
        (folder / "data" / "destinations" / "main.yaml").write_text(MAIN)
        with staging(folder / "data") as stages:
            (folder / "leads.csv").write_text(f"caller_id,lead_priority\n{ANA},3\n{BO},1\n{CY},2\n{DEE},1\n")
            stages.file(folder / "leads.csv", call_schedule())
            load(stages, f"phone\n{DEE}\n", kind="opted_out")
            # The next noon in New York: less than a day ahead, so that who was called now waits for the next action.
            noon = f"{datetime.now(UTC) + timedelta(hours=24 - 17):%Y-%m-%d} 17:00+00"
            stages.store.workspace.run(f"create or replace macro base.asked_at() as '{noon}'::timestamptz")
        yield folder / "data"


def dialer_of(home, answers):
    """Return the dialer of the page, and the numbers that it dials; `answers` are what becomes of a call."""
    page, dialed = {}, []
    exec(compile(CODE, "docs/dialer.md", "exec"), page)

    def call(phone):
        dialed.append(phone)
        return answers.get(phone, ("No Answer", False, False))

    return SimpleNamespace(dialer=page["Dialer"](home, call), dialed=dialed)


def load_drops(home):
    """Load what lies in the inbox, as the daemon does."""
    folder = home / "inbox" / "call_activity"
    with staging(home) as stages:
        for file in sorted(folder.glob("*.csv")):
            stages.call(file)
            file.unlink()


def test_the_dialer_of_the_page_calls_everybody_once_and_what_it_reports_comes_back(home):
    made = dialer_of(home, {BO: ("Sold", True, True)})
    assert made.dialer.poll(at_once=2) == 2
    assert made.dialed == [BO, CY]  # by priority; who opted out is never called
    assert made.dialer.poll(at_once=2) == 1  # nothing is loaded yet, and nobody is called twice
    assert made.dialed == [BO, CY, ANA]
    assert made.dialer.poll() == 0
    load_drops(home)
    assert query(home, "select phone, status, attempts, reason from enrollments order by phone") == [
        (ANA, "waiting", 1, None), (BO, "completed", 1, "converted"),
        (CY, "waiting", 1, None), (DEE, "suppressed", 0, "opted_out"),
    ]  # fmt: skip
    assert made.dialer.poll() == 0


def test_a_number_that_is_there_twice_is_called_once(home):
    with staging(home) as stages:
        (home.parent / "more.csv").write_text(f"caller_id\n{ANA}\n")
        stages.file(home.parent / "more.csv", call_schedule(destination={"kind": "schedule", "name": "other"}))
    made = dialer_of(home, {})
    made.dialer.poll()
    made.dialer.poll()
    assert sorted(made.dialed) == [ANA, BO, CY]


def test_nobody_is_called_outside_of_the_hours(home):
    with staging(home) as stages:
        night = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d} 09:00+00"
        stages.store.workspace.run(f"create or replace macro base.asked_at() as '{night}'::timestamptz")
    made = dialer_of(home, {})
    assert (made.dialer.poll(), made.dialed) == (0, [])
    assert query(home, "select distinct verdict, next_at is not null from calling_times") == [("outside_window", True)]


def columns_of(home, view):
    with duckdb.connect(str(home / "leads.duckdb"), read_only=True) as con:
        return {name for name, *_ in con.execute(f"describe {view}").fetchall()}


def columns_on_the_page(view):
    """Return what the first cells of the table of a view name; what is there besides, of calling_times."""
    ((text),) = re.findall(rf"^\| Column of `{view}`[^|]*\|[^\n]*\n\|---\|---\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return {name for row in text.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_the_page_has_every_column_of_the_views(home):
    for view in ("callable_leads", "enrollments", "enrollment_events"):
        assert columns_on_the_page(view) == columns_of(home, view), view
    both = columns_on_the_page("callable_leads") | columns_on_the_page("calling_times")
    assert both == columns_of(home, "calling_times")
    assert columns_of(home, "lead_commands") <= set(re.findall(r"`(\w+)`", PAGE))
