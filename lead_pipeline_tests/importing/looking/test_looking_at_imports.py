"""Lists, days and scorecards say what results and manifests say, and see at once what changed."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.json_files import write_json
from lead_pipeline.filing.staging import stage_import
from lead_pipeline.model.errors import ImportNotFoundError
from lead_pipeline.model.looks.import_looks import ImportFilter
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.model.results import FileFacts, ImportResult, ReasonCount, RowCounts, SequelFacts
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline_tests.importing.looking.test_looking_at_rows import profile
from lead_pipeline_tests.support import quick_folder, staging

NOON = dt.datetime(2026, 11, 20, 12, 0).astimezone()


def put(
    home: Home,
    number: int,
    *,
    rejected: int = 20,
    rows: int = 1000,
    status: ImportStatus = ImportStatus.COMPLETED_WITH_REJECTS,
    profile: str = "solar",
    source: str = "",
    days: float = 0.0,
    **said: object,
) -> str:
    """Leave the result of an import as if it had ended; those with higher numbers ended later."""
    import_id = f"{profile}-{number}@{number:012x}"
    ended = NOON + dt.timedelta(days=days, seconds=number)
    result = ImportResult(
        import_id=import_id,
        status=status,
        profile=profile,
        source=source,
        destination="list:all",
        file=FileFacts(file_name=f"week {number}.csv", file_sha256="0" * 64, file_bytes=1),
        rows_read=rows if status in ("completed", "completed_with_rejects") else None,
        counts=RowCounts(created=rows - rejected, rejected=rejected),
        started_at=ended - dt.timedelta(seconds=9),
        ended_at=ended,
        **said,
    )
    write_json(home.reports / import_id / "result.json", result)
    return import_id


def cards(home: Home):
    return {card.name: card for card in LeadPipeline(home.root).scorecards()}


def listed(home: Home, **chosen: object) -> list[str]:
    return [line.import_id for line in LeadPipeline(home.root).imports(ImportFilter(**chosen)).lines]


def test_a_list_is_newest_first_and_sees_at_once_what_was_written_anew(home):
    first, second = put(home, 1), put(home, 2)
    assert listed(home) == [second, first]
    third = put(home, 3)
    assert listed(home) == [third, second, first]
    put(home, 2, rejected=1)
    lines = LeadPipeline(home.root).imports().lines
    assert [line.counts.rejected for line in lines] == [20, 1, 20]
    for path in (home.reports / first).iterdir():
        path.unlink()
    assert listed(home) == [third, second]


def test_a_home_in_which_nothing_happened_yet_has_empty_lists_and_is_not_made(tmp_path):
    leads = LeadPipeline(tmp_path / "none")
    assert (leads.imports().lines, leads.scorecards()) == ((), ())
    assert {day.files for day in leads.days()} == {0}
    assert not (tmp_path / "none").exists()


def test_a_damaged_result_is_passed_over(home):
    kept, damaged = put(home, 1), put(home, 2)
    (home.reports / damaged / "result.json").write_text("{")
    assert listed(home) == [kept]


def test_filters_find_status_profile_folder_and_day(home):
    good, refused = put(home, 1), put(home, 2, status=ImportStatus.QUARANTINED)
    waits = put(home, 3, status=ImportStatus.AWAITING_APPROVAL, profile="roof")
    inner = put(home, 4, source="acme")
    earlier = put(home, 5, days=-1)
    assert listed(home, group="imported") == [inner, good, earlier]
    assert listed(home, group="refused") == [refused]
    assert listed(home, group="waiting") == [waits]
    assert listed(home, profile="roof") == [waits]
    assert listed(home, source="acme") == [inner]
    assert listed(home, day=NOON.date(), group="imported") == [inner, good]
    page = LeadPipeline(home.root).imports(ImportFilter(group="imported"), offset=1, limit=1)
    assert ([line.import_id for line in page.lines], page.total, page.profiles) == ([good], 3, ("roof", "solar"))


def test_days_count_files_and_the_rows_of_those_that_were_imported(home):
    put(home, 1, rejected=10)
    put(home, 2, rejected=30)
    put(home, 3, status=ImportStatus.FAILED, rejected=500)
    put(home, 4, days=-2)
    today, yesterday, before = LeadPipeline(home.root).days(until=NOON.date(), days=3)
    assert (today.files, today.imported, today.refused, today.rows_read) == (3, 2, 1, 2000)
    assert (today.counts.created, today.counts.rejected) == (1960, 40)
    assert (yesterday.files, before.files, before.day) == (0, 1, NOON.date() - dt.timedelta(days=2))


def test_a_source_that_gets_worse_is_unusual_and_a_steady_one_beside_it_is_not(home):
    for number in range(10):
        put(home, number, rejected=18 + number % 4)
        put(home, 100 + number, rejected=18 + number % 4, profile="roof")
    bad, usual = put(home, 50, rejected=150), put(home, 150, rejected=21, profile="roof")
    solar, roof = cards(home)["solar"], cards(home)["roof"]
    assert [measure.name for measure in solar.unusual] == ["accepted", "rejected"]
    assert roof.unusual == ()
    assert list(cards(home)) == ["solar", "roof"]  # what is unusual comes first
    rejected = next(measure for measure in solar.measures if measure.name == "rejected")
    assert (rejected.latest, rejected.usual) == (0.15, pytest.approx(0.0193))  # 193 of 10,000 rows
    lines = {line.import_id: line for line in LeadPipeline(home.root).imports().lines}
    assert any(sentence.startswith("Rejected 15.0 %, usually ") for sentence in lines[bad].unusual)
    assert lines[usual].unusual == ()


def test_what_is_unusual_of_an_import_is_what_was_when_it_ended(home):
    for number in range(10):
        put(home, number, rejected=20)
    odd = put(home, 20, rejected=200)
    for number in range(30, 60):
        put(home, number, rejected=200)
    lines = {line.import_id: line for line in LeadPipeline(home.root).imports().lines}
    assert lines[odd].unusual
    assert cards(home)["solar"].unusual == ()


def test_corrected_files_and_refused_ones_say_nothing_about_a_source(home):
    for number in range(10):
        put(home, number, rejected=20)
    put(home, 20, rejected=900, sequel=SequelFacts(of="solar-1@000000000001"))
    put(home, 21, rejected=900, status=ImportStatus.QUARANTINED)
    card = cards(home)["solar"]
    assert (card.unusual, len(card.measures[0].values), card.files, card.refused) == ((), 10, 11, 1)


def test_overlap_counts_leads_of_other_sources_alone(home):
    own, other = put(home, 1), put(home, 2, profile="roof", source="acme")
    put(home, 3, duplicates_of={own: 5, other: 7, "gone@00000000ffff": 9})
    card = cards(home)["solar"]
    assert card.overlaps == {"roof/acme": 7}
    assert {measure.name: measure.latest for measure in card.measures}["overlap"] == 0.007


def test_invalid_phones_are_rows_that_a_phone_cost(home):
    reasons = (
        ReasonCount(code="phone_too_short", outcome="rejected", count=4),
        ReasonCount(code="phone_missing", outcome="rejected", count=3),
        ReasonCount(code="number_invalid", outcome="rejected", count=5),
        ReasonCount(code="secondary_phone_missing", outcome="warning", count=6),
    )
    put(home, 1, reasons=reasons)
    assert cards(home)["solar"].invalid_phones == 7


def test_folders_below_a_profile_are_sources_of_their_own(home):
    put(home, 1)
    put(home, 2, source="acme")
    assert list(cards(home)) == ["solar/acme", "solar"]


@pytest.fixture(scope="module")
def stages():
    with quick_folder() as folder, staging(folder) as prepared:
        yield prepared


def staged(stages, name: str, text: str, **changes: object):
    folder = stages.home.inbox / "fair" / "Acme Inc"
    folder.mkdir(parents=True, exist_ok=True)
    (path := folder / name).write_text(text)
    return path, stage_import(stages.home, path, profile(**changes), now=dt.datetime.now(dt.UTC), from_inbox=True)


def test_an_import_is_queued_then_ended_with_its_files_and_its_source(stages):
    _, manifest = staged(stages, "list.csv", "phone\n2125550101\n12\n")
    leads = LeadPipeline(stages.home.root)
    look = leads.look_at(manifest.import_id)
    assert (look.line.status, look.result, look.files) == (ImportStatus.QUEUED, None, {})
    stages.run(manifest)
    look = leads.look_at(manifest.import_id)
    assert (look.line.status, look.line.source) == (ImportStatus.COMPLETED_WITH_REJECTS, "acme-inc")
    assert set(look.files) == {"rejected_workbook", "rejected_file", "report", "original"}
    assert (look.has_rows, look.has_warned_rows) == (True, False)
    path, name = leads.file_of(manifest.import_id, "original")
    assert (path.read_text(), name) == ("phone\n2125550101\n12\n", "list.csv")
    assert leads.file_of(manifest.import_id, "rejected_file")[1] == "list-rejected.csv"
    with pytest.raises(ImportNotFoundError, match="no such file"):
        leads.file_of(manifest.import_id, "warned_file")


def test_an_import_that_waits_is_seen_with_what_would_become_of_it(stages):
    _, manifest = staged(stages, "wait.csv", "phone\n2125550177\n13\n", approval="manual")
    stages.run(manifest)
    leads = LeadPipeline(stages.home.root)
    look = leads.look_at(manifest.import_id)
    assert (look.line.status, look.line.is_supposed) == (ImportStatus.AWAITING_APPROVAL, True)
    assert (look.line.counts.created, look.line.counts.rejected) == (1, 1)
    assert manifest.import_id in [line.import_id for line in leads.imports(ImportFilter(group="waiting")).lines]
    assert "original" in look.files
    stages.decide(manifest.import_id, "approved")
    assert leads.look_at(manifest.import_id).line.status == ImportStatus.COMPLETED_WITH_REJECTS


def test_a_cancelled_file_that_comes_again_has_no_counts_of_before(stages):
    text = "phone\n2125550178\n14\n"
    _, manifest = staged(stages, "again.csv", text, approval="manual")
    stages.run(manifest)
    stages.decide(manifest.import_id, "cancelled")
    leads = LeadPipeline(stages.home.root)
    assert leads.look_at(manifest.import_id).line.status == ImportStatus.CANCELLED
    staged(stages, "again.csv", text, approval="manual")
    line = leads.look_at(manifest.import_id).line
    assert (line.status, line.rows_read, line.counts.total) == (ImportStatus.QUEUED, None, 0)


def test_rows_that_are_leads_already_are_counted_by_the_import_that_created_them(stages):
    _, first = staged(stages, "first.csv", "phone\n2125550111\n2125550112\n")
    stages.run(first)
    _, second = staged(stages, "second.csv", "phone,x\n2125550111,1\n2125550112,1\n2125550113,1\n")
    assert stages.run(second).duplicates_of == {first.import_id: 2}


def test_looking_opens_no_store(stages):
    """Another process may hold it all the while."""
    with pytest.raises(duckdb.Error, match=r"different configuration|already"):
        duckdb.connect(str(stages.home.store), read_only=True)
    leads = LeadPipeline(stages.home.root)
    for line in leads.imports().lines:
        leads.look_at(line.import_id)


@pytest.mark.parametrize(
    "import_id", ["../x", "", "nothing@00000000000", "a@0123456789ab/../b", "a" * 300, "a\n@0123456789ab"]
)
def test_an_id_that_is_none_is_named_and_never_becomes_a_path(home, import_id):
    (Path(home.root) / "result.json").write_text("{}")
    leads = LeadPipeline(home.root)
    for asked in (leads.look_at, lambda given: leads.file_of(given, "original")):
        with pytest.raises(ImportNotFoundError, match="No import has the id"):
            asked(import_id)
