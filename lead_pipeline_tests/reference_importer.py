"""An importer as anybody would write it first: csv module, phonenumbers, email-validator, dicts, one row after another.
What the real one makes of a file is held against it; it shares no code with it but the names of the reasons.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, ValidationResult

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.rules import FieldRule

#: What is blank to the eye: a row of nothing else is a blank row.
BLANK = " \t\r\n\v\f\u00a0\ufeff"

#: Marks that alone say 'there is none', in any field.
MARKS = "-_.?*/\\"

_UNPARSED = {
    NumberParseException.INVALID_COUNTRY_CODE: "phone_country_unknown",
    NumberParseException.NOT_A_NUMBER: "phone_not_a_number",
    NumberParseException.TOO_SHORT_AFTER_IDD: "phone_too_short",
    NumberParseException.TOO_SHORT_NSN: "phone_too_short",
    NumberParseException.TOO_LONG: "phone_too_long",
}
_NOT_VALID = {
    ValidationResult.IS_POSSIBLE: "phone_not_valid",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "phone_too_short",
    ValidationResult.INVALID_COUNTRY_CODE: "phone_country_unknown",
    ValidationResult.TOO_SHORT: "phone_too_short",
    ValidationResult.INVALID_LENGTH: "phone_length_invalid",
    ValidationResult.TOO_LONG: "phone_too_long",
}
_MISSING = {"phone": "phone_missing", "email": "email_missing"}
_REGISTRY = [reason.value for reason in Reason]

Value = str | int | float | bool | None
#: The canonical value, or why there is none; neither for an empty one.
Judged = tuple[Value, str | None]


@dataclass
class Row:
    """What the reference makes of one record of the file."""

    row_number: int
    line_number: int
    cells: list[str]
    outcome: str = ""
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


def records(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield (line the record starts on, cells), header first; bytes that are not UTF-8 are lone surrogates."""
    text = content.decode("utf-8-sig", errors="surrogateescape")
    reader, line = csv.reader(io.StringIO(text, newline="")), 1
    for cells in reader:
        yield line, cells
        line = reader.line_num + 1


@dataclass(frozen=True)
class Customs:
    """What a person sees in a list and a library does not: how it writes 'there is none', and two numbers in a cell."""

    none: frozenset[str] = frozenset()
    several_phones: re.Pattern[str] | None = None


NO_CUSTOMS = Customs()


def import_rows(
    content: bytes,
    profile: ImportProfile,
    *,
    known: Collection[str] = (),
    listed: Mapping[str, str] | None = None,
    customs: Customs = NO_CUSTOMS,
) -> list[Row]:
    """Return what becomes of every row. `known` are the identifiers that the destination has leads for, `listed` the
    numbers that must not be called, each with its reason.
    """
    (_, header), *rest = records(content)
    seen, clear = set[str](), set[str]()
    rows = []
    for number, (line, cells) in enumerate(rest, start=1):
        row = Row(number, line, cells)
        _judge(row, header, profile, customs)
        if not row.outcome:
            _screen(row, profile, known, seen, clear, listed or {})
        row.reasons.sort(key=_REGISTRY.index)
        row.warnings.sort(key=_REGISTRY.index)
        rows.append(row)
    return rows


def _judge(row: Row, header: list[str], profile: ImportProfile, customs: Customs) -> None:
    if not "".join(row.cells).strip(BLANK):
        row.outcome, row.reasons = "skipped", ["row_blank"]
        return
    short = len(row.cells) < len(header)
    damage = {
        "row_too_many_cells": len(row.cells) > len(header),
        "row_too_few_cells": short,
        "encoding_invalid": any("\udc80" <= char <= "\udcff" for cell in row.cells for char in cell),
    }
    row.reasons = [code for code, found in damage.items() if found]
    by_name = {name.strip().casefold(): cell for name, cell in zip(header, row.cells, strict=False)}
    for name, rule in profile.fields.items():
        cell = by_name.get(profile.column_of(name).strip().casefold(), "")
        value, reason = _judge_cell(as_seen(cell).strip(), rule, profile, customs)
        if value is None and reason is None and rule.required and not short:
            # In a short row nobody knows which cell is the one that is missing.
            reason = _MISSING.get(rule.type, "required_missing")
            row.reasons.append(reason)
        elif reason:
            (row.warnings if rule.on_invalid == "blank" else row.reasons).append(reason)
        row.values[name] = value
    row.reasons = list(dict.fromkeys(row.reasons))
    row.warnings = list(dict.fromkeys(row.warnings))
    row.attributes = attributes_of(header, row.cells, profile)
    own = {name: value for name, value in row.attributes.items() if profile.default_attributes.get(name) != value}
    if not row.reasons and not own and all(value is None for value in row.values.values()):
        row.outcome, row.reasons = "skipped", ["row_nothing_kept"]
        return
    row.outcome = "rejected" if row.reasons else ""


def _judge_cell(text: str, rule: FieldRule, profile: ImportProfile, customs: Customs) -> Judged:
    if rule.type in _MISSING and text in customs.none:
        return None, None
    if text and not text.strip(MARKS):
        return None, None
    if rule.type == "phone" and customs.several_phones and customs.several_phones.search(text):
        return None, "phone_multiple"
    return judge_value(text, rule, profile)


def attributes_of(header: list[str], cells: list[str], profile: ImportProfile) -> dict[str, str]:
    """Return the cells of the columns that are no field, to the letter; empty ones are left to the defaults."""
    if profile.other_columns == "ignore":
        return dict(profile.default_attributes)
    columns = {profile.column_of(name).strip().casefold() for name in profile.fields}
    own = {
        name.strip(): as_seen(cell)
        for name, cell in zip(header, cells, strict=False)
        if name.strip().casefold() not in columns and as_seen(cell).strip()
    }
    return {**profile.default_attributes, **own}


def as_seen(cell: str) -> str:
    """Return what a spreadsheet shows of a cell: a text for `="07030"`, a number for `'0151`, no hard space."""
    if cell[:1] == "\u00a0" or cell[-1:] == "\u00a0":
        cell = cell.strip()
    formula = re.fullmatch(r'(?s)\s*=\s*"((?:[^"]|"")*)"\s*', cell)
    if formula:
        return formula[1].replace('""', '"').strip()
    return re.sub(r"""^\s*'+\s*(?=[-+]?[0-9(])""", "", cell)


def _screen(
    row: Row,
    profile: ImportProfile,
    known: Collection[str],
    seen: set[str],
    clear: set[str],
    listed: Mapping[str, str],
) -> None:
    who = str(row.values[profile.identify_by])
    phone = row.values.get("phone")
    is_listed = isinstance(phone, str) and phone in listed
    # A suppressed copy does not cost the next one, which may have another phone.
    found = {"duplicate_in_file": who in (seen if is_listed else clear), "duplicate_existing": who in known}
    row.reasons = [code for code, is_so in found.items() if is_so]
    row.outcome = "duplicate" if row.reasons else "created"
    if is_listed:
        row.outcome = "suppressed"
        row.reasons.append(listed[str(phone)])
    else:
        clear.add(who)
    seen.add(who)


def judge_value(text: str, rule: FieldRule, profile: ImportProfile) -> Judged:
    """Return the canonical value of a trimmed cell, or the reason why it has none."""
    if not text:
        return None, None
    if rule.type == "phone":
        return judge_phone(text, profile.default_region)
    if rule.type == "email":
        return judge_email(text)
    if rule.type == "boolean":
        meaning = dict.fromkeys(("true", "yes", "y", "1"), True) | dict.fromkeys(("false", "no", "n", "0"), False)
        value = meaning.get(text.lower())
        return value, None if value is not None else "boolean_invalid"
    if rule.type == "text":
        text = " ".join(text.split())
        too_long = rule.max_length is not None and len(text) > rule.max_length
        return (None, "value_too_long") if too_long else (text, None)
    return _judge_number(text, rule.type, rule.min, rule.max)


def _judge_number(text: str, kind: str, least: float | None, most: float | None) -> Judged:
    form = r"[+-]?[0-9]+" if kind == "integer" else r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)"
    if not re.fullmatch(form, text):
        return None, "number_invalid"
    value = int(text) if kind == "integer" else float(text)
    fits = kind == "decimal" or -(2**63) <= value < 2**63
    if not fits or (least is not None and value < least) or (most is not None and value > most):
        return None, "number_out_of_range"
    return value, None


@cache
def judge_phone(text: str, region: str | None) -> Judged:
    """Return E.164, or phonenumbers' objection."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        return None, _UNPARSED[error.error_type]
    if phonenumbers.is_valid_number(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), None
    return None, _NOT_VALID[phonenumbers.is_possible_number_with_reason(number)]


@cache
def judge_email(text: str) -> Judged:
    """Return the normalized address, or which side of the @ is at fault."""
    address = _address(text)
    if address:
        return address, None
    local_part, _, domain = text.rpartition("@")
    domain_alone = domain and _address(f"{local_part}@example.com") and not _address(f"a@{domain}")
    return None, "email_domain_invalid" if domain_alone else "email_invalid"


def _address(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return None
