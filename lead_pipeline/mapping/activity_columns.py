"""Which columns of a drop of call activity say what of a call: by header, and phone and time also by what the values
are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from lead_pipeline.mapping.header_spelling import spelling_of
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.mapping.lists import list_evidence
from lead_pipeline.model.errors import RequiredColumnUnmappedError, listed
from lead_pipeline.normalizing.calls import CallForm, read_times

#: Headers by what they say of a call, in words of lower case. The first that a file has counts.
HEADERS: dict[str, tuple[str, ...]] = {
    "phone": ("phone", "dialed number", "dialled number", "number dialed", "called number", "to", "to number", "callee",
              "dnis", "customer number", "contact number", "destination number"),
    "lead_id": ("lead id", "leadid", "lead number", "lead no"),
    "destination": ("destination", "campaign", "campaign name", "schedule", "offer", "flow", "list", "list name"),
    "buyer": ("buyer", "buyer name", "sold to", "purchaser", "advertiser"),
    "disposition": ("disposition", "call disposition", "last disposition", "disposition name", "call result", "result",
                    "call outcome", "outcome", "result code", "call status", "status", "ergebnis", "resultado",
                    "disposicion", "resultat", "esito"),
    "dialed": ("dialed", "dialled", "was dialed", "is dialed", "called", "was called"),
    "connected": ("connected", "was connected", "is connected", "answered", "was answered", "reached", "contacted"),
    "converted": ("converted", "was converted", "is converted", "conversion", "sold", "sale", "is sale"),
    "attempts": ("attempts", "call attempts", "dial attempts", "number of attempts", "attempt count", "attempt",
                 "attempt number", "tries", "dials", "call count", "calls", "versuche", "intentos"),
    "happened_at": ("happened at", "called at", "call time", "call date", "calldate", "call datetime", "call start",
                    "start time", "started at", "timestamp", "datetime", "date time", "date and time", "last call",
                    "last called", "last call date", "last call time", "last attempt", "date", "time",
                    "call start time", "datum", "fecha", "data"),
}  # fmt: skip

#: Above numbers of ours, not of whom we called.
_OURS = ("from", "from number", "caller id", "callerid", "ani", "agent phone", "outbound number", "cli")

#: Of how many of its values a column must be phones, or times, where its header does not say so.
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class ActivityColumns:
    """The columns of a drop, by name: of phones there may be several; the others by what they say of a call."""

    phones: tuple[str, ...]
    others: dict[str, str] = field(default_factory=dict)


def map_activity_columns(headers: Mapping[str, str], sample: pl.DataFrame, form: CallForm) -> ActivityColumns:
    """Find the columns of a drop of call activity.

    Args:
        headers: the text above each column, by name; without a header empty texts.
        sample: the first rows, every value text.
        form: how numbers and times are written where they do not say so.

    Raises:
        RequiredColumnUnmappedError: no column says whom a call was to.
    """
    spelled = {name: " ".join(spelling_of(header).words) if header else "" for name, header in headers.items()}
    others: dict[str, str] = {}
    for what, known in HEADERS.items():
        found = next((name for word in known for name, words in spelled.items() if words == word), None)
        if what != "phone" and found is not None:
            others[what] = found
    phones = tuple(name for name, words in spelled.items() if _names_a_phone(headers[name], words))
    left = [name for name, words in spelled.items() if name not in (*phones, *others.values()) and words not in _OURS]
    if not phones and "lead_id" not in others:
        evidence = list_evidence(sample, left, form.region)
        phones = tuple(name for name in left if evidence[name].valid >= _MOST and not evidence[name].counts)
        left = [name for name in left if name not in phones]
    if "happened_at" not in others:
        times = [name for name in left if _are_times(sample[name], form)]
        others |= {"happened_at": times[0]} if times else {}
    if not phones and "lead_id" not in others:
        raise RequiredColumnUnmappedError(
            f"No column of the file (it has {len(headers)}) says whom the calls were to. Name the column of phone "
            "numbers phone, or that of leads lead_id, and give --region when the numbers are of another country and "
            f"have no +. Other columns may be {listed(what for what in HEADERS if what not in ('phone', 'lead_id'))}."
        )
    return ActivityColumns(phones, others)


def _names_a_phone(header: str, words: str) -> bool:
    return words in HEADERS["phone"] or (
        bool(header) and words not in _OURS and meaning_of(header).meanings == ("phone",)
    )


def _are_times(values: pl.Series, form: CallForm) -> bool:
    filled = values.filter(values.str.strip_chars() != "")
    read = read_times(filled, form)["value"]
    return filled.len() > 0 and read.drop_nulls().len() > _MOST * filled.len()
