"""Writes a few leads that a program hands in as a file, and says of each of them what became of it. They are judged as
the rows of any file are.
"""

import secrets
import string
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.filing.uploads.uploaded_files import Receiving, remove_upload, upload_path
from lead_pipeline.importing.clock import utc_now
from lead_pipeline.importing.handed_in.files_of_ours import csv_text
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.fields import folded_header
from lead_pipeline.model.handed_in.judged_leads import MOST_LEADS, GivenReason, JudgedLead, JudgedLeads, LeadValue
from lead_pipeline.model.outcomes import COMMITTED, Outcome
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import REASONS, Reason
from lead_pipeline.model.results import ImportResult
from lead_pipeline.store.opening import open_store
from lead_pipeline.store.settings import OnWait, StoreSettings


def named_as_columns(
    leads: Sequence[Mapping[str, LeadValue]], profile: ImportProfile
) -> tuple[list[Mapping[str, LeadValue]], dict[str, str]]:
    """Return leads whose keys are columns of the profile, and what each column that was called otherwise was called: a
    key may be the name of a field, where no key is that of its column.
    """
    keys = {folded_header(name) for lead in leads for name in lead}
    columns = {field: profile.column_of(field) for field, rule in profile.fields.items() if rule.has_column}
    renamed = {field: column for field, column in columns.items() if folded_header(column) not in keys}
    called = {folded_header(field): column for field, column in renamed.items()}
    named = [{called.get(folded_header(name), name): value for name, value in lead.items()} for lead in leads]
    return list(named), {column: field for field, column in renamed.items()}


@contextmanager
def leads_file(home: Home, leads: Sequence[Mapping[str, LeadValue]]) -> Iterator[Path]:
    """Give a file of the leads, a row each, and forget it afterwards; raises UsageError for what is no lead.

    The order of a lead's keys is without meaning, so that the same leads are the same file.
    """
    with _kept_meanwhile(home, as_csv(leads)) as path:
        yield path


@contextmanager
def people_file(home: Home, people: Sequence[Mapping[str, str]]) -> Iterator[Path]:
    """Give a list of people, and forget it afterwards; raises UsageError for what says nobody.

    No two of them are the same content, which would be loaded once: somebody who was taken off may be added again.
    """
    request = "".join(secrets.choice(string.ascii_lowercase) for _ in range(24))
    with _kept_meanwhile(home, as_csv([{**person, "request": request} for person in people])) as path:
        yield path


@contextmanager
def _kept_meanwhile(home: Home, text: str) -> Iterator[Path]:
    content = text.encode()
    with Receiving(home, "leads.csv") as receiving:
        receiving.write(content)
        upload = receiving.finish(utc_now())
    path = upload_path(home, upload.file_id, upload.uploaded_at)
    try:
        yield path
    finally:
        remove_upload(home, upload.file_id, upload.uploaded_at)


def as_csv(leads: Sequence[Mapping[str, LeadValue]]) -> str:
    """Return leads as CSV with a header; raises UsageError for none, too many, or one that says nothing."""
    if not 0 < len(leads) <= MOST_LEADS:
        raise UsageError(
            f"There are {len(leads):,} leads; send 1 to {MOST_LEADS:,} at once. More of them are a file, which is "
            "uploaded, or dropped into the inbox."
        )
    columns = sorted({name for lead in leads for name in lead})
    blank = next((name for name in columns if not name.strip()), None)
    if blank is not None:
        raise UsageError("A lead has a key without a name. Name every value, as in a header: phone, email, first_name.")
    rows = [[_text(lead.get(name)) for name in columns] for lead in leads]
    empty = next((number for number, cells in enumerate(rows, 1) if not any(map(str.strip, cells))), None)
    if empty is not None:
        raise UsageError(f"Lead {empty} has no value at all. Leave it out, or say who it is.")
    return _encodable(csv_text([columns, *rows]))


def _text(value: LeadValue) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        pass
    else:
        if "\0" not in text:
            return text
    raise UsageError("A lead has half a character in it, or a NUL: text that no file can hold. Send it as UTF-8.")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What came of leads, how many there were, and what columns are called that they named otherwise."""

    result: ImportResult
    sent: int
    keys: Mapping[str, str]


def judged_leads(
    home: Home, imports: Sequence[HandedIn], *, settings: StoreSettings, on_wait: OnWait
) -> list[JudgedLeads]:
    """Return what became of each of the leads that imports are of; raises StoreError, StoreLockedError."""
    if not any(one.result.status in COMMITTED for one in imports):
        return [_of_one(one, ()) for one in imports]
    with open_store(home.root, settings=settings, read_only=True, on_wait=on_wait) as store:
        return [_of_one(one, store.rows_of_import(one.result.import_id)) for one in imports]


def _of_one(handed_in: HandedIn, rows: Sequence[Mapping[str, object]]) -> JudgedLeads:
    known = {judged.row: judged for judged in (_judged(row, handed_in.keys) for row in rows)}
    missing = Outcome.SKIPPED if handed_in.result.status in COMMITTED else None
    numbers = range(1, handed_in.sent + 1)
    leads = tuple(known.get(row) or JudgedLead(row=row, outcome=missing) for row in numbers)
    return JudgedLeads(result=handed_in.result, leads=leads)


def _judged(row: Mapping[str, object], keys: Mapping[str, str]) -> JudgedLead:
    named = {str(one["code"]): one["column"] for one in _listed(row["reason_columns"])}
    columns = {code: None if column is None else keys.get(str(column), column) for code, column in named.items()}
    lead = row["lead_id"]
    return JudgedLead(
        row=int(str(row["row_number"])),
        outcome=Outcome(str(row["outcome"])),
        lead_id=None if lead is None else int(str(lead)),
        reasons=tuple(_given(str(code), columns) for code in _listed(row["reason_codes"])),
        warnings=tuple(_given(str(code), columns) for code in _listed(row["warning_codes"])),
    )


def _listed(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []


def _given(code: str, columns: Mapping[str, object]) -> GivenReason:
    info, column = REASONS[Reason(code)], columns.get(code)
    return GivenReason(
        code=code, column=None if column is None else str(column), title=info.title, guidance=info.guidance
    )
