"""The files of public projects, each against what its own source says of it. Here a part of them, as much as a suite
can wait for; benchmarks/reading_corpora.py asks all, and holds what differs against the same table.
"""

from itertools import islice

import pytest

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.reading import open_rows
from lead_pipeline_tests.reading.corpora import CORPORA, compare, divergences, every_file, name_of
from lead_pipeline_tests.reading.expectations import CHECKS

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the corpora folder is not beside the repository (../shared/corpora)"
)

#: Of checks that open many files, or a process for each workbook, one case in so many is asked here.
ONE_IN = {"csv-module": 12, "sheet-names": 60, "sheetjs-exports": 6, "same-tables": 9, "refusals": 4, "csvsniffer": 1}

WORKBOOKS = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods", ".xlsx.zip")


@pytest.mark.parametrize("check", CHECKS)
def test_files_are_read_as_their_source_says_or_differ_for_a_listed_reason(check):
    asked = list(islice(CHECKS[check](), 0, None, ONE_IN.get(check, 1)))
    assert asked
    for case in asked:
        compare(check, case.file, *case.answer())


def test_the_delimiter_is_found_in_more_files_than_any_published_sniffer_finds_it():
    """Published: CSVsniffer 90 %, python's Sniffer 84 %, DuckDB 81 %, CleverCSV 79 %."""
    asked = list(CHECKS["csvsniffer"]())
    differing = [case.file for case in asked if ("csvsniffer", case.file) in divergences()]
    assert len(differing) / len(asked) < 0.05


def test_texts_end_in_a_table_or_a_refusal():
    """One small file in twelve; benchmarks/reading_corpora.py reads all of them, large ones and workbooks too."""
    small = [path for path in every_file() if not path.name.endswith(WORKBOOKS) and path.stat().st_size < 64 * 2**10]
    files = small[::12]
    assert len(files) > 50
    for path in files:
        try:
            rows = sum(batch.height for batch in open_rows(path).batches())
        except LeadPipelineError as refusal:
            rows = len(str(refusal))
        assert rows > 0, name_of(path)


def test_the_table_of_divergences_names_questions_that_are_asked_with_a_reason():
    asked = {(check, case.file) for check, found in CHECKS.items() for case in found()}
    for question, reason in divergences().items():
        assert question in asked, f"{question} is not asked: remove it from the table"
        assert len(reason) > 20
