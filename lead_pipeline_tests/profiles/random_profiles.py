"""Profiles at random, as people could write them: every type of rule, ranges that hold something, all groups."""

from typing import Any

from hypothesis import strategies as st

from lead_pipeline.model.profile import ImportProfile

_PATTERNS = (
    "[0-9]{5}(-[0-9]{4})?",
    "[A-Z]{2}[0-9]{3,6}",
    "https?://[^ ]+",
    r"(?i)ref-\d+",
    r"\S+",
    "(red|green)( dark)?",
)
_FORMATS = ("%d.%m.%Y", "%m/%d/%Y", "%d %B %Y", "%Y%m%d")
_MOMENTS = ("%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M %p")
_WORDS = st.text(alphabet="abcdefgh xyz", min_size=1, max_size=8).filter(lambda text: bool(text.strip()))
_ON_INVALID = st.sampled_from(["reject", "blank"])


def _optional(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keys)


def _merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda found: {key: value for part in found for key, value in part.items()})


def _typed(kind: str, *parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    common = _optional(required=st.booleans(), on_invalid=_ON_INVALID)
    return _merged(st.just({"type": kind}), common, *parts)


def _range(numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    both = st.tuples(numbers, numbers).map(sorted)
    return st.one_of(
        st.just({}),
        numbers.map(lambda least: {"min": least}),
        numbers.map(lambda most: {"max": most}),
        both.map(lambda ends: {"min": ends[0], "max": ends[1]}),
    )


_LENGTHS = st.tuples(st.integers(1, 20), st.integers(0, 40)).map(
    lambda ends: {"min_length": ends[0], "max_length": ends[0] + ends[1]}
)
_LOCALES = _optional(locale=st.sampled_from(["en_US", "de", "fr", "de_CH", "hi"]), units=st.just(["EUR", "$"]))
_DAYS = st.dates().map(lambda day: day.isoformat())
#: `%y` and `%d %B` would leave the century, or the language, to chance.
_WRITTEN_DAYS = _optional(
    formats=st.lists(st.sampled_from(_FORMATS), max_size=2), locale=st.sampled_from(["en", "de", "fr_CA", "ja"])
)
_OPTIONS = st.lists(_WORDS, min_size=1, max_size=4, unique_by=lambda text: text.strip().casefold())

TEXTS = _typed("text", st.one_of(st.just({}), _LENGTHS, st.sampled_from(_PATTERNS).map(lambda one: {"pattern": one})))
RULES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "phone": _typed("phone", _optional(require=st.sampled_from(["valid", "possible"]))),
    "email": _typed("email"),
    "text": TEXTS,
    "integer": _typed("integer", _range(st.integers(-(10**12), 10**12)), _LOCALES),
    "decimal": _typed("decimal", _range(st.floats(-1e9, 1e9, allow_nan=False)), _LOCALES),
    "boolean": _typed("boolean", _optional(true_words=st.just(["ja"]), false_words=st.just(["nein"]))),
    "option": _typed("option", _OPTIONS.map(lambda options: {"options": options})),
    "date": _typed("date", _range(_DAYS), _WRITTEN_DAYS),
    "datetime": _typed(
        "datetime",
        _range(_DAYS),
        _optional(
            timezone=st.sampled_from(["UTC", "Asia/Tokyo"]), formats=st.lists(st.sampled_from(_MOMENTS), max_size=2)
        ),
    ),
    "tags": _typed("tags", _optional(separator=st.sampled_from([",", ";", "|"]), max_length=st.integers(1, 20))),
}

_FIELDS = {
    "first_name": TEXTS,
    "city": TEXTS,
    "postal_code": TEXTS,
    "status": RULES["option"],
    "lead_score": RULES["integer"],
    "deal_value": RULES["decimal"],
    "tags": RULES["tags"],
    "notes": TEXTS,
}
_IDENTIFIERS = {
    "phone": st.just({"type": "phone"}),
    "email": st.just({"type": "email"}),
    "external_id": st.just({"type": "text"}),
    "cookie_id": st.just({"type": "text", "max_length": 40}),
    "social": st.just({"type": "text"}),
}
_ROW_RULES = st.lists(
    st.sampled_from(
        [
            {"rule": "one_of", "fields": ["plan", "size"]},
            {"rule": "together", "fields": ["plan", "since", "until"]},
            {"rule": "required_if", "field": "plan", "when": "size"},
            {"rule": "compare", "field": "since", "is": "less", "than": "until"},
            {"rule": "compare", "field": "size", "is": "greater", "than": "most"},
        ]
    ),
    max_size=3,
)
_MANAGEMENT = _optional(
    enroll=st.booleans(),
    expires_after=st.sampled_from(["48h", "0.5", "3 days"]),
    defaults=_optional(buyers=_WORDS, lead_priority=st.integers(-9, 9)),
    additional_data=st.dictionaries(st.sampled_from(["campaign", "sub_id"]), _WORDS),
    on_match=st.sampled_from([{}, {"schedule": "stop"}, {"opt": "in"}, {"move_to": "list:y"}]),
)
#: Attributes that the rules of rows name.
_NAMED = {
    "plan": {"type": "text"},
    "size": {"type": "integer"},
    "most": {"type": "decimal"},
    "since": {"type": "date"},
    "until": {"type": "date"},
}


@st.composite
def profiles(draw: st.DrawFn) -> ImportProfile:
    """Return a profile whose rules some row can fulfil."""
    who = draw(st.sampled_from(list(_IDENTIFIERS)))
    further = st.fixed_dictionaries({}, optional={kind: rule for kind, rule in _IDENTIFIERS.items() if kind != who})
    fields = {who: draw(_IDENTIFIERS[who])} | draw(further) | draw(st.fixed_dictionaries({}, optional=_FIELDS))
    names = st.sampled_from([f"attribute {number}" for number in range(5)])
    attributes = draw(st.dictionaries(names, st.one_of(*RULES.values()), max_size=4))
    said: dict[str, Any] = {
        "name": "random",
        "destination": {"kind": "list", "name": "x"},
        "identify_by": who,
        "fields": fields,
        "default_region": draw(st.sampled_from(["US", "GB", "DE", "FR", "IN", None])),
        "attributes": attributes | _NAMED,
        "row_rules": draw(_ROW_RULES),
        "aliases": draw(st.fixed_dictionaries({}, optional={kind: st.just({}) for kind in _IDENTIFIERS})),
        "other_columns": draw(st.sampled_from(["attributes", "ignore"])),
        "default_attributes": draw(st.dictionaries(st.sampled_from(["sub id", "buyers"]), _WORDS)),
        "write_mode": draw(st.sampled_from(["create_only", "upsert"])),
        "lead_management": draw(_MANAGEMENT),
        "reading": draw(_optional(delimiter=st.sampled_from(";\t|"), header_row=st.integers(1, 4))),
    }
    if "phone" in fields:
        variables = st.dictionaries(st.sampled_from(["name", "role"]), st.one_of(TEXTS, RULES["option"]), max_size=2)
        said["secondary_contacts"] = draw(
            st.none() | st.fixed_dictionaries({"max": st.integers(0, 10), "variables": variables})
        )
    return ImportProfile.model_validate(said)
