"""What a cell may hold: for one rule of a profile, texts that should fulfil it, the most telling first. Whether they
do, and whether they go together in a row, is not decided here. Nobody real is in them.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

import polars as pl
import rstr
from babel.dates import get_day_names, get_month_names
from babel.numbers import get_decimal_symbol

from lead_pipeline.model.field_types import type_of
from lead_pipeline.model.fields import title_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import (
    DateRule,
    DatetimeRule,
    DecimalRule,
    EmailRule,
    FieldRule,
    IntegerRule,
    LineType,
    PhoneRule,
    TagsRule,
    TextRule,
    in_utc,
)
from lead_pipeline.model.texts.regular_expressions import whole
from lead_pipeline.normalizing.phones.example_numbers import example_phones, spelled_phone

#: What people have under the names that fields, variables and attributes often bear; one text per row of a sample.
_TEXTS: dict[str, tuple[str, ...]] = {
    "first_name": ("Ana", "Ben"),
    "last_name": ("Silva", "Okafor"),
    "full_name": ("Ana Silva", "Ben Okafor"),
    "company": ("Alder & Pine", "Bluewater Roofing"),
    "street": ("12 Example Street", "7 Sample Road"),
    "city": ("Boston", "Austin"),
    "state": ("MA", "TX"),
    "postal_code": ("02134", "78701"),
    "remote_ip": ("192.0.2.10", "198.51.100.23"),
    "notes": ("prefers mornings", "asked for a quote"),
    "status": ("new", "contacted"),
    "source": ("web form", "partner"),
    "external_id": ("A-1001", "A-1002"),
    "cookie_id": ("c-7f3a10", "c-7f3a11"),
    "social": ("@ana.example", "@ben.example"),
    "consent_source": ("web form", "https://www.example.com/form"),
    "consent_ip": ("192.0.2.10", "198.51.100.23"),
    "consent_text_hash": ("9f86d081884c7d659a2feaa0c55ad015", "60303ae22b998861bce3b28f33eec1be"),
    "name": ("Maria Silva", "Chidi Okafor"),
    "role": ("spouse", "colleague"),
}
_NUMBERS = {"expires_in": 48, "lead_score": 72, "deal_value": 1250, "age": 35}
_PEOPLE = ("ana.silva", "ben.okafor")
_TAGS = (("spring", "vip"), ("webinar",))
#: Tried where nothing above fits a pattern or length, before texts are made up from the pattern.
_PLAIN = ("https://www.example.com/1", "1", "12", "123", "1234", "12345", "123456", "AB1234", "A", "2026-03-14")
_DAY = dt.datetime(2026, 3, 14, 9, 30, tzinfo=dt.UTC)
_DRAWS = 40


class Examples:
    """Makes the texts of one sample: what tells people apart is never given twice."""

    def __init__(self, profile: ImportProfile) -> None:
        self._region = profile.default_region or "US"
        self._sources = profile.consent.sources if profile.consent is not None else ()
        self._line_types = profile.lead_management.require.line_types
        self._given: set[str] = set()
        self._emails = 0

    def of(self, name: str, rule: FieldRule, row: int) -> list[str]:
        """Return texts for a column of mapped leads in the sample's row at `row`, from 0; none when nothing is known.

        `name` is the column of mapped leads, such as `phone` or `attribute.plan`.
        """
        texts = list(self._texts(name, rule, row))
        return [text for text in dict.fromkeys(texts) if text.strip()]

    def _texts(self, name: str, rule: FieldRule, row: int) -> Iterable[str]:  # one return for each type
        """Return texts that mind the limits of types that have many, and for any other type those that it names."""
        title = _title(name)
        match rule:
            case PhoneRule():
                return self._phone(rule, self._line_types if name == "phone" else ())
            case EmailRule():
                return self._email(row)
            case TextRule():
                return self._text(name, rule, row)
            case IntegerRule():
                return (str(int(number)) for number in _numbers(title, rule.min, rule.max, row, Decimal(1)))
            case DecimalRule():
                return _decimals(title, rule, row)
            case DateRule():
                return _days(rule, row)
            case DatetimeRule() if name == "consent_at":
                return _recent_moments(rule, row)
            case DatetimeRule():
                return _moments(rule, row)
            case TagsRule():
                return _tags(rule, row)
            case _:
                examples = list(type_of(rule).examples(rule))
                telling = [text for text in _TEXTS.get(title, ()) if text in examples]
                return [*_rotated(telling, row), *_rotated(examples, row)]

    def _phone(self, rule: PhoneRule, required: tuple[LineType, ...]) -> Iterator[str]:
        """Yield a number of a kind that the rule allows and, of the lead's own phone, the profile requires."""
        types = rule.allow_types
        if required:
            types = tuple(kind for kind in required if types is None or kind in types)
        free = (phone for phone in example_phones(self._region, types) if phone not in self._given)
        phone = next(free, None)
        if phone is None:
            return
        self._given.add(phone)
        for national in (True, False) if rule.format == "national" else (False, True):
            yield spelled_phone(phone, national=national)

    def _email(self, row: int) -> Iterator[str]:
        self._emails += 1
        yield f"{_PEOPLE[row % len(_PEOPLE)]}{self._emails if self._emails > 1 else ''}@example.com"

    def _text(self, name: str, rule: TextRule, row: int) -> Iterator[str]:
        if name == "country":
            yield self._region
        if name == "consent_source":
            yield from self._sources
        title = _title(name)
        suffix = "-b" if name.startswith("alias.") else ""
        known = [*_rotated(list(_TEXTS.get(title, ())), row), f"{title.replace('_', ' ')} {row + 1}"]
        plain = [_fitted(text, rule) for text in (*(f"{text}{suffix}" for text in known), *_PLAIN)]
        if rule.pattern is None:
            yield from plain
            return
        texts = pl.Series(plain, dtype=pl.String)
        matching = texts.filter(texts.str.contains(whole(rule.pattern))).to_list()
        yield from matching or _drawn(rule.pattern, seed=f"{name} {row}")


def _title(name: str) -> str:
    """Return what a column of mapped leads is called among the others of its kind: `role` for every contact's."""
    return title_of(name).split(" ", 2)[2] if name.startswith("secondary.") else name.partition(".")[2] or name


def _decimals(title: str, rule: DecimalRule, row: int) -> Iterator[str]:
    point = get_decimal_symbol(rule.locale) if rule.locale else "."
    for number in _numbers(title, _exact(rule.min), _exact(rule.max), row, Decimal("0.5")):
        yield f"{number:f}".replace(".", point)


def _rotated(texts: list[str], row: int) -> list[str]:
    """Let each row begin with another text, so that a sample shows more than one."""
    start = row % len(texts) if texts else 0
    return texts[start:] + texts[:start]


def _fitted(text: str, rule: TextRule) -> str:
    """Shorten or lengthen a text to the rule's lengths; a pattern is left to those who read it."""
    longer = text.ljust(rule.min_length or 0, "x")
    return longer[: rule.max_length].strip() if rule.max_length else longer


def _drawn(pattern: str, seed: str) -> list[str]:
    """Return texts that a pattern matches, the shortest and plainest first; none for what cannot be drawn."""
    draw = rstr.Rstr(random.Random(seed))  # noqa: S311  the same each time, and no secret
    try:
        texts = {draw.xeger(pattern) for _ in range(_DRAWS)}
    except (KeyError, IndexError, ValueError, OverflowError):  # rstr 3.2 knows no atomic groups and no conditions
        return []
    readable = [text for text in texts if text.isprintable() and text == text.strip()]
    return sorted(readable, key=lambda text: (sum(not char.isalnum() for char in text), len(text), text))


def _exact(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(repr(number))


def _numbers(
    title: str, least: Decimal | int | None, most: Decimal | int | None, row: int, step: Decimal
) -> list[Decimal]:
    """Return numbers within the range: a plausible one, its neighbours, the ends and what lies between them."""
    start = Decimal(_NUMBERS.get(title, 35) + row)
    ends = [Decimal(end) for end in (least, most) if end is not None]
    middle = [(ends[0] + ends[1]) / 2] if len(ends) == 2 else []
    near = [end + sign * step for end in ends for sign in (1, -1)]
    wanted = [start, start * 2, start / 2 // 1, *middle, *near, *ends, Decimal(0), Decimal(1), Decimal(-1)]
    whole = [number // 1 if step == 1 else number for number in wanted]
    return [number for number in whole if (least is None or number >= least) and (most is None or number <= most)]


def _days(rule: DateRule, row: int) -> Iterator[str]:
    least, most = ((dt.datetime.combine(end, dt.time(), dt.UTC) if end else None) for end in (rule.min, rule.max))
    for moment in _between(least, most, row):
        yield from _written(moment, rule, "%Y-%m-%d")


def _moments(rule: DatetimeRule, row: int) -> Iterator[str]:
    zone = pl.Datetime("us", rule.timezone)
    for moment in _between(in_utc(rule.min), in_utc(rule.max), row):
        local = pl.Series([moment]).cast(zone)
        yield from _written(local, rule, "%Y-%m-%dT%H:%M:%S")


def _recent_moments(rule: DatetimeRule, row: int) -> Iterator[str]:
    """Yield moments of the last days, for a consent may have to be recent, and never is of tomorrow."""
    now = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
    for moment in (now - dt.timedelta(days=2 + row), now - dt.timedelta(hours=15), now - dt.timedelta(minutes=1)):
        yield from _written(pl.Series([moment]).cast(pl.Datetime("us", rule.timezone)), rule, "%Y-%m-%dT%H:%M:%S")


def _between(least: dt.datetime | None, most: dt.datetime | None, row: int) -> list[dt.datetime]:
    """Return moments within the range: a plausible one, others around it, the ends and what lies between them."""
    start = _DAY + dt.timedelta(days=2 * row)
    around = [start, *(start + dt.timedelta(days=days) for days in (30, -30, 365, -365))]
    ends = [end for end in (least, most) if end is not None]
    middle = [ends[0] + (ends[1] - ends[0]) / 2] if len(ends) == 2 else []
    near = [end + dt.timedelta(days=sign) for end in ends for sign in (1, -1)]
    wanted = [moment.replace(second=0, microsecond=0) for moment in (*around, *middle, *near)]
    return [one for one in (*wanted, *ends) if (least is None or one >= least) and (most is None or one <= most)]


def _written(moment: dt.datetime | pl.Series, rule: DateRule | DatetimeRule, iso: str) -> Iterator[str]:
    series = moment if isinstance(moment, pl.Series) else pl.Series([moment])
    for form in (*(form.replace("%f", "%6f") for form in rule.formats[:1]), iso):  # polars' %f has nine digits
        yield series.dt.strftime(_with_names(form, series.item(), rule.locale)).item()


def _with_names(form: str, moment: dt.datetime, locale: str | None) -> str:
    """Replace the codes of names of months and days by these names in the rule's language; polars has English ones."""
    if locale is None:
        return form
    names: dict[str, Callable[[], str]] = {
        "%B": lambda: get_month_names("wide", locale=locale)[moment.month],
        "%b": lambda: get_month_names("abbreviated", locale=locale)[moment.month],
        "%A": lambda: get_day_names("wide", locale=locale)[moment.weekday()],
        "%a": lambda: get_day_names("abbreviated", locale=locale)[moment.weekday()],
    }
    for code, name in names.items():
        form = form.replace(code, name().replace("%", "%%")) if code in form else form
    return form


def _tags(rule: TagsRule, row: int) -> Iterator[str]:
    longest = rule.max_length or 100
    for tags in (_TAGS[row % len(_TAGS)], ("new",), ("1",)):
        yield rule.separator.join(tag[:longest] for tag in tags)
