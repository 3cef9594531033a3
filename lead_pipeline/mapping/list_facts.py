"""Which columns of a suppression list name people by something else than phones and emails, and which say more about an
entry: by header alone.
"""

import re
from collections.abc import Mapping
from typing import Literal

from lead_pipeline.model.errors import RequiredColumnUnmappedError
from lead_pipeline.model.suppression_kinds import EntryKind

FactName = Literal["country", "listed_on", "source", "expires_at"]

_OTHERS: dict[EntryKind, frozenset[str]] = {
    "external_id": frozenset({"external id", "externalid"}),
    "cookie_id": frozenset({"cookie id", "cookieid"}),
    "social": frozenset({"social"}),
    "domain": frozenset({"domain", "email domain", "domains"}),
    "prefix": frozenset({"prefix", "phone prefix", "area code", "areacode", "npa", "prefixes", "area codes"}),
}
_FACTS: dict[FactName, frozenset[str]] = {
    "country": frozenset({"country", "country code"}),
    "listed_on": frozenset({"date", "listed on", "date listed", "date added", "added on"}),
    "source": frozenset({"source", "list", "list source"}),
    "expires_at": frozenset({"expires", "expires at", "expires on", "expiry", "expiry date", "expiration date"}),
}
#: Beside a phone or an email these only say which part of it they are: nobody means everybody with that area code.
_PARTS = ("domain", "prefix")


def find_other_columns(headers: Mapping[str, str], *, beside_others: bool) -> dict[str, EntryKind]:
    """Return the columns of other identifiers, by name; `beside_others`: the list has phones or emails too."""
    return {
        name: kind
        for name, header in headers.items()
        for kind, spellings in _OTHERS.items()
        if _spelled(header) in spellings and not (beside_others and kind in _PARTS)
    }


def find_column_of(kind: EntryKind, headers: Mapping[str, str]) -> str:
    """Return the column of the identifiers that the list was said to have: named so, or the only one.

    Raises: RequiredColumnUnmappedError.
    """
    named = [name for name, header in headers.items() if _spelled(header) in _OTHERS.get(kind, {kind})]
    if len(named) == 1 or len(headers) == 1:
        return (named or list(headers))[0]
    raise RequiredColumnUnmappedError(
        f"The list is said to have identifiers of the kind {kind}, and {len(named)} of its {len(headers)} columns are "
        f"named like that. Name one column '{kind}'."
    )


def find_fact_columns(headers: Mapping[str, str]) -> dict[FactName, str]:
    """Return the columns that say more about an entry; the first of each that is named so."""
    found: dict[FactName, str] = {}
    for name, header in headers.items():
        for fact, spellings in _FACTS.items():
            if _spelled(header) in spellings:
                found.setdefault(fact, name)
    return found


def _spelled(header: str) -> str:
    return re.sub(r"[\W_]+", " ", header).strip().casefold()
