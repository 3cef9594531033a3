"""Columns of a lead file that say who may not be contacted, and what each row says there. What follows for the row does
not belong here.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from lead_pipeline.mapping import do_not_contact_words as words
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.model.fields import folded_header
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.suppression_kinds import SuppressionKind
from lead_pipeline.normalizing.missing import means_missing

#: Value of `do_not_contact_column` for files in which no column says that.
IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class DoNotContactColumn:
    """A column that says who may not be contacted; `yes` below it means that somebody may, where it is of consent.

    `is_date` when the header asks for a day: what is none there is a question about a day, not about the person.
    `is_state` when it asks for something else, of which some answers say it: `Lead status`.
    """

    name: str
    kind: SuppressionKind
    is_consent: bool = False
    is_date: bool = False
    is_state: bool = False


def find_do_not_contact_columns(columns: Sequence[str], profile: ImportProfile) -> tuple[DoNotContactColumn, ...]:
    """Return the columns whose headers say that, unless the profile names one (`do_not_contact_column`) or none."""
    named = profile.do_not_contact_column
    if named == IGNORE:
        return ()
    if named is not None:
        same = [column for column in columns if folded_header(column) == folded_header(named)]
        return tuple(_named(column) for column in same)
    return tuple(found for column in columns if (found := _column(column)))


def _named(header: str) -> DoNotContactColumn:
    """Return the column that a profile names: what its header does not say is a yes to do-not-call."""
    found = _column(header)
    return DoNotContactColumn(header, "do_not_call") if found is None or found.is_state else found


def _column(header: str) -> DoNotContactColumn | None:
    text = _words_of(header)
    for pattern, kind, is_consent in _PATTERNS:
        if re.fullmatch(rf"{words.BEFORE}(?:{pattern}){words.AFTER}", text):
            is_date = re.search(words.DAY, text) is not None
            return DoNotContactColumn(header, kind, is_consent, is_date)
    if re.search(words.STATE, text):
        return DoNotContactColumn(header, "do_not_call", is_state=True)
    meanings = set(meaning_of(header).meanings)
    if meanings == {"do_not_call"}:
        return DoNotContactColumn(header, "do_not_call")
    return DoNotContactColumn(header, "opted_out") if meanings == {"email_opt_out"} else None


_PATTERNS: tuple[tuple[str, SuppressionKind, bool], ...] = (
    (words.DO_NOT_CALL, "do_not_call", False),
    (words.OPTED_OUT, "opted_out", False),
    (words.BLOCKED, "blocked", False),
    (words.CONSENT, "opted_out", True),
)


def _words_of(header: str) -> str:
    """Return the words of a header, also those of `DoNotCall__c`, without accents, in lower case."""
    plain = re.sub(r"__p?c\Z", "", header.strip())
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    letters = unicodedata.normalize("NFKD", plain)
    text = "".join(sign for sign in letters if not unicodedata.combining(sign)).casefold()
    text = unicodedata.normalize("NFC", text)
    return " ".join(re.sub(r"[\W_]+", " ", text.replace("\u2019", "'").replace("n't", "nt")).split())


def do_not_contact_rows(batch: pl.DataFrame, columns: Sequence[DoNotContactColumn]) -> pl.DataFrame:
    """Return what rows say: `row_number`, `kind` (String, a suppression kind; null where nobody can tell), `column`.

    Rows that say that people may be contacted, or nothing, have no line. A date says that it happened.
    """
    found = [_said(batch, column) for column in columns if column.name in batch.columns]
    return pl.concat(found) if found else pl.DataFrame(schema=_SCHEMA)


_SCHEMA = {"row_number": pl.Int64, "kind": pl.String, "column": pl.String}


def _said(batch: pl.DataFrame, column: DoNotContactColumn) -> pl.DataFrame:
    value = pl.col(column.name).str.strip_chars(" \t\u00a0'\".!").str.to_lowercase()
    kind, says_nothing = _of_state(value) if column.is_state else _of_answer(value, column)
    rows = batch.select("row_number", kind=kind, column=pl.lit(column.name), says_nothing=says_nothing)
    return rows.filter(~pl.col("says_nothing"))[list(_SCHEMA)]


def _of_state(value: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return the kind of suppression that a state of a lead means, and whether it means none."""
    stop, out = value.is_in(words.STATES_DO_NOT_CALL), value.is_in(words.STATES_OPTED_OUT)
    kind = pl.when(stop).then(pl.lit("do_not_call")).when(out).then(pl.lit("opted_out"))
    return kind, ~(stop | out).fill_null(value=False)


def _of_answer(value: pl.Expr, column: DoNotContactColumn) -> tuple[pl.Expr, pl.Expr]:
    """Return the kind of suppression that an answer means, null where nobody can tell, and whether it means none."""
    yes = value.is_in(words.YES) | value.str.contains(rf"{words.DATE}|{words.ANSWER}")
    no, welcome = value.is_in(words.NO), value.is_in(words.WELCOME)
    if column.is_consent:
        stop, go = no | value.is_in(words.REVOKED), yes | welcome | value.str.contains(words.TERMS)
    else:
        stop, go = yes | value.is_in(words.LISTED), no | welcome | value.is_in(words.NOT_LISTED)
        if column.is_date:  # what has a number in it says when it happened
            stop = stop | value.str.contains(r"(?:[0-9][^0-9]*){4}")
    silent = value.is_null() | (value == "") | (means_missing(value) & ~no) | value.str.contains(words.NO_DAY)
    if column.is_consent and column.is_date:  # a day of consent that cannot be read is no refusal
        silent = silent | ~(stop | go)
    return pl.when(stop).then(pl.lit(column.kind)), silent | (go & ~stop)


def why_unclear(rows: pl.DataFrame, columns: Sequence[DoNotContactColumn], profile: ImportProfile) -> tuple[str, ...]:
    """Return sentences about what cannot be told of the rows, none where all is clear. They carry no value."""
    overrule = "Correct them, or name the column that counts (or `ignore`) under do_not_contact_column in the profile."
    counts = rows.filter(pl.col("kind").is_null()).group_by("column", maintain_order=True).len().rows()
    sentences = [
        f"The column '{column}' says who may not be contacted, and {count:,} of its values are neither yes nor no "
        f"nor a date. {overrule}"
        for column, count in counts
    ]
    if profile.do_not_contact_column not in (None, IGNORE) and not columns:
        sentences.append(
            f"The profile reads who may not be contacted from the column '{profile.do_not_contact_column}', which the "
            "file does not have. Add it, or set do_not_contact_column: ignore in the profile."
        )
    return tuple(sentences)
