"""What a step left for the next is gone when that has read it: the disk that an import takes does not add up."""

from datetime import UTC, datetime

from lead_pipeline.filing.staging import stage_import
from lead_pipeline.filing.work_folder import WorkFolder
from lead_pipeline.importing.approval import commit_or_hold
from lead_pipeline.importing.concluding import report_import
from lead_pipeline.importing.steps import map_leads, normalize_leads, read_file
from lead_pipeline_tests.support import call_schedule


def tables(work: WorkFolder) -> set[str]:
    return {path.parent.name for path in work.folder.rglob("part-*.parquet")}


def test_each_step_leaves_only_what_a_later_one_reads(stages):
    file = stages.home.root / "fair.csv"
    file.write_text("caller_id,stand\n2015550140,A1\n2015550141,A2\nnobody,A3\n")
    now = datetime.now(UTC)
    work = WorkFolder(stages.home, stage_import(stages.home, file, call_schedule(), now=now))
    left = []
    for step in (read_file, map_leads, normalize_leads):
        step(work)
        left.append(tables(work))
    commit_or_hold(work, stages.store, now)
    left.append(tables(work))
    assert left == [{"raw_leads"}, {"raw_leads", "mapped_leads"}, {"raw_leads", "normalized_leads"}, {"raw_leads"}]
    result = report_import(work, now, now, {})
    assert (result.counts.created, result.counts.rejected) == (2, 1)
    rejected = (stages.home.root / result.rejected_file).read_text(encoding="utf-8-sig").splitlines()
    assert rejected[1].startswith("nobody,A3,3,4,rejected,")
