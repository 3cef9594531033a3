"""Two imports, a list and a drop of calls at once, each by a process of its own, leave the store of one of the orders
in which they could have come one after another; and in none of these is anybody reached who is on the list.
"""

import shutil
import subprocess
import sys
from itertools import permutations

import pytest

from lead_pipeline.filing.home import Home
from lead_pipeline.profiles.loader import load_profile
from lead_pipeline_tests.support import dump_store, importing, query, quick_folder, staging

ANA, BO, CY, DEE, EVE = (f"+1212555010{n}" for n in range(1, 6))

#: What a file is imported by: both ask for calls anywhere, one changes leads that are there, of any destination.
PROFILES = {
    "first": "name: first\nextends: call_schedule\n"
    "scrub: {scope: company, rules: {dialed: true, existing_lead: false}}\n"
    "fields: {phone: {column: phone}, email: {type: email}}\n",
    "second": "name: second\nextends: call_schedule\ndestination: {kind: schedule, name: solar}\nwrite_mode: upsert\n"
    "scrub: {scope: company, rules: {dialed: true}}\nfields: {phone: {column: phone}, email: {type: email}}\n",
}
FILES = {
    "first": f"phone,email\n{ANA},ana@example.com\n{BO},bo@example.com\n{CY},\n{DEE},\n",
    "second": f"phone,email\n{ANA},new@example.com\n{BO},BO@example.com\n{CY},cy@example.com\n{DEE},\n"
    f"{EVE},eve@example.com\n",
    "list": f"phone\n{ANA}\nbo@example.com\n",
    "calls": f"phone,disposition\n{CY},busy\n{EVE},no answer\n",
}


@pytest.fixture(scope="module")
def place():
    with quick_folder() as folder:
        for name, text in FILES.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        with importing(folder / "template"):
            pass
        profiles = Home(folder / "template").profiles
        for name, text in PROFILES.items():
            (profiles / f"{name}.yaml").write_text(text, encoding="utf-8")
        with staging(folder / "template"):
            pass
        yield folder


def home_of(place, name):
    shutil.copytree(place / "template", place / name)
    return place / name


def one_after_another(place, order):
    home = home_of(place, "-".join(order))
    with staging(home) as stages:
        for name in order:
            path = place / f"{name}.csv"
            if name == "list":
                stages.suppress(path, "opted_out")
            elif name == "calls":
                stages.call(path)
            else:
                stages.file(path, load_profile(name, folder=stages.home.profiles))
    return home


def command(place, home, name):
    path = str(place / f"{name}.csv")
    said = {
        "list": ["suppress", path, "--kind", "opted_out"],
        "calls": ["activity", path, "--region", "US", "--timezone", "UTC"],
    }.get(name, ["import", path, "--profile", name])
    return [sys.executable, "-W", "ignore", "-m", "lead_pipeline", *said, "--home", str(home)]


def reached(home):
    return {phone for (phone,) in query(home, "select phone from reachable_leads")}


@pytest.fixture(scope="module")
def orders(place):
    """The store of each order."""
    return {order: dump_store(one_after_another(place, order)) for order in permutations(FILES)}


def test_nobody_on_the_list_is_reached_in_any_order(place, orders):
    for order in orders:
        assert reached(place / "-".join(order)) <= {CY, DEE, EVE}, order
    # The order matters, else nothing is tested: whoever was called before is left out.
    assert reached(place / "list-calls-first-second") == {DEE}
    assert reached(place / "first-second-list-calls") == {CY, DEE, EVE}


@pytest.mark.parametrize("trial", range(3))
def test_all_at_once_leave_what_one_of_the_orders_leaves(place, orders, trial):
    home = home_of(place, f"at-once-{trial}")
    names = [*FILES][trial:] + [*FILES][:trial]
    started = [
        subprocess.Popen(command(place, home, name), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for name in names
    ]
    said = {name: process.communicate(timeout=300)[0] for name, process in zip(names, started, strict=True)}
    assert [process.returncode for process in started] == [0] * len(names), said
    assert dump_store(home) in orders.values()
    assert reached(home) <= {CY, DEE, EVE}
