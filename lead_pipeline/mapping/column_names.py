"""What to call the columns of a file where no value of a row may be shown. What was taken for the header may be the
first row of a list without one, so a name counts as a value until something proves that it is a name.
"""

from collections.abc import Collection, Iterable, Sequence
from difflib import SequenceMatcher

import polars as pl

from lead_pipeline.mapping.header_spelling import look_like_values
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.model.fields import REJECTED_FILE_COLUMNS, WARNED_FILE_COLUMNS, folded_header
from lead_pipeline.model.formula_injection import restored_header
from lead_pipeline.model.profile import ImportProfile

#: Of a wider list only the names that the profile has are known: to look up a name takes a while.
_COLUMNS_LOOKED_AT = 500

#: A row of values that has so many words by which columns are known is one in a million.
_MANY = 4

#: So many rows are looked at for a column of phones or emails below its name.
_ROWS_LOOKED_AT = 200

#: What could be meant as a phone.
_DATE = r"^\s*(?:19|20)[0-9]{2}[-/.]?[01][0-9][-/.]?[0-3][0-9]"
_PHONE = r"^[^@]*(?:[0-9][^0-9@]*){7}$"

#: A name this similar to one that the profile has is that name misspelled; short words are similar by chance.
_MISSPELLED, _LONG_ENOUGH, _FEW_LETTERS = 0.85, 6, 2


def certain_names(
    columns: Sequence[str], profile: ImportProfile | None = None, contacts: Collection[str] = ()
) -> frozenset[str]:
    """Return the columns whose names are surely names.

    That is a name which the profile has, which means a field in some language, or which is ours. All of them are names
    where one that means phone or email is above phones or emails, or most of several or many are known, and none looks
    like a value: a row of values does not read like that.

    Args:
        columns: the file's unique column names, in order.
        profile: the one that the file is for, where it is known.
        contacts: the columns whose values are phones or emails, see `contact_columns`.
    """
    own = _names_of(profile)
    numbered = {column for position, column in enumerate(columns, 1) if folded_header(column) == f"column {position}"}
    looked_at = set(columns[:_COLUMNS_LOOKED_AT])
    meant = {
        column
        for column in columns
        if folded_header(column) in own or (column in looked_at and column not in numbered and _is_known(column, own))
    }
    labelled = any(column in contacts and _means_contact(column, profile) for column in meant)
    if not look_like_values(columns) and (
        labelled or len(meant) >= _MANY or (len(meant) > 1 and 2 * len(meant) > len(columns))
    ):
        return frozenset(columns)
    return frozenset(numbered | meant)


def shown_names(columns: Sequence[str], certain: Collection[str]) -> dict[str, str]:
    """Return column: its name where that is certain, else `column 3`."""
    return {
        column: column if column in certain else f"column {position}"
        for position, column in enumerate(columns, start=1)
    }


def is_numbered(columns: Sequence[str]) -> bool:
    """Tell whether all columns are called by their position, as those of a file without a header are."""
    return all(column == f"column_{position}" for position, column in enumerate(columns, start=1))


def contact_columns(sample: pl.DataFrame | None, columns: Iterable[str]) -> frozenset[str]:
    """Return the columns of which most values could be meant as phones or emails."""
    return frozenset(kinds_of_contacts(sample, columns))


def kinds_of_contacts(sample: pl.DataFrame | None, columns: Iterable[str]) -> dict[str, str]:
    """Return `phone` or `email` for the columns of which most values could be meant as one."""
    if sample is None or sample.is_empty():
        return {}
    rows = sample.head(_ROWS_LOOKED_AT)
    kinds = {}
    for column in columns:
        if column not in rows.columns:
            continue
        text = rows[column].filter(rows[column].str.strip_chars() != "")
        dates = text.str.contains(_DATE)
        for kind, found in (("email", text.str.contains("@")), ("phone", text.str.contains(_PHONE) & ~dates)):
            if text.len() and 2 * found.sum() > text.len():
                kinds[column] = kind
    return kinds


def _names_of(profile: ImportProfile | None) -> frozenset[str]:
    if profile is None:
        return frozenset()
    named = [profile.column_of(name) for name, rule in profile.rules.items() if rule.has_column]
    further = [
        *profile.ignore_columns,
        *profile.default_attributes,
        *profile.lead_management.named_attributes,
        profile.do_not_contact_column or "",
    ]
    return frozenset(map(folded_header, filter(None, (*named, *further))))


def _is_known(column: str, own: frozenset[str]) -> bool:
    header = restored_header(column).strip()
    folded = folded_header(header)
    if header in (*REJECTED_FILE_COLUMNS, *WARNED_FILE_COLUMNS) or folded in own:
        return True
    if look_like_values([header]):
        return False
    return bool(meaning_of(header).meanings) or any(_is_misspelled(folded, name) for name in own)


def _is_misspelled(folded: str, name: str) -> bool:
    alike = len(name) >= _LONG_ENOUGH and abs(len(folded) - len(name)) <= _FEW_LETTERS
    return alike and SequenceMatcher(None, folded, name).ratio() >= _MISSPELLED


def _means_contact(column: str, profile: ImportProfile | None) -> bool:
    rules = {} if profile is None else profile.rules
    kinds = {
        rule.type
        for name, rule in rules.items()
        if profile is not None and rule.has_column and folded_header(profile.column_of(name)) == folded_header(column)
    }
    return bool({"phone", "email"} & {*kinds, *meaning_of(column).meanings})
