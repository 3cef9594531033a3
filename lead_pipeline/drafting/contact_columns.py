"""Columns that say by their names that they hold further identifiers of a contact, or further people of a lead:
`_alias_email`, `secondary_phone_2`, `secondary_2_role`.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from lead_pipeline.model.fields import IDENTIFIER_KINDS, RESERVED_COLUMNS

_PREFIX = "_alias_"
_PHONE = re.compile(r"secondary_phone_([1-9]|10)", re.IGNORECASE)
_VARIABLE = re.compile(r"secondary_([1-9]|10)_(\w+)", re.IGNORECASE)
#: Other names of the kinds, as headers of aliases bear them.
_CALLED = {"cookie": "cookie_id", "id": "external_id", "external": "external_id"}


class FurtherColumns(NamedTuple):
    """What such columns are for: the header of each kind of identifier; how many people, what is known of each; all
    headers.
    """

    aliases: dict[str, str]
    contacts: int
    variables: tuple[str, ...]
    columns: frozenset[str]


def further_columns(columns: Sequence[str]) -> FurtherColumns:
    """Find the columns of aliases and secondary contacts of a file, case-insensitive, outer whitespace ignored."""
    aliases: dict[str, str] = {}
    places: set[int] = set()
    variables: dict[str, str] = {}
    ours: set[str] = set()
    for column in columns:
        header = column.strip()
        kind = _alias_kind(header)
        if kind is not None and kind not in aliases:
            aliases[kind] = column
            ours.add(column)
        elif found := _PHONE.fullmatch(header):
            places.add(int(found[1]))
            ours.add(column)
        elif (found := _VARIABLE.fullmatch(header)) and found[2].casefold() not in RESERVED_COLUMNS:
            variables.setdefault(found[2].casefold(), found[2])
            ours.add(column)
    if not places:  # people without a phone are none
        ours -= {column for column in ours if _VARIABLE.fullmatch(column.strip())}
        variables.clear()
    return FurtherColumns(aliases, max(places, default=0), tuple(variables.values()), frozenset(ours))


def _alias_kind(header: str) -> str | None:
    if not header.casefold().startswith(_PREFIX):
        return None
    called = header.casefold().removeprefix(_PREFIX)
    kind = _CALLED.get(called, called)
    return kind if kind in IDENTIFIER_KINDS else None
