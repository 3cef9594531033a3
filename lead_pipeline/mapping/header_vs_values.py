"""Whether the values of a column support the field that its header names, contradict it, or suggest one by
themselves.
"""

from collections.abc import Mapping

from lead_pipeline.mapping.evidence import ColumnEvidence, Kind

#: The kind of a field's values. Fields that are not listed can hold any text.
_KINDS: Mapping[str, Kind] = {
    "phone": "phone",
    "email": "email",
    "remote_ip": "ip",
    "consent_at": "date",
    "consent_ip": "ip",
    "expires_in": "integer",
    "lead_score": "number",
    "deal_value": "number",
    "postal_code": "postal_code",
    "first_name": "name",
    "last_name": "name",
    "full_name": "name",
    "city": "name",
    "country": "name",
}
#: What at least some of the values must be, or they contradict the header. A phone may be of any country here.
_NEEDED: Mapping[str, tuple[Kind, ...]] = {
    "phone": ("phone", "phone_like"),
    "email": ("email",),
    "remote_ip": ("ip",),
    "consent_at": ("date",),
    "consent_ip": ("ip",),
    "expires_in": ("integer",),
    "lead_score": ("number",),
    "deal_value": ("number",),
}
#: What most of the values must not be, or they contradict the header.
_DENIED: Mapping[str, tuple[Kind, ...]] = {
    "first_name": ("email", "url", "date", "ip", "phone_like", "integer"),
    "last_name": ("email", "url", "date", "ip", "phone_like", "integer"),
    "full_name": ("email", "url", "date", "ip", "phone_like", "integer"),
    "company": ("email", "date", "ip", "phone_like"),
    "street": ("email", "url", "date", "ip"),
    "city": ("email", "url", "date", "ip", "phone_like", "integer"),
    "state": ("email", "url", "date", "ip", "phone_like"),
    "postal_code": ("email", "url", "date", "ip", "name"),
    "country": ("email", "url", "date", "ip", "phone_like"),
    "status": ("email", "url", "date", "ip", "phone_like"),
    "source": ("email", "date", "ip", "phone_like"),
    "tags": ("email", "date", "ip", "phone_like"),
    "external_id": ("email", "date"),
    "cookie_id": ("email", "date", "name"),
    "social": ("email", "date", "ip", "phone_like", "integer"),
    "consent_source": ("email", "date", "ip", "phone_like"),
    "consent_text_hash": ("email", "url", "date", "ip", "phone_like"),
}

#: Below this share of a needed kind, the values contradict the header.
_MIN_NEEDED_SHARE = 0.2
#: Above this share of a denied kind, the values contradict the header.
_MAX_DENIED_SHARE = 0.8
#: Fewer values cannot contradict a header: bad rows are rejected one by one.
_MIN_VALUES = 3
#: From this share on, the values alone suggest a field.
_SUFFICIENT_SHARE = 0.9
#: From this share on, a column competes with one of which the values suggest a phone.
_NEARLY = 0.7


def supporting_kind(field: str) -> Kind | None:
    """Return the kind of values that supports the field."""
    return _KINDS.get(field)


def contradiction(field: str, values: ColumnEvidence) -> str | None:
    """Return how the values contradict a header that names the field, as a clause; None when they do not."""
    if values.values < _MIN_VALUES:
        return None
    needed = _NEEDED.get(field, ())
    if needed and max(values.share(kind) for kind in needed) < _MIN_NEEDED_SHARE:
        found = values.likeliest()
        what = f"; {values.sentence(found)}" if found else ""
        return f"its header means {field}, but {values.sentence(needed[-1])}{what}"
    denied = next((kind for kind in _DENIED.get(field, ()) if values.share(kind) > _MAX_DENIED_SHARE), None)
    return None if denied is None else f"its header means {field}, but {values.sentence(denied)}"


def by_values(values: ColumnEvidence) -> tuple[str | None, float]:
    """Return the field that the values alone suggest, and the confidence; only email and phone can be suggested.

    Whole numbers that happen to be valid phones (ids, in countries whose numbers have few digits) are not enough:
    most must also be written as only phones are, or be valid NANP numbers, which few 10-digit ids happen to be.
    """
    if values.share("email") >= _SUFFICIENT_SHARE:  # one is enough: nothing else looks like an address
        return "email", round(values.share("email") * _SUFFICIENT_SHARE, 2)
    if values.values < _MIN_VALUES:
        return None, 0.0
    if values.share("phone") >= _SUFFICIENT_SHARE and _is_written_as_phones(values):
        return "phone", round(values.share("phone") * _SUFFICIENT_SHARE, 2)
    return None, 0.0


def nearly_phones(values: ColumnEvidence) -> float:
    """Return the confidence that a column is one of phones with many bad numbers among them, 0 if it hardly is."""
    is_near = values.share("phone") >= _NEARLY and _is_written_as_phones(values) and values.values >= _MIN_VALUES
    return round(values.share("phone") * _SUFFICIENT_SHARE, 2) if is_near else 0.0


def _is_written_as_phones(values: ColumnEvidence) -> bool:
    return values.share("written_phone") >= 0.5 or values.region in ("US", "CA", "PR")
