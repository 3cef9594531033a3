"""Which columns of a suppression list name people, and which one says why: by header and by what the values are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.mapping.list_facts import FactName
from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.model.suppression_kinds import EntryKind
from lead_pipeline.normalizing.lists.list_entries import read_list_entries

_PHONE_OR_EMAIL = {"phone", "email"}
#: What a list may call its only column: not who, but why.
_WHAT_THE_LIST_IS = {"do_not_call", "email_opt_out"}
_REASON_HEADERS = ("reason", "note", "notes", "comment")
#: Words of headers above numbers of records, whatever these look like.
_OF_RECORDS = frozenset(
    {"id", "ids", "uid", "uuid", "guid", "key", "index", "row", "ref", "reference", "account", "acct", "order"}
    | {"invoice", "record", "ticket", "policy", "case", "serial", "konto", "kundennummer", "pedido", "date", "time"}
)
_SAMPLE = 1_000
#: Of how many of its values a column must be phones or emails, where its header does not say so.
_MOST = 0.5
#: What could be meant as a phone or an email, read or not.
_COULD_BE = r"@|(?:[0-9][^0-9]*){7}"


@dataclass(frozen=True, slots=True)
class ListColumns:
    """The columns of a suppression list, by name: those of phones and emails, that of reasons, those of other
    identifiers, and those that say more about an entry.
    """

    identifiers: tuple[str, ...]
    reason: str | None
    others: Mapping[str, EntryKind] = field(default_factory=dict)
    facts: Mapping[FactName, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListEvidence:
    """What the values of a list's column are, as shares of those that are not empty; `counts` when they count rows."""

    emails: float
    valid: float
    readable: float
    likely: float
    counts: bool


def list_evidence(sample: pl.DataFrame, columns: Sequence[str], region: str | None) -> dict[str, ListEvidence]:
    """Examine up to 1,000 rows, spread evenly over the sample."""
    spread = (pl.int_range(_SAMPLE, eager=True) * sample.height) // _SAMPLE
    rows = sample[spread] if sample.height > _SAMPLE else sample
    return {column: _evidence(rows[column], region) for column in columns}


def _evidence(values: pl.Series, region: str | None) -> ListEvidence:
    filled = values.filter(values.str.strip_chars() != "")
    if filled.is_empty():
        return ListEvidence(0.0, 0.0, 0.0, 0.0, counts=False)
    entries = read_list_entries(filled, region)
    valid, readable = entries.filter("valid"), entries.filter(pl.col("value").is_not_null())
    found = (
        valid.filter(pl.col("identifier_kind") == "email")["index"],
        valid["index"],
        readable["index"],
        filled.str.contains(_COULD_BE).arg_true(),
    )
    emails, valid_ones, readable_ones, likely = (rows.n_unique() / filled.len() for rows in found)
    return ListEvidence(emails, valid_ones, readable_ones, likely, counts=_counts(filled))


def _counts(values: pl.Series) -> bool:
    """True for numbers of rows or records: each is one more than the one before."""
    steps = values.str.strip_chars().cast(pl.Int64, strict=False).diff().drop_nulls()
    return steps.len() == values.len() - 1 and steps.len() > 1 and bool((steps == 1).all())


def map_list_columns(headers: Mapping[str, str], evidence: Mapping[str, ListEvidence]) -> ListColumns:
    """Find the columns of phones and emails.

    A column counts that is named like one, unless nothing in it could be one; and one whose name says nothing else, or
    that has none, when most of its values are phones or emails. An id never is a phone, whatever it looks like.

    Args:
        headers: the text above each column, by name; without a header empty texts.
        evidence: what its values are.

    Raises:
        RequiredColumnUnmappedError: no column holds phones or emails.
    """
    named = [name for name, header in headers.items() if _is_named(header) and evidence[name].likely > 0]
    unnamed = [name for name, header in headers.items() if name not in named and _may_be(header)]
    emails = [name for name in headers if name not in named and evidence[name].emails >= _MOST]
    found = named + [name for name in unnamed if evidence[name].valid >= _MOST and name not in emails] + emails
    found = found or [name for name in unnamed if evidence[name].readable >= _MOST]
    first = next(iter(headers), "")
    if first in found and first not in named and evidence[first].counts and len(found) > 1:
        found.remove(first)  # numbers of rows or records stand there; further right they are a block of phones
    identifiers = tuple(found)
    if not identifiers:
        raise RequiredColumnUnmappedError(
            f"No column of the list (it has {len(headers)}) holds phone numbers or email addresses that can be read. "
            "Name the columns that do phone or email, and give --region when the numbers are of another country and "
            "have no +."
        )
    spelled = {header.strip().casefold(): name for name, header in headers.items()}
    reason = next((spelled[header] for header in _REASON_HEADERS if header in spelled), None)
    return ListColumns(identifiers, None if reason in identifiers else reason)


def _is_named(header: str) -> bool:
    """True for a header that says phone or email and nothing else."""
    meanings = meaning_of(header).meanings if header else ()
    return len(meanings) == 1 and meanings[0] in _PHONE_OR_EMAIL


def _may_be(header: str) -> bool:
    """True for a header that could stand above phones or emails, for it is missing, not understood, or ambiguous."""
    if not header:
        return True
    words = set(re.split(r"[\W_]+", header.casefold()))
    meanings = set(meaning_of(header).meanings) - _WHAT_THE_LIST_IS
    return not words & _OF_RECORDS and (not meanings or bool(meanings & _PHONE_OR_EMAIL))
