"""What an identifier and an entry of a list are matched by, as joins: the same identifier under any of its forms, the
domain of an email, the digits that a phone begins with.
"""

from lead_pipeline.screening.candidates import KEY_OF, VALUE_OF
from lead_pipeline.screening.phone_equivalence import same_number_key

#: The key of an entry, as an expression over `identifier_kind` and `value`. Phones and prefixes have the integer of
#: their digits; all else is in lower case where it is matched so, and has half its MD5.
KEY_OF_ENTRY = (
    f"(case when identifier_kind in ('phone', 'prefix') then {KEY_OF['phone'].format(value='value')}"
    f" else {KEY_OF['external_id'].format(value='value')} end)"
)


def key_of_value(kind: str, value: str) -> str:
    """Return the expression of the key that all forms of an identifier of that kind share, over its value."""
    key = KEY_OF[kind].format(value=value)
    return same_number_key(key) if kind == "phone" else key


def key_of_all_forms(key: str) -> str:
    """Return the expression of the key that all forms of an entry share, over that of its own key."""
    return f"(case identifier_kind when 'phone' then {same_number_key(key)} else {key} end)"


def joins_of_value(kind: str, value: str, table: str = "suppressed_people") -> dict[str, tuple[str, ...]]:
    """Return the joins with `table` (as `s`) of an identifier of that kind, an expression, by the kind of the entry.

    `table` has identifier_kind, value and key (see `key_of_all_forms`); each join is by equality, so that it is hashed.
    """
    key = KEY_OF[kind].format(value=value)
    if kind == "phone":
        return {"phone": (_join(table, "phone", f"s.key = {same_number_key(key)}"),), "prefix": _prefixes(key, table)}
    held = VALUE_OF[kind].format(value=value)
    joins: dict[str, tuple[str, ...]] = {kind: (_join(table, kind, f"s.key = {key} and s.value = {held}"),)}
    return joins | ({"domain": (_domain(held, table),)} if kind == "email" else {})


def joins_of_lead(kind: str, it: str, table: str = "suppressed_people") -> dict[str, tuple[str, ...]]:
    """Return the same joins of what a lead `it` of base.leads has in its field of that kind; of phones the digits that
    are kept beside them are looked at.
    """
    if kind != "phone":
        return joins_of_value(kind, f"{it}.{kind}", table)
    key = f"{it}.phone_key"
    return {"phone": (_join(table, "phone", f"s.key = {same_number_key(key)}"),), "prefix": _prefixes(key, table)}


def joins_of_identifier(it: str, table: str = "suppressed_people") -> dict[str, tuple[str, ...]]:
    """Return the same joins of a row `it` with kind, key and value (null for phones), by the kind of the entry."""
    is_phone, is_email = f"{it}.kind = 'phone'", f"{it}.kind = 'email'"
    same = (
        f"join {table} s on s.identifier_kind = {it}.kind and ({it}.value is null or s.value = {it}.value)"
        f" and s.key = case when {is_phone} then {same_number_key(f'{it}.key')} else {it}.key end"
    )
    own = dict.fromkeys(KEY_OF, (same,))
    phone, email = f"case when {is_phone} then {it}.key end", f"case when {is_email} then {it}.value end"
    return own | {"prefix": _prefixes(phone, table), "domain": (_domain(email, table),)}


def joins_of_row_value(it: str, table: str = "suppressed_people") -> dict[str, tuple[str, ...]]:
    """Return the same joins of a row `it` of `row_values`, whose key all forms of a number share already."""
    same = (
        f"join {table} s on s.key = {it}.key and s.identifier_kind = {it}.kind"
        f" and ({it}.value is null or s.value = {it}.value)"
    )
    email = f"case when {it}.kind = 'email' then {it}.value end"
    # The number as it is, and the form that it shares with others where that is another one; null for what is no phone.
    forms = f"{it}.digits", f"case when {it}.key <> {it}.digits then {it}.key end"
    prefixes = tuple(_prefix(digits, table) for digits in forms)
    return dict.fromkeys(KEY_OF, (same,)) | {"prefix": prefixes, "domain": (_domain(email, table),)}


def distinct_joins(joins: dict[str, tuple[str, ...]], listed: set[str]) -> tuple[str, ...]:
    """Return the joins that can find anything, where only entries of the kinds `listed` are there; each once."""
    return tuple(dict.fromkeys(join for kind in sorted(joins) if kind in listed for join in joins[kind]))


def _join(table: str, kind: str, condition: str) -> str:
    return f"join {table} s on s.identifier_kind = '{kind}' and {condition}"


def _domain(email: str, table: str) -> str:
    return _join(table, "domain", f"s.value = split_part({email}, '@', -1)")


def _prefixes(key: str, table: str) -> tuple[str, ...]:
    """Return the joins by the first digits of a number as it is, and of the form that it shares with others.

    There are at most 15 lengths of prefixes, so that each number is looked up that often, not compared with each.
    """
    return tuple(_prefix(digits, table) for digits in (key, same_number_key(f"({key})")))


def _prefix(digits: str, table: str) -> str:
    lengths = f"(select distinct length(value) as digits from {table} where identifier_kind = 'prefix') n"  # noqa: S608
    return f"join {lengths} on ({digits}) is not null " + _join(
        table, "prefix", f"s.value = left(({digits})::varchar, n.digits)"
    )
