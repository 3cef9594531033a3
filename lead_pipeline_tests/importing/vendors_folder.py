"""Run with the path of a home by a root whom permissions bind (setpriv): watches an inbox with a vendor's folder that
may not be written. Prints what history says in the end.
"""

import os
import sys
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.orchestration.instance import open_instance
from lead_pipeline_tests.orchestration.watching import Watching, leads
from lead_pipeline_tests.support import query

_VENDOR = 65534


def _watch(root: Path) -> None:
    home = Home(root)
    home.prepare()
    vendor = home.inbox / "call_schedule" / "vendor"
    vendor.mkdir(parents=True)
    (vendor / "readable.csv").write_text(leads(1))
    (vendor / "secret.csv").write_text(leads(2))
    (vendor / "secret.csv").chmod(0o600)
    (home.inbox / "call_schedule" / "quick.csv").write_text(leads(3))
    (vendor / "readable.csv").chmod(0o644)
    vendor.chmod(0o755)
    for path in (vendor / "readable.csv", vendor / "secret.csv", vendor):
        os.chown(path, _VENDOR, _VENDOR)
    watching = Watching(home, open_instance(home))
    for _ in range(6):
        watching.execute(watching.tick(12.0))
    for name, status in query(root, "select file_name, status from imports order by file_name"):
        print(name, status)


if __name__ == "__main__":
    _watch(Path(sys.argv[1]))
