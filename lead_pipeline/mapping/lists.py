"""Which column of a suppression list contains the numbers, and which the reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from lead_pipeline.model.errors import RequiredColumnUnmappedError, listed

_NUMBER_HEADERS = (
    "phone", "phone_number", "phone number", "number", "caller_id", "caller id", "mobile", "telephone", "tel",
)  # fmt: skip
_REASON_HEADERS = ("reason", "note", "notes", "comment")


@dataclass(frozen=True, slots=True)
class ListColumns:
    """The columns of a suppression list, by name."""

    phone: str
    reason: str | None


def map_list_columns(columns: Sequence[str]) -> ListColumns:
    """Find the column of numbers: by header, or the only column there is.

    Raises:
        RequiredColumnUnmappedError: none of several columns is named like a phone column.
    """
    by_header = {column.strip().casefold(): column for column in columns}
    phone = next((by_header[header] for header in _NUMBER_HEADERS if header in by_header), None)
    reason = next((by_header[header] for header in _REASON_HEADERS if header in by_header), None)
    if phone is None:
        others = [column for column in columns if column != reason]
        if len(others) != 1:
            raise RequiredColumnUnmappedError(
                f"No column of the list is named phone, and it has {len(columns)} columns, so it is unclear which one "
                "contains the numbers. Name that column phone "
                f"(also accepted: {listed(_NUMBER_HEADERS[1:])})."
            )
        phone = others[0]
    return ListColumns(phone=phone, reason=reason)
