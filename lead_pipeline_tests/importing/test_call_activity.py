"""A drop of call activity says whom calls were to and how they ended, under any headers; one that cannot be trusted is
refused whole.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lead_pipeline.filing.staging import stage_activity
from lead_pipeline.importing.activity.activity_drops import load_staged
from lead_pipeline.importing.activity.activity_results import activity_metadata, activity_result_of
from lead_pipeline.importing.activity.loading_calls import load_activity
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.model.errors import FileRefusedError, ListRefusedError, UsageError
from lead_pipeline.model.scrub.activity_settings import ActivitySettings
from lead_pipeline_tests.support import call_schedule, quick_folder, staging, write_csv

ANA, BO = "+12125550101", "+12125550102"


@pytest.fixture
def stages():
    with quick_folder() as folder, staging(folder / "data") as stages:
        yield stages


def load(stages, text, region="US", timezone="UTC", destination=None, **more):
    path = stages.home.root.parent / "calls.csv"
    path.write_text(text, encoding="utf-8")
    said = {"region": region, "timezone": timezone, "destination": destination, **more}
    manifest = stage_activity(stages.home, path, ActivitySettings.model_validate(said), now=utc_now())
    return load_activity(stages.store, manifest, stages.home, utc_now())


def calls(stages, columns):
    return stages.rows(f"select {columns} from call_activity order by drop_id, row_number, phone")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("phone\n2125550101\n2125550102\n", [ANA, BO]),
        ("Dialed Number,Agent\n(212) 555-0101,Cy\n+1 212 555 0102,Cy\n", [ANA, BO]),
        ("Caller ID,To\n2125550199,2125550101\n2125550199,2125550102\n", [ANA, BO]),
        ("2125550101\n2125550102\n", [ANA, BO]),
        ("2125550101\n", [ANA]),
        ("who,what\n2125550101,x\n2125550102,y\n", [ANA, BO]),
        ("phone\n2.125550101E+09\n2125550102.0\n", [ANA, BO]),
        ("phone,Mobile\n2125550101,2125550102\n", [ANA, BO]),
        ("phone\n2125550101 / 2125550102\n", [ANA, BO]),
    ],
)
def test_whom_the_calls_were_to_is_found(stages, text, people):
    load(stages, text)
    assert [phone for (phone,) in calls(stages, "phone")] == people


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("", "", (True, False, False, None)),
        ("dialed", "no", (False, False, False, None)),
        ("Dialed,Answered", "yes,no", (True, False, False, None)),
        ("Connected", "Y", (True, True, False, None)),
        ("connected", "0", (True, False, False, None)),
        ("Sold", "true", (True, True, True, None)),
        ("Sold,Connected", "1,0", (True, False, True, None)),
        ("Call Attempts", "3", (True, False, False, 3)),
        ("Attempts", "0", (False, False, False, 0)),
        ("dials,Dialed", "2,no", (True, False, False, 2)),
        ("Connected", "4", (True, True, False, None)),
    ],
)
def test_what_a_call_came_to_is_read_and_what_follows_from_it(stages, header, cells, expected):
    load(stages, f"phone,{header}\n{ANA},{cells}\n" if header else f"phone\n{ANA}\n")
    assert calls(stages, "dialed, connected, converted, attempts") == [expected]


@pytest.mark.parametrize(
    ("time", "region", "timezone", "expected"),
    [
        ("2026-11-03T14:05:00Z", "US", "UTC", datetime(2026, 11, 3, 14, 5, tzinfo=UTC)),
        ("2026-11-03 14:05:00", "US", "America/New_York", datetime(2026, 11, 3, 19, 5, tzinfo=UTC)),
        ("11/03/2026 2:05 PM", "US", "UTC", datetime(2026, 11, 3, 14, 5, tzinfo=UTC)),
        ("03/11/2026 14:05", "GB", "UTC", datetime(2026, 11, 3, 14, 5, tzinfo=UTC)),
        ("03.11.2026", "DE", "UTC", datetime(2026, 11, 3, tzinfo=UTC)),
    ],
)
def test_when_a_call_was_is_read_as_its_country_writes_it(stages, time, region, timezone, expected):
    load(stages, f"phone;Call Time\n{ANA};{time}\n", region=region, timezone=timezone)
    assert calls(stages, "happened_at") == [(expected,)]


def test_buyer_disposition_and_destination_are_kept_as_written(stages):
    load(stages, f"Campaign;Buyer Name;Call Result;phone\nAutumn ;Sunny  Ltd;No-Answer;{ANA}\n;;;{BO}\n")
    assert calls(stages, "destination, buyer, disposition") == [("Autumn", "Sunny Ltd", "No-Answer"), (None,) * 3]


def test_calls_without_a_destination_are_of_the_one_that_is_given(stages):
    load(stages, f"campaign,phone\nAutumn,{ANA}\n,{BO}\n", destination="schedule:solar")
    assert calls(stages, "destination") == [("Autumn",), ("schedule:solar",)]


def test_a_lead_stands_for_its_phone_and_destination(stages):
    file = write_csv(stages.home.root.parent / "leads.csv", ["caller_id"], [[ANA]])
    stages.file(file, call_schedule())
    load(stages, "Lead ID,Disposition\n1,Busy\n")
    assert calls(stages, "lead_id, phone, destination") == [(1, ANA, str(call_schedule().destination))]


def test_rows_that_cannot_be_used_are_in_a_file_with_reasons_and_the_others_are_loaded(stages):
    text = f"phone,lead_id,attempts,time\n{ANA},,1,2026-01-02\n12,,1,\n,,1,\n,77,,\n{BO},,x,\n{BO},,,soon\n"
    good = "".join(f"+1212555{number:04},,,2026-01-01\n" for number in range(200, 700))
    loaded = load(stages, text + good)
    assert (loaded.counts.read, loaded.counts.added, loaded.counts.rejected) == (506, 501, 5)
    assert loaded.lines_rejected == [3, 4, 5, 6, 7]
    assert loaded.rejected_file is not None
    rejected = (stages.home.root / loaded.rejected_file).read_text(encoding="utf-8-sig").splitlines()[1:]
    codes = ["phone_too_short", "identifier_missing", "match_missing", "number_invalid", "date_invalid"]
    assert [next(code for code in codes if code in line) for line in rejected] == codes


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("phone,disposition\n", "empty"),
        ("name,disposition\nAna,Busy\n", "says whom the calls were to"),
        ("Caller ID,disposition\n2125550199,Busy\n2125550199,Sold\n", "says whom the calls were to"),
        (f"phone,time\n{ANA},soon\n{BO},later\n", "2 of 2 rows"),
        ("lead_id,time\n" + "7,2026-01-01\n" * 9, "9 of 9 rows"),
        ("phone\n" + "12\n" * 4 + f"{ANA}\n" * 100, "4 of 104 rows"),
    ],
)
def test_what_cannot_be_trusted_is_refused_whole(stages, text, complaint):
    with pytest.raises((ListRefusedError, FileRefusedError), match=complaint) as refused:
        load(stages, text)
    assert "555" not in str(refused.value)
    assert stages.rows("select count(*) from call_activity") == [(0,)]
    assert stages.rows("select count(*) from activity_drops") == [(0,)]


def test_the_same_content_is_loaded_once(stages):
    first, again = load(stages, f"phone\n{ANA}\n"), load(stages, f"phone\n{ANA}\n")
    assert (first.counts.added, again.counts.loaded_before) == (1, True)
    assert len(calls(stages, "phone")) == 1


def test_a_file_without_times_says_so(stages):
    assert any("when the calls were" in notice for notice in load(stages, f"phone\n{ANA}\n").notices)
    assert load(stages, f"phone,time\n{ANA},2026-01-01\n").notices == ()


def test_an_unknown_time_zone_is_named(stages):
    with pytest.raises(UsageError, match="Mars"):
        load(stages, f"phone,time\n{ANA},2026-01-01\n", timezone="Mars/Base")


NOTHING_SAID = {"region": None, "timezone": None}


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("phone,time\n2125550101,2026-01-02T10:00Z\n", ["--region", "Country of the number is not known"]),
        (f"phone,time\n{ANA},2026-01-02 10:00\n", ["--timezone", "Time does not say its time zone"]),
        (f"phone,time\n{ANA},03/04/2026 10:00 UTC\n", ["--dates", "two different days"]),
        (f"phone,time\n{ANA},03/04/2026 10:00 UTC\n{BO},13/04/2026 10:00 UTC\n{BO},04/13/2026 10:00 UTC\n",
         ["1 of 3 rows"]),
    ],
)  # fmt: skip
def test_a_file_of_which_nobody_says_what_it_means_is_not_guessed_at(stages, text, asks):
    if asks == ["1 of 3 rows"]:  # one row is not enough to refuse the others
        assert load(stages, text, **NOTHING_SAID).reasons == {"date_ambiguous": 1}
        return
    with pytest.raises(ListRefusedError) as refused:
        load(stages, text, **NOTHING_SAID)
    assert all(one in str(refused.value) for one in asks if one.startswith("--"))
    assert stages.rows("select count(*) from call_activity") == [(0,)]


def test_a_file_that_shows_the_order_of_its_days_is_read_by_it_and_says_so(stages):
    text = "phone,time\n" + f"{ANA},03/04/2026 10:00 UTC\n{BO},13/04/2026 10:00 UTC\n"
    loaded = load(stages, text, **NOTHING_SAID)
    assert [day for (day,) in calls(stages, "happened_at")] == [
        datetime(2026, 4, 3, 10, tzinfo=UTC), datetime(2026, 4, 13, 10, tzinfo=UTC)
    ]  # fmt: skip
    assert any("days first" in notice for notice in loaded.notices)


def test_one_day_in_a_hundred_that_shows_an_order_may_be_a_slip(stages):
    text = "phone,time\n" + f"{ANA},03/04/2026 10:00 UTC\n" * 100 + f"{BO},13/04/2026 10:00 UTC\n"
    with pytest.raises(ListRefusedError, match="100 of 101 rows"):
        load(stages, text, **NOTHING_SAID)


def test_what_the_folder_says_of_a_drop_holds_for_its_rows(stages):
    said = {"destination": "schedule:solar", "buyer": "Sunny Ltd", "dates": "day_first", "timezone": "Europe/Paris"}
    text = f"phone;Wann;buyer\n{ANA};03/04/2026 12:00;\n{BO};03/04/2026 12:00;Windy\n"
    load(stages, text, region=None, columns={"happened_at": "wann"}, **said)
    at = datetime(2026, 4, 3, 10, tzinfo=UTC)
    assert calls(stages, "destination, buyer, happened_at") == [
        ("schedule:solar", "Sunny Ltd", at), ("schedule:solar", "Windy", at)
    ]  # fmt: skip


def test_a_call_that_came_to_us_was_not_dialed_and_is_of_whoever_called(stages):
    load(stages, f"Direction,From,To\noutbound,+12125550199,{ANA}\nInbound,{BO},+12125550199\n")
    assert calls(stages, "phone, dialed") == [(ANA, True), (BO, False)]


def test_batches_of_any_size_load_the_same(stages, monkeypatch):
    rows = [
        f"+1212555{number:04},{'x' if number % 150 == 7 else number % 3},2026-01-0{number % 9 + 1}"
        for number in range(600)
    ]
    text = "phone,attempts,time\n" + "\n".join(rows) + "\n,,\n"
    whole = load(stages, text)
    expected = (calls(stages, "phone, attempts, happened_at"), whole.counts.rejected, whole.lines_rejected)
    rejected = (stages.home.root / whole.rejected_file).read_bytes()
    monkeypatch.setattr("lead_pipeline.reading.row_reader.RowReader.batches.__defaults__", (7,))
    with quick_folder() as folder, staging(folder / "data") as others:
        again = load(others, text)
        assert (calls(others, "phone, attempts, happened_at"), again.counts.rejected, again.lines_rejected) == expected
        assert (others.home.root / again.rejected_file).read_bytes() == rejected
        assert not list((others.home.staging / "parts").iterdir())
    assert expected[1] == 4


def test_every_row_has_an_outcome(stages):
    stages.file(write_csv(stages.home.root.parent / "leads.csv", ["caller_id"], [[ANA]]), call_schedule())
    row = f"{ANA},,2026-01-02\n"
    load(stages, "phone,lead_id,time\n" + row + row + f"{BO},,\n,9,2026-01-02\n\n" + f"{BO},,\n" * 300)
    found = stages.rows("select outcome, count(*), any_value(reason_codes) from activity_rows group by 1 order by 1")
    assert found == [
        ("added", 302, []), ("known", 1, []), ("rejected", 1, ["match_missing"]), ("skipped", 1, ["row_blank"])
    ]  # fmt: skip


def test_lead_ids_of_another_system_do_not_give_people_the_calls_of_others(stages):
    people = [[f"+1212555{number:04}"] for number in range(100, 110)]
    stages.file(write_csv(stages.home.root.parent / "leads.csv", ["caller_id"], people), call_schedule())
    theirs = "".join(f"{lead},+1312555{lead:04}\n" for lead in range(1, 9))
    loaded = load(stages, f"lead_id,phone\n{theirs}")
    assert {lead for (lead,) in calls(stages, "lead_id")} == {None}
    assert any("not ours" in notice for notice in loaded.notices)
    ours = "".join(f"{lead},{people[lead - 1][0]}\n" for lead in range(1, 9))
    load(stages, f"Lead ID,phone\n{ours}")
    assert stages.rows("select count(lead_id) from call_activity") == [(8,)]


def test_a_lead_that_is_not_there_does_not_cost_the_call_its_phone(stages):
    load(stages, f"lead_id,phone\n77,{ANA}\n")
    assert calls(stages, "lead_id, phone") == [(None, ANA)]


SAMPLE = Path(__file__).parents[2] / "data" / "samples" / "call-activity.csv"


def test_the_sample_with_every_kind_of_mess_is_loaded(stages):
    loaded = load(stages, SAMPLE.read_text(encoding="utf-8"), timezone="America/New_York")
    new_york = [
        (f"+1617555{number}", datetime(2026, 3, 2, 14, minute, second, tzinfo=UTC))
        for number, minute, second in (
            ("0101", 5, 0), ("0102", 7, 0), ("0103", 11, 0), ("0104", 20, 0), ("0105", 31, 15), ("0106", 40, 0),
            ("0107", 41, 0), ("0108", 45, 0), ("0109", 45, 0), ("0110", 50, 0), ("0111", 52, 0),
        )
    ]  # fmt: skip
    others = [("+16175550113", None), ("+442079460018", datetime(2026, 3, 2, 15, 5, tzinfo=UTC))]
    assert stages.rows("select phone, happened_at from call_activity order by phone") == [*new_york, *others]
    assert loaded.reasons == {"boolean_invalid": 1, "date_invalid": 1, "phone_too_short": 1}
    assert loaded.counts.known == 1
    sold = stages.rows("select phone, buyer, attempts from call_activity where converted order by phone")
    assert sold == [("+16175550104", "Sunny Ltd", 1), ("+16175550110", "Windy, Inc.", 3)]
    assert stages.rows("select phone from call_activity where not dialed") == [("+16175550107",)]


def test_the_report_says_how_the_drop_was_read_and_has_no_value_of_a_row(stages):
    path = stages.home.root.parent / "calls.csv"
    path.write_bytes(SAMPLE.read_bytes())
    said = ActivitySettings(region="US", timezone="America/New_York", buyer="Nobody")
    manifest = stage_activity(stages.home, path, said, now=utc_now())
    result = load_staged(stages.store, manifest, stages.home, utc_now())
    text = (stages.home.root / result.report_file).read_text(encoding="utf-8")
    for told in ("| calls added | 13 |", "| of these connected | 7 |", "America/New_York", "`Call Date`",
                 "boolean_invalid", "Calls of 2026-03-02 14:05 to 2026-03-02 15:05 UTC."):  # fmt: skip
        assert told in text
    for value in ("0101", "Sunny", "Busy", "wrong"):
        assert value not in text
    assert activity_result_of(manifest, activity_metadata(result)) == result


def test_nobody_is_asked_for_the_header_of_a_plain_list_of_calls(stages):
    notices = load(stages, "2125550101\n2125550177\n2125550113\n2125550154\n").notices
    assert not [one for one in notices if "header" in one]
