"""An import can be looked at as soon as it is committed, before the files of its rows are written."""

import pytest

from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing import steps
from lead_pipeline.importing.row_files import writing_row_files
from lead_pipeline.model.outcomes import ImportStatus
from lead_pipeline.pipeline import LeadPipeline
from lead_pipeline_tests.importing.looking.test_looking_at_rows import imported
from lead_pipeline_tests.support import Stages

TEXT = "phone,Mail\n2125550101,a@example.com\n12,b@example.com\n"


class StoppedError(Exception):
    """The process dies here."""


@pytest.fixture
def dies(monkeypatch):
    def at(where: object, name: str) -> None:
        def die(*_args: object, **_values: object) -> None:
            raise StoppedError

        monkeypatch.setattr(where, name, die)

    return at


def only_id(stages: Stages) -> str:
    (folder,) = stages.home.reports.iterdir()
    return folder.name


@pytest.mark.parametrize(
    ("where", "name"),
    [(steps, "_publish_rejected"), (writing_row_files, "write_rejected_file")],
    ids=["tables", "files"],
)
def test_report_and_page_are_there_before_tables_and_files_of_rows(stages, dies, where, name):
    dies(where, name)
    with pytest.raises(StoppedError):
        imported(stages, TEXT)
    import_id = only_id(stages)
    look = LeadPipeline(stages.home.root).look_at(import_id)
    assert look.line.status == ImportStatus.COMPLETED_WITH_REJECTS
    assert (look.result.counts.created, look.result.counts.rejected) == (1, 1)
    assert "being written" in look.result.notices[-1]
    assert "being written" in (stages.home.reports / import_id / "report.html").read_text()
    assert not look.has_rows


def test_who_goes_on_ends_with_the_same_as_who_was_not_stopped(stages, dies, monkeypatch):
    with monkeypatch.context():
        dies(writing_row_files, "write_rejected_file")
        with pytest.raises(StoppedError):
            imported(stages, TEXT)
    monkeypatch.undo()
    again = imported(stages, TEXT)
    assert again.status == ImportStatus.COMPLETED_WITH_REJECTS
    assert not any("being written" in notice for notice in again.notices)
    assert again.rejected_file
    assert stages.rows("select count(*) from main.leads") == [(1,)]
    look = LeadPipeline(stages.home.root).look_at(again.import_id)
    assert look.has_rows
    assert "rejected_file" in look.files


def test_what_is_not_committed_has_no_such_report(stages, dies):
    dies(steps, "commit_import")
    with pytest.raises(StoppedError):
        imported(stages, TEXT)
    assert list(stages.home.reports.iterdir()) == []


def test_the_leads_are_there_when_the_report_says_so(stages, monkeypatch):
    seen = []

    def look(work: WorkFolder) -> int:
        seen.append(stages.rows("select count(*) from main.leads"))
        return 0

    monkeypatch.setattr(steps, "_publish_rejected", lambda work, store: look(work))
    imported(stages, TEXT.replace("12,", "2125550102,"))
    assert seen == [[(2,)]]
