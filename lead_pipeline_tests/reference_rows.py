"""Rows judged as anybody would write it first: one row after another, with dicts, datetime, Babel, phonenumbers and
email-validator. What mapping, normalizing and validating make of rows is held against it; it shares the model with them
and no other code.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from babel.numbers import NumberFormatError, parse_decimal

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.model.row_rules import CompareRule, OneOfRule, RequiredIfRule, RowRule, TogetherRule
from lead_pipeline.model.rules import (
    BooleanRule,
    DateRule,
    DatetimeRule,
    DecimalRule,
    FieldRule,
    IntegerRule,
    OptionRule,
    TagsRule,
    TextRule,
)
from lead_pipeline_tests.reference_importer import judge_email, judge_phone

_ORDER = [reason.value for reason in Reason]
_MISSING = {"phone": "phone_missing", "email": "email_missing"}
_MISSING_CODES = {*_MISSING.values(), "required_missing", "identifier_missing"}
_COMPARED = {
    "less": lambda a, b: a < b,
    "less_or_equal": lambda a, b: a <= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
    "greater_or_equal": lambda a, b: a >= b,
    "greater": lambda a, b: a > b,
}

#: A canonical value, and why there is none; neither for an empty cell.
Judged = tuple[object, str | None]


@dataclass
class Row:
    """What the reference makes of one row."""

    values: dict[str, object] = field(default_factory=dict)
    attributes: dict[str, object] = field(default_factory=dict)
    aliases: list[tuple[str, str]] = field(default_factory=list)
    contacts: list[tuple[object, dict[str, object]]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def judge_row(cells: Mapping[str, str | None], profile: ImportProfile) -> Row:
    """Judge the cells of one row, by header."""
    row = Row()
    by_header = {header.strip().casefold(): (cell or "").strip() for header, cell in cells.items()}
    judged = {name: _judge(by_header, name, rule, profile) for name, rule in profile.rules.items()}
    for name, rule in profile.rules.items():
        if not name.startswith("secondary."):
            _note(row, judged, name, rule)
    for rule in profile.row_rules:
        broken = _broken(rule, judged, profile)
        if broken:
            row.reasons.append(broken)
    _contacts(row, judged, profile)
    row.values = {name: judged[name][0] for name in profile.fields}
    named = {name: judged[f"attribute.{name}"][0] for name in profile.attributes}
    row.attributes = {name: _as_json(value) for name, value in named.items() if value is not None}
    row.aliases = [
        (kind, str(judged[f"alias.{kind}"][0]))
        for kind in profile.aliases
        if judged[f"alias.{kind}"][0] is not None
        and not (kind == profile.identify_by and judged[f"alias.{kind}"][0] == judged[kind][0])
    ]
    row.reasons = sorted(set(row.reasons), key=_ORDER.index)
    row.warnings = sorted(set(row.warnings), key=_ORDER.index)
    return row


def _note(row: Row, judged: Mapping[str, Judged], name: str, rule: FieldRule) -> None:
    code = judged[name][1]
    if code:
        only_warns = rule.on_invalid == "blank" and code not in _MISSING_CODES
        (row.warnings if only_warns else row.reasons).append(code)


def _judge(cells: Mapping[str, str], name: str, rule: FieldRule, profile: ImportProfile) -> Judged:
    text = cells.get(profile.column_of(name).strip().casefold(), "") if rule.has_column else str(rule.constant)
    value, code = judge_text(text or (rule.default or ""), rule, profile)
    if value is None and code is None and rule.required:
        lacking = "identifier_missing" if name == profile.identify_by else "required_missing"
        return None, _MISSING.get(rule.type, lacking)
    return value, code


def judge_text(text: str, rule: FieldRule, profile: ImportProfile) -> Judged:
    """Return the canonical value of a cell, or the reason why it has none."""
    text = text.strip()
    if not text:
        return None, None
    match rule:
        case TextRule():
            return _text(text, rule)
        case IntegerRule() | DecimalRule():
            return _number(text, rule)
        case OptionRule():
            return _option(text, rule)
        case DateRule():
            return _ranged(_day(text, rule), rule.min, rule.max, "date")
        case DatetimeRule():
            return _ranged(_moment(text, rule), _aware(rule.min), _aware(rule.max), "date")
    if rule.type in ("phone", "email"):
        return judge_phone(text, profile.default_region) if rule.type == "phone" else judge_email(text)
    return _yes_or_no(text, rule) if rule.type == "boolean" else _tags(text, rule)


def _yes_or_no(text: str, rule: BooleanRule) -> Judged:
    yes = {"true", "yes", "y", "1", *(word.casefold() for word in rule.true_words)}
    no = {"false", "no", "n", "0", *(word.casefold() for word in rule.false_words)}
    word = text.casefold()
    return (word in yes, None) if word in yes | no else (None, "boolean_invalid")


def _tags(text: str, rule: TagsRule) -> Judged:
    tags: dict[str, str] = {}
    for tag in text.split(rule.separator):
        if tag.strip():
            tags.setdefault(tag.strip().lower(), tag.strip())
    if rule.max_length is not None and any(len(tag) > rule.max_length for tag in tags.values()):
        return None, "value_too_long"
    return list(tags.values()) or None, None


def _text(text: str, rule: TextRule) -> Judged:
    if rule.min_length is not None and len(text) < rule.min_length:
        return None, "value_too_short"
    if rule.max_length is not None and len(text) > rule.max_length:
        return None, "value_too_long"
    if rule.pattern is not None and not re.fullmatch(rule.pattern, text):
        return None, "value_pattern_mismatch"
    return text, None


def _number(text: str, rule: IntegerRule | DecimalRule) -> Judged:
    """Whole numbers have no separators here: Babel reads `1.000` and `1,0` alike as numbers."""
    for unit in rule.units:
        text = text.removesuffix(unit).removeprefix(unit).strip()
    try:
        if rule.locale is None:
            number = float(text) if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text) else None
        else:
            number = float(parse_decimal(text, locale=rule.locale, strict=True))
    except NumberFormatError:
        number = None
    if number is None or (rule.type == "integer" and not re.fullmatch(r"[+-]?[0-9]+", text)):
        return None, "number_invalid"
    return _ranged(int(number) if rule.type == "integer" else number, rule.min, rule.max, "number")


def _option(text: str, rule: OptionRule) -> Judged:
    kept = next((to for written, to in rule.value_map.items() if written.casefold() == text.casefold()), text)
    known = (*rule.options, *rule.value_map.values())
    value = next((option for option in known if option.casefold() == kept.casefold()), None)
    if value is None and rule.others == "keep":
        return text, None
    return value, None if value is not None else "option_invalid"


def _day(text: str, rule: DateRule) -> dt.date | None:
    for form in ("%Y-%m-%d", "%Y%m%d", "%Y-%m-%d 00:00:00", *rule.formats):
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
    return None


def _moment(text: str, rule: DatetimeRule) -> dt.datetime | None:
    moment = None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        for form in rule.formats:
            try:
                moment = dt.datetime.strptime(text, form)  # noqa: DTZ007 it gets its zone below
                break
            except ValueError:
                continue
    if moment is None or moment.tzinfo is not None:
        return moment and moment.astimezone(dt.UTC)
    zone = ZoneInfo(rule.timezone)
    there = moment.replace(tzinfo=zone).astimezone(dt.UTC)
    return there if there.astimezone(zone).replace(tzinfo=None) == moment else None


def _aware(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.replace(tzinfo=dt.UTC) if moment is not None and moment.tzinfo is None else moment


def _ranged(value: object, least: object, most: object, what: str) -> Judged:
    if value is None:
        return None, f"{what}_invalid"
    outside = (least is not None and value < least) or (most is not None and value > most)  # type: ignore[operator]
    return (None, f"{what}_out_of_range") if outside else (value, None)


def _broken(rule: RowRule, judged: Mapping[str, Judged], profile: ImportProfile) -> str | None:
    of = {name: judged[profile.rule_column(name) or ""] for name in rule.names}
    there = {name: value is not None or code is not None for name, (value, code) in of.items()}
    match rule:
        case OneOfRule():
            return None if any(there.values()) else "required_one_of_missing"
        case TogetherRule():
            return "required_together_missing" if any(there.values()) and not all(there.values()) else None
        case RequiredIfRule():
            value = of[rule.when][0]
            wanted = [one.casefold() for one in rule.values]
            demanded = value is not None and (not wanted or str(value).casefold() in wanted)
            return "required_if_missing" if demanded and not there[rule.field] else None
        case CompareRule():
            left, right = of[rule.field][0], of[rule.than][0]
            holds = left is None or right is None or _COMPARED[rule.is_](left, right)
            return None if holds else "value_contradictory"


def _contacts(row: Row, judged: Mapping[str, Judged], profile: ImportProfile) -> None:
    contacts = profile.secondary_contacts
    for place in range(1, contacts.max + 1) if contacts else ():
        assert contacts is not None
        phone, code = judged[f"secondary.{place}.phone"]
        variables = {name: judged[f"secondary.{place}.variable.{name}"] for name in contacts.variables}
        faults, blanked = [*_faults_of(phone, code, row, judged, variables)], []
        for name, (_, reason) in variables.items():
            if reason:
                (blanked if contacts.variables[name].on_invalid == "blank" else faults).append(reason)
        row.warnings += blanked
        if faults:
            row.warnings += [*faults, "secondary_dropped"] if contacts.on_invalid == "drop" else []
            row.reasons += faults if contacts.on_invalid == "reject" else []
        elif phone is not None:
            known = {name: _as_json(value) for name, (value, _) in variables.items() if value is not None}
            row.contacts.append((phone, known))


def _faults_of(
    phone: object, code: str | None, row: Row, judged: Mapping[str, Judged], variables: Mapping[str, Judged]
) -> Iterator[str]:
    if code:
        yield code
    elif phone is None and any(value is not None or reason for value, reason in variables.values()):
        yield "secondary_phone_missing"
    elif phone is not None and phone == judged["phone"][0]:
        yield "secondary_equals_primary"
    elif phone is not None and phone in [earlier for earlier, _ in row.contacts]:
        yield "secondary_repeated"


def _as_json(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, dt.date) else value
