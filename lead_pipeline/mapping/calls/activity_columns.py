"""Which columns of a drop of call activity say what of a call: as they were named, by header, and phone and time also
by what the values are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from lead_pipeline.mapping.calls.call_headers import call_headers
from lead_pipeline.mapping.header_spelling import spelling_of
from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.mapping.lists import list_evidence
from lead_pipeline.model.errors import RequiredColumnUnmappedError, did_you_mean, listed
from lead_pipeline.model.fields import folded_header
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.scrub.activity_settings import CALL_COLUMNS
from lead_pipeline.normalizing.calls import CallForm, read_times

#: Of how many of its values a column must be phones, times or hours, where its header does not say so or says several.
_MOST = 0.5

#: An hour of the day, which is not past midnight: what begins with 0: says how long a call took.
_HOUR = r"(?i)^0?[1-9][0-9]?:[0-9]{2}(?::[0-9]{2})?\s?(?:[ap]\.?m\.?)?(?:\s?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?$"
_HAS_HOUR = r"[0-9]:[0-9]{2}"

#: What a time is that is written as one, though nobody can say which.
_ASKED = (Reason.DATE_AMBIGUOUS, Reason.DATE_ZONE_MISSING, Reason.DATE_OUT_OF_RANGE)


@dataclass(frozen=True, slots=True)
class ActivityColumns:
    """The columns of a drop, by name: of phones there may be several; the others by what they say of a call. Where the
    phones are those of calls in one direction, `inbound_phones` are those of the other.
    """

    phones: tuple[str, ...]
    others: dict[str, str] = field(default_factory=dict)
    inbound_phones: tuple[str, ...] = ()


def map_activity_columns(
    headers: Mapping[str, str],
    sample: pl.DataFrame,
    form: CallForm,
    named: Mapping[str, Sequence[str]] | None = None,
) -> ActivityColumns:
    """Find the columns of a drop of call activity.

    Args:
        headers: the text above each column, by name; without a header empty texts.
        sample: the first rows, every value text.
        form: how numbers and times are written where they do not say so.
        named: headers of columns that were named, by what they say; these are looked for nowhere else.

    Raises:
        RequiredColumnUnmappedError: no column says whom a call was to, or one that was named is not there.
    """
    given = _given(headers, named or {})
    spelled = {name: " ".join(spelling_of(header).words) if header else "" for name, header in headers.items()}
    taken = {name for names in given.values() for name in names}
    free = {name: words for name, words in spelled.items() if name not in taken}
    phones: tuple[str, ...] = given.get("phone", ())
    inbound: tuple[str, ...] = ()
    others = {what: names[0] for what, names in given.items() if what != "phone"}
    others |= _by_header(free, {*others, "phone", "happened_at"})
    if not phones:
        phones, inbound = _phones_by_header(free, headers)
    left = [name for name in free if name not in (*phones, *inbound, *others.values())]
    if not phones and "lead_id" not in others:
        ours = call_headers()["ours"]
        evidence = list_evidence(sample, [name for name in left if free[name] not in ours], form.region)
        phones = tuple(name for name, found in evidence.items() if found.valid >= _MOST and not found.counts)
        left = [name for name in left if name not in phones]
    if not phones and "lead_id" not in others:
        raise _nobody(headers, form)
    if "happened_at" not in others:
        others |= _time(left, free, sample, form)
    return ActivityColumns(phones, others, inbound if "direction" in others else ())


def _given(headers: Mapping[str, str], named: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    folded = {folded_header(header): name for name, header in headers.items() if header}
    for what, wanted in named.items():
        for header in wanted:
            if folded_header(header) not in folded:
                near = did_you_mean(header, [one for one in headers.values() if one])
                raise RequiredColumnUnmappedError(
                    f"The column '{header}', which is named for {what}, is not in the file.{near} Correct `columns` "
                    "in call_activity.yaml, or the header."
                )
        found[what] = tuple(folded[folded_header(header)] for header in wanted)
    return found


def _by_header(spelled: Mapping[str, str], known: set[str]) -> dict[str, str]:
    """Return the column of each other thing by its header; of several the one whose header is first in the table."""
    found = {}
    for what in (*CALL_COLUMNS, "direction"):
        words = call_headers()[what] if what not in known else ()
        name = next((name for header in words for name, spelling in spelled.items() if spelling == header), None)
        if name is not None:
            found[what] = name
    return found


def _phones_by_header(
    spelled: Mapping[str, str], headers: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns of people's phones; where these are of calls to them, also those of calls that came to us."""
    table = call_headers()
    ours = tuple(name for name, words in spelled.items() if words in table["ours"])
    to = tuple(name for name, words in spelled.items() if words in table["to"])
    people = tuple(
        name
        for name, words in spelled.items()
        if name not in (*ours, *to) and (words in table["phone"] or _means_phone(headers[name]))
    )
    return (people, ()) if people and not to else ((*to, *people), ours if to and not people else ())


def is_call_header(header: str) -> bool:
    """Tell whether a header is one that the table knows, or that means a phone: it is no value then."""
    words = " ".join(spelling_of(header).words)
    return any(words in known for known in call_headers().values()) or _means_phone(header)


def _means_phone(header: str) -> bool:
    return bool(header) and meaning_of(header).meanings == ("phone",)


def _time(left: Sequence[str], spelled: Mapping[str, str], sample: pl.DataFrame, form: CallForm) -> dict[str, str]:
    """Return the column of the time, and that of the hour where it has days only.

    A header alone is not enough: below `Call Time` some dialers write how long a call took. Where no column of such a
    header has times, and none else has, the first of these headers counts, so that it is said what cannot be read.
    """
    table = call_headers()
    by_header = [name for header in table["happened_at"] for name in left if spelled[name] == header]
    candidates = [*by_header, *(name for name in left if name not in by_header)]
    name = next((one for one in candidates if _are_times(sample[one], form)), None)
    if name is None:
        doubtful = next((one for one in by_header if not _are_hours(sample[one]) and _has_any(sample[one])), None)
        return {} if doubtful is None else {"happened_at": doubtful}
    hours = [one for header in table["hour"] for one in left if spelled[one] == header and one != name]
    hour = None if _has_hours(sample[name]) else next((one for one in hours if _are_hours(sample[one])), None)
    return {"happened_at": name} | ({} if hour is None else {"hour": hour})


def _filled(values: pl.Series) -> pl.Series:
    return values.filter(values.str.strip_chars() != "")


def _has_any(values: pl.Series) -> bool:
    return bool(_filled(values).len())


def _are_times(values: pl.Series, form: CallForm) -> bool:
    filled = _filled(values)
    read = read_times(filled, form)
    asked = read["reason"].is_in([code.value for code in _ASKED])
    found = read["month_first"].is_not_null() | read["day_first"].is_not_null() | asked
    return filled.len() > 0 and bool(found.sum() > _MOST * filled.len())


def _are_hours(values: pl.Series) -> bool:
    filled = _filled(values).str.strip_chars()
    return filled.len() > 0 and bool(filled.str.contains(_HOUR).sum() > _MOST * filled.len())


def _has_hours(values: pl.Series) -> bool:
    return bool(_filled(values).str.contains(_HAS_HOUR).any())


def _nobody(headers: Mapping[str, str], form: CallForm) -> RequiredColumnUnmappedError:
    region = ", and say the region of numbers without + (--region, or call_activity.yaml)" if not form.region else ""
    others = listed(what for what in CALL_COLUMNS if what not in ("phone", "lead_id"))
    return RequiredColumnUnmappedError(
        f"No column of the file (it has {len(headers)}) says whom the calls were to. Name the column of phone numbers "
        f"phone, or that of leads lead_id{region}. Other columns may be {others}."
    )
