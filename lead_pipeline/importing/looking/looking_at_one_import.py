"""One import with everything that people look at or download of it, from files alone; the store is not opened."""

from pathlib import Path

from lead_pipeline.filing.archive import archived_file, quarantined_file
from lead_pipeline.filing.home import Home, is_plain_file, shown_name
from lead_pipeline.filing.life_cycle import find_manifest
from lead_pipeline.importing.concluding import earlier_result
from lead_pipeline.importing.looking.looking_at_imports import line_of_import
from lead_pipeline.importing.looking.report_folders import is_import_id, unknown_import
from lead_pipeline.importing.row_files.left_out_table import LEFT_OUT, WARNED
from lead_pipeline.model.errors import ImportNotFoundError
from lead_pipeline.model.looks.import_looks import FileKind, ImportLook
from lead_pipeline.model.outcomes import ImportStatus

#: The names of what lies beside a result.
_BESIDE: dict[FileKind, str] = {
    "rejected_workbook": "rejected.xlsx",
    "rejected_file": "rejected.csv",
    "warned_file": "warned.csv",
    "report": "report.html",
}


def look_at_import(home: Home, import_id: str) -> ImportLook:
    """Return an import under way or ended; raises ImportNotFoundError with the nearest id."""
    line = line_of_import(home, import_id) if is_import_id(import_id) else None
    if line is None:
        raise unknown_import(home, import_id)
    under_way = line.status in (ImportStatus.QUEUED, ImportStatus.PROCESSING)
    folder = home.reports / import_id
    return ImportLook(
        line=line,
        result=None if under_way else earlier_result(home, import_id).model_copy(update={"already_imported": False}),
        files={} if under_way else {kind: path.stat().st_size for kind, path in _files(home, import_id).items()},
        has_rows=(folder / LEFT_OUT).is_file() and not under_way,
        has_warned_rows=(folder / WARNED).is_file() and not under_way,
        unusual=line.unusual,
    )


def file_of_import(home: Home, import_id: str, kind: FileKind) -> tuple[Path, str]:
    """Return where a file of an import lies, and the name to download it by.

    Raises: ImportNotFoundError when there is no such import, or no such file of it.
    """
    if not is_import_id(import_id):
        raise unknown_import(home, import_id)
    path = _files(home, import_id).get(kind)
    if path is None:
        raise ImportNotFoundError(
            f"Import {import_id} has no such file, or it was removed meanwhile. Its page lists those that there are."
        )
    if kind == "original":
        manifest = find_manifest(home, import_id)
        return path, shown_name(Path(manifest.file_name)) if manifest else path.name
    return path, f"{import_id.rpartition('@')[0]}-{path.name}"


def _files(home: Home, import_id: str) -> dict[FileKind, Path]:
    """Return the files that there are of an import."""
    found: dict[FileKind, Path] = {kind: home.reports / import_id / name for kind, name in _BESIDE.items()}
    manifest = find_manifest(home, import_id)
    if manifest is not None:
        kept = (archived_file(home, manifest), quarantined_file(home, manifest), manifest.staged_file(home))
        original = next((path for path in kept if path is not None and is_plain_file(path)), None)
        found |= {"original": original} if original else {}
    return {kind: path for kind, path in found.items() if is_plain_file(path)}
