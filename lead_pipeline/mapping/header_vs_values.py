"""What the values of a column say about a field: for it, against it, or on their own. How values are looked at belongs
in evidence.py, and how columns are compared in proposing.py.
"""

from collections.abc import Mapping

from lead_pipeline.mapping.evidence import ColumnEvidence, Kind

#: The kind that the values of a field are of. Fields that are not here can hold any text.
_KINDS: Mapping[str, Kind] = {
    "phone": "phone",
    "email": "email",
    "remote_ip": "ip",
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
#: What at least some of the values must be, lest they contradict the header. A phone may be of any country here.
_NEEDED: Mapping[str, tuple[Kind, ...]] = {
    "phone": ("phone", "phone_like"),
    "email": ("email",),
    "remote_ip": ("ip",),
    "expires_in": ("integer",),
    "lead_score": ("number",),
    "deal_value": ("number",),
}
#: What most of the values must not be, lest they contradict the header.
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
}

_FEW = 0.2
_MOST = 0.8
#: So few values say nothing against a header: bad rows are rejected one by one.
_ENOUGH = 3
#: From here on the values speak for themselves.
_CERTAIN = 0.9


def supporting_kind(field: str) -> Kind | None:
    """Return the kind whose share of values speaks for the field."""
    return _KINDS.get(field)


def contradiction(field: str, values: ColumnEvidence) -> str | None:
    """Return how the values contradict a header that names the field, as a clause; None when they do not."""
    if values.values < _ENOUGH:
        return None
    needed = _NEEDED.get(field, ())
    if needed and max(values.share(kind) for kind in needed) < _FEW:
        found = values.likeliest()
        what = f"; {values.sentence(found)}" if found else ""
        return f"its header means {field}, but {values.sentence(needed[-1])}{what}"
    denied = next((kind for kind in _DENIED.get(field, ()) if values.share(kind) > _MOST), None)
    return None if denied is None else f"its header means {field}, but {values.sentence(denied)}"


def by_values(values: ColumnEvidence) -> tuple[str | None, float]:
    """Return the field that the values alone speak for, and the confidence: email and phone are the only ones.

    Whole numbers that happen to be valid phones (ids, in countries whose numbers have few digits) are not enough:
    most must also be written as only phones are, or be read as NANP numbers, which few ids of 10 digits happen to be.
    """
    if values.values < _ENOUGH:
        return None, 0.0
    if values.share("email") >= _CERTAIN:
        return "email", round(values.share("email") * _CERTAIN, 2)
    written = values.share("written_phone") >= 0.5 or values.region in ("US", "CA", "PR")
    if values.share("phone") >= _CERTAIN and written:
        return "phone", round(values.share("phone") * _CERTAIN, 2)
    return None, 0.0
