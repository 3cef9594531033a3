"""Files of rows that we write ourselves to be imported: how they are written, and so how they are read. What is in them
does not belong here.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reading_options import ReadingOptions

#: How they are written, so that nothing about them has to be found out.
_WRITTEN = ReadingOptions(encoding="utf-8", delimiter=",", quote='"', escape="", header=True, header_row=1)


def read_as_written(profile: ImportProfile) -> ImportProfile:
    """Return the profile for a file that we wrote, whatever it says of encoding, header or sheet of others."""
    return profile.model_copy(update={"reading": _WRITTEN})


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as such a file has them: every cell in quotes, lines that end in CRLF (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
