"""Loads records of calls straight into a store."""

import polars as pl

from lead_pipeline.screening.scrub.activity_records import CALLS_SCHEMA, add_activity
from lead_pipeline.store.records import ActivityCounts, ActivityKeys, ActivityRecord
from lead_pipeline_tests.screening.histories.calls_by_hand import Call
from lead_pipeline_tests.screening.written import Written


def load_calls(written: Written, name: str, *calls: Call) -> ActivityCounts:
    """Load a drop of calls."""
    rows = [{"row_number": number, **vars(call)} for number, call in enumerate(calls, 1)]
    frame = pl.DataFrame(rows, schema=CALLS_SCHEMA)
    record = ActivityRecord(f"{name}@0", name, f"{name}.csv", "0" * 64)
    keys = ActivityKeys(name, frame["phone"], frame["lead_id"])
    with written.store.writing(keys, "loading calls") as workspace:
        return add_activity(workspace, record, frame, rows_read=len(calls), rows_rejected=0, at=written.now)
