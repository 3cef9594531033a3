"""Each registered reason is given by the pipeline: a reason that nothing gives, or that nobody shows, fails here."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lead_pipeline.filing.inbox import Drop
from lead_pipeline.filing.manifests import pending_manifests
from lead_pipeline.filing.staging import stage_activity
from lead_pipeline.importing.activity.loading_calls import load_activity
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.drops.intake import stage_drops
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult
from lead_pipeline.model.scrub.activity_settings import ActivitySettings
from lead_pipeline_tests.reasons_shown import SHOWN, Example
from lead_pipeline_tests.support import Stages, quick_folder, staging


@pytest.fixture
def stages() -> Iterator[Stages]:
    with quick_folder() as folder, staging(folder) as home:
        yield home


def written(stages: Stages, name: str, content: bytes) -> Path:
    path = stages.home.root / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_each_reason_is_given_to_the_example_that_shows_it(stages, reason):
    assert reason in SHOWN, (
        f"Nobody shows when {reason.value} is given. Add a small file to SHOWN in lead_pipeline_tests/reasons_shown.py "
        "whose last row (or which as a whole) gets it; then run: python -m lead_pipeline_tests.make_reasons_page"
    )
    example, effect = SHOWN[reason], REASONS[reason].effect
    profile = ImportProfile.model_validate(example.as_profile())
    for number, (kind, content) in enumerate(example.lists):
        stages.suppress(written(stages, f"list-{number}.csv", content.encode()), kind)
    for number, content in enumerate(example.calls):
        stages.call(written(stages, f"calls-{number}.csv", content.encode()))
    for number, content in enumerate(example.before):
        stages.file(written(stages, f"before-{number}.csv", content.encode()), profile)
    if example.of_calls:
        assert_said_of_the_last_call(stages, reason, example)
    elif example.dropped:
        assert_said_of_a_dropped_file(stages, reason, example, profile)
    elif example.unclaimed:
        assert_said_of_an_unclaimed_file(stages, reason, example)
    elif effect == "file":
        assert_said_of_the_file(stages, reason, example, profile)
    else:
        assert_said_of_the_last_row(stages, reason, example, profile)


def assert_said_of_the_file(stages: Stages, reason: Reason, example: Example, profile: ImportProfile) -> None:
    assert_refused(stages, reason, stages.file(written(stages, "shown.csv", example.as_bytes()), profile))


def assert_said_of_an_unclaimed_file(stages: Stages, reason: Reason, example: Example) -> None:
    drop(stages, "nobody", "shown.csv", example)
    (manifest,) = pending_manifests(stages.home)
    assert_refused(stages, reason, stages.run(manifest))


def drop(stages: Stages, folder: str, name: str, example: Example) -> Path:
    """Drop a file into a folder of the inbox, and have it taken."""
    dropped = stages.home.inbox / folder / name
    dropped.parent.mkdir()
    dropped.write_bytes(example.as_bytes())
    facts = dropped.stat()
    found = Drop(dropped, folder, facts.st_size, facts.st_mtime_ns, facts.st_ino)
    stage_drops(stages.home, [found], lambda: datetime.now(UTC))
    return dropped


def assert_refused(stages: Stages, reason: Reason, result: ImportResult) -> None:
    assert [(told.code, told.outcome) for told in result.reasons] == [(reason, "file")]
    assert result.status == "quarantined"
    assert result.message.endswith(".")
    assert stages.rows("select count(*) from leads") == [(0,)]


def assert_said_of_the_last_row(stages: Stages, reason: Reason, example: Example, profile: ImportProfile) -> None:
    result = stages.file(written(stages, "shown.csv", example.as_bytes()), profile)
    outcome, reasons, warnings = stages.rows(
        "select outcome, reason_codes, warning_codes from row_outcomes where import_id = ?"
        " order by row_number desc limit 1",
        result.import_id,
    )[0]
    if REASONS[reason].effect == "warning":
        assert reason in warnings
        return
    assert (outcome, reasons, warnings) == (REASONS[reason].effect, [reason.value], [])
    assert [(told.code, told.outcome, told.count) for told in result.reasons] == [(reason, outcome, example.rows)]


def assert_said_of_the_last_call(stages: Stages, reason: Reason, example: Example) -> None:
    """Say it of the last row of a call log of which nobody says anything."""
    path = written(stages, "shown.csv", example.as_bytes())
    manifest = stage_activity(stages.home, path, ActivitySettings(), now=utc_now())
    loaded = load_activity(stages.store, manifest, stages.home, utc_now())
    assert loaded.reasons == {reason.value: 1}
    found = stages.rows("select outcome, reason_codes from activity_rows order by row_number desc limit 1")
    assert found == [(REASONS[reason].effect, [reason.value])]


def assert_said_of_a_dropped_file(stages: Stages, reason: Reason, example: Example, profile: ImportProfile) -> None:
    """Say it in the note that a person finds beside the file; nothing was imported, so no row can carry it."""
    (stages.home.profiles / f"{profile.name}.yaml").write_text(profile.model_dump_json(exclude_unset=True))
    dropped = drop(stages, profile.name, "again.csv", example)
    assert not dropped.exists()
    notes = [note.read_text() for note in stages.home.archive.rglob("*.reason.txt")]
    assert len(notes) == 1
    assert reason.value in notes[0]


def test_no_example_is_left_of_a_reason_that_is_gone():
    assert set(SHOWN) <= set(Reason)
