"""LibreOffice as people have it, without a window: files go in and come out as it saves them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

#: Filters of LibreOffice; the CSV is UTF-8 with commas, every cell as it is shown, and quoted where it has to be.
XLSX = "xlsx:Calc MS Excel 2007 XML"
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"


def soffice() -> str:
    """Return the program; without one the test is skipped, but never in CI, which installs it."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None and os.environ.get("CI"):
        pytest.fail("LibreOffice is not there, and CI has to have it: see .ci/run.")
    if found is None:
        pytest.skip("needs LibreOffice Calc (soffice)")
    return found


def saved_by_libreoffice(path: Path, folder: Path, *kinds: str) -> list[Path]:
    """Open a workbook and save it as each of `kinds` into `folder`; return the files."""
    program, saved = soffice(), []
    folder.mkdir(exist_ok=True)
    for kind in kinds:
        # a profile of its own: two processes with one wait for each other, or refuse to start
        settings = f"-env:UserInstallation={(folder / 'settings').as_uri()}"
        command = [program, settings, "--headless", "--norestore", "--convert-to", kind, "--outdir", str(folder)]
        ended = subprocess.run([*command, str(path)], capture_output=True, text=True, timeout=240)
        file = folder / f"{path.stem}.{kind.partition(':')[0]}"
        assert file.exists(), f"LibreOffice did not save {file.name}: {ended.stdout} {ended.stderr}"
        saved.append(file)
    return saved
