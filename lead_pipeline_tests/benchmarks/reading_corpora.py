"""Reads every file of the corpora, whatever it is, and counts what becomes of them: a table, a refusal, or a crash.

Run: python -m lead_pipeline_tests.benchmarks.reading_corpora [FOLDER ...]. Exit 1 when a file crashed or took too long.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence

from lead_pipeline.model.errors import LeadPipelineError
from lead_pipeline.reading import open_rows
from lead_pipeline_tests.reading.corpora import every_file, name_of

SECONDS = 60


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", help="names of folders of the corpora; all of them by default")
    folders = parser.parse_args(arguments).folders
    became, wrong, slowest = Counter[str](), [], (0.0, "")
    for path in every_file():
        name = name_of(path)
        if folders and name.split("/")[0] not in folders:
            continue
        started = time.perf_counter()
        try:
            rows = sum(batch.height for batch in open_rows(path).batches())
            became["table" if rows else "table without rows"] += 1
        except LeadPipelineError as refusal:
            became[type(refusal).__name__] += 1
        except BaseException as crash:  # noqa: BLE001  (this is what is looked for)
            became["crash"] += 1
            wrong.append(f"{name}: {type(crash).__name__}")
        seconds = time.perf_counter() - started
        slowest = max(slowest, (seconds, name))
        wrong += [f"{name}: {seconds:.0f} s"] if seconds > SECONDS else []
    print(json.dumps({"files": became.total(), "became": became, "slowest": slowest, "wrong": wrong}))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
