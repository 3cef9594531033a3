import os

import pytest

from lead_pipeline.filing.inbox import STABLE_SECONDS, Sightings, is_wanted, list_drops


def drop(home, name, content=b"x", folder="call_schedule"):
    path = home.inbox / folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def look(home, seen, now):
    """Return the sightings after `now`, and the names of what is complete."""
    drops = list_drops(home)
    after = seen.after(drops, now)
    return after, [one.path.name for one in drops if after.is_stable(one, now)]


def test_a_file_is_complete_when_two_sightings_two_seconds_apart_see_the_same(home):
    drop(home, "a.csv")
    seen, first = look(home, Sightings(), 100.0)
    seen, early = look(home, seen, 100.0 + STABLE_SECONDS - 0.1)
    seen, late = look(home, seen, 100.0 + STABLE_SECONDS)
    assert (first, early, late) == ([], [], ["a.csv"])


def test_a_file_is_never_taken_at_its_first_look_however_late_that_is(home):
    drop(home, "a.csv")
    assert look(home, Sightings(), 1e9)[1] == []


def test_a_growing_file_is_not_stable_until_it_stops(home):
    path, seen, complete = drop(home, "a.csv"), Sightings(), []
    for now in range(10):
        with path.open("ab") as file:
            file.write(b"more")
        seen, names = look(home, seen, float(now))
        complete += names
    assert complete == []
    seen, _ = look(home, seen, 10.0)
    assert look(home, seen, 12.0)[1] == ["a.csv"]


def test_a_file_rewritten_at_the_same_size_has_to_be_stable_again(home):
    path = drop(home, "a.csv", b"old")
    seen, _ = look(home, Sightings(), 0.0)
    path.write_bytes(b"new")
    os.utime(path, ns=(1, 1))
    seen, names = look(home, seen, 2.0)
    assert names == []
    assert look(home, seen, 4.0)[1] == ["a.csv"]


def test_what_is_remembered_of_a_file_does_not_show_its_name(home):
    """The cursor of the sensor is shown to whoever looks at Dagster, and files are called after people."""
    (home.inbox / "call_schedule" / "Ann Quill.csv").write_text("x")
    remembered = Sightings().after(list_drops(home), 0.0).model_dump_json()
    for shown in ("Quill", b"Quill".hex(), "call_schedule"):
        assert shown not in remembered


def test_files_of_one_time_come_by_their_names(home):
    for name in ("c.csv", "a.csv", "b.csv"):
        path = home.inbox / "call_schedule" / name
        path.write_text("x")
        os.utime(path, ns=(10**18, 10**18))
    assert [drop.path.name for drop in list_drops(home)] == ["a.csv", "b.csv", "c.csv"]


@pytest.mark.parametrize("seconds", [0, 1, 86_400, 4_000_000_000], ids=["1970", "1970", "1970 too", "2096"])
def test_a_time_of_change_in_the_past_or_future_is_as_good_as_any(home, seconds):
    drop(home, "newer.csv")
    old = drop(home, "old.csv")
    os.utime(old, (seconds, seconds))
    seen, _ = look(home, Sightings(), 0.0)
    assert "old.csv" in look(home, seen, 2.0)[1]


def test_an_old_file_moved_in_beside_a_newer_one_taken_before_is_seen(home):
    drop(home, "newer.csv")
    seen, _ = look(home, Sightings(), 0.0)
    seen, _ = look(home, seen, 2.0)
    os.utime(drop(home, "old.csv"), (1, 1))
    seen, _ = look(home, seen, 3.0)
    assert "old.csv" in look(home, seen, 5.0)[1]


def test_a_clock_that_was_set_back_delays_a_file_and_does_not_lose_it(home):
    drop(home, "a.csv")
    seen, _ = look(home, Sightings(), 1000.0)
    seen, names = look(home, seen, 10.0)
    assert names == []
    assert look(home, seen, 12.0)[1] == ["a.csv"]


def test_what_is_gone_is_forgotten(home):
    path = drop(home, "a.csv")
    seen, _ = look(home, Sightings(), 0.0)
    path.unlink()
    seen, _ = look(home, seen, 1.0)
    assert seen.seen == {}
    drop(home, "a.csv")
    seen, names = look(home, seen, 5.0)
    assert names == []


def test_sightings_survive_the_cursor(home):
    drop(home, "a.csv")
    seen, _ = look(home, Sightings(), 0.0)
    assert look(home, Sightings.model_validate_json(seen.model_dump_json()), 2.0)[1] == ["a.csv"]


UNWANTED = [".hidden.csv", "a.csv.tmp", "a.csv.TMP", "a.part", "a.csv.crdownload", "~$list.xlsx", "Thumbs.db"]


@pytest.mark.parametrize("name", UNWANTED)
def test_names_of_files_that_are_not_finished_are_passed_over(home, name):
    drop(home, name)
    assert not is_wanted(name)
    assert list_drops(home) == []


@pytest.mark.parametrize(
    "name", ["a.csv", "partial.csv", "tmp.csv", "a", "-rf", "a.csv.gz", "LEADS.CSV", "part.tmp.csv"]
)
def test_other_names_are_taken(home, name):
    drop(home, name)
    assert [one.path.name for one in list_drops(home)] == [name]


def test_drops_know_their_folder_and_come_oldest_first(home):
    for age, (name, folder) in enumerate([("a.csv", "call_schedule"), ("b.csv", ""), ("c.csv", "other")]):
        os.utime(drop(home, name, folder=folder), (1000 - age, 1000 - age))
    assert [(one.path.name, one.folder) for one in list_drops(home)] == [
        ("c.csv", "other"), ("b.csv", ""), ("a.csv", "call_schedule"),
    ]  # fmt: skip


def test_folders_are_no_drops_and_hidden_ones_are_not_entered(home):
    drop(home, "a.csv", folder=".hidden")
    (home.inbox / "call_schedule" / "deeper").mkdir()
    (home.inbox / "call_schedule" / ".rsync-tmp").mkdir()
    (home.inbox / "call_schedule" / ".rsync-tmp" / "b.csv").touch()
    (home.inbox / "call_schedule" / "deeper" / "upload.part").mkdir()
    (home.inbox / "call_schedule" / "deeper" / "upload.part" / "c.csv").touch()
    assert list_drops(home) == []


def test_files_deeper_in_a_folder_of_a_profile_are_drops_and_know_where_they_lie(home):
    for inner in ("", "acme", "acme/2026", "other"):
        (home.inbox / "call_schedule" / inner).mkdir(parents=True, exist_ok=True)
        drop(home, "a.csv", folder=f"call_schedule/{inner}")
    found = list_drops(home)
    assert {(one.folder, one.inner) for one in found} == {
        ("call_schedule", ""), ("call_schedule", "acme"), ("call_schedule", "acme/2026"), ("call_schedule", "other"),
    }  # fmt: skip
    assert {one.path for one in found} == {home.inbox / one.folder / one.inner / "a.csv" for one in found}
    assert len({one.key for one in found}) == 4


def test_files_of_one_name_in_two_folders_become_stable_each_for_itself(home):
    (home.inbox / "call_schedule" / "acme").mkdir()
    drop(home, "a.csv")
    seen, _ = look(home, Sightings(), 0.0)
    drop(home, "a.csv", content=b"later", folder="call_schedule/acme")
    seen, names = look(home, seen, 2.0)
    assert names == ["a.csv"]
    assert len(look(home, seen, 4.0)[1]) == 2


def test_a_folder_that_may_not_be_read_is_told_and_costs_no_other_its_files(home, monkeypatch):
    (home.inbox / "call_schedule" / "secret").mkdir()
    drop(home, "a.csv")
    drop(home, "b.csv", folder="call_schedule/secret")
    really_scan, said = os.scandir, []

    def refuse(place):
        if os.fspath(place).endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return really_scan(place)

    monkeypatch.setattr(os, "scandir", refuse)  # permission bits do not stop root
    assert [one.path.name for one in list_drops(home, said.append)] == ["a.csv"]
    assert len(said) == 1
    assert "secret" in said[0]
    assert "permission" in said[0]


def test_a_folder_that_is_taken_away_while_the_inbox_is_listed_is_no_trouble(home, monkeypatch):
    (home.inbox / "call_schedule" / "gone").mkdir()
    drop(home, "a.csv")
    really_scan = os.scandir

    def take_away(place):
        if os.fspath(place).endswith("gone"):
            raise FileNotFoundError(2, "No such file or directory")
        return really_scan(place)

    monkeypatch.setattr(os, "scandir", take_away)
    assert [one.path.name for one in list_drops(home)] == ["a.csv"]


def test_a_link_to_a_folder_is_a_drop_and_is_not_followed(home, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.csv").touch()
    (home.inbox / "linked").symlink_to(tmp_path / "elsewhere")
    assert [one.path.name for one in list_drops(home)] == ["linked"]


def test_a_link_to_a_folder_deeper_down_is_not_followed_either(home):
    (home.inbox / "call_schedule" / "loop").symlink_to(home.inbox / "call_schedule")
    assert [one.path.name for one in list_drops(home)] == ["loop"]
