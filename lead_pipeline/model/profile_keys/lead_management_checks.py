"""What `lead_management:` and the other keys of a profile say together: the fields that it implies, and the sentences
for what contradicts itself. What a key does does not belong here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.fields import RuleError
from lead_pipeline.model.lead_management.management_keys import hours_of
from lead_pipeline.model.lead_management.on_match import ExpireByToken, OnMatch
from lead_pipeline.model.profile_keys.keys_of_profile import ProfileKeys

_KEY = "lead_management"
_ON_MATCH = (_KEY, "on_match")
_SAYING_WHERE = ("phone", "postal_code", "state", "country")


def with_implied_expiry(said: Mapping[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with the `expires_in` that `expires_after` implies, which is its default.

    What a row leaves empty is then filled like any default: an update fills what is empty, and overwrites nothing.
    """
    given = _within(said.get(_KEY), "expires_after")
    if given is None:
        return fields
    try:
        default = expiry_text(hours_of(given))
    except ValueError:  # which is reported where it stands
        return fields
    rule = fields.get("expires_in", {"type": "decimal"})
    if not isinstance(rule, dict):  # of a profile that is made anew from another one
        rule = rule.model_dump(exclude_unset=True)
    is_said = rule.get("default") is not None or rule.get("constant") is not None
    return fields if is_said else fields | {"expires_in": rule | {"default": default}}


def demands_consent(said: Mapping[str, Any]) -> bool:
    """Tell whether a consent is to be there, as `require:` says; it is not validated yet."""
    return _within(said.get(_KEY), "require", "consent") is not None


def expiry_text(hours: float) -> str:
    """Return hours as the field `expires_in` has them: `48`, `0.5`."""
    return f"{hours:.9f}".rstrip("0").rstrip(".")


def check_lead_management(profile: ProfileKeys) -> None:
    """Raise RuleError for what contradicts other keys of the profile."""
    _check_expiry(profile)
    _check_required(profile)
    _check_expired_leads(profile)
    _check_matches(profile)
    check_targets(profile.lead_management.on_match, profile.destination)


def check_targets(on_match: OnMatch, destination: Destination) -> None:
    """Raise RuleError when leads would go where they are already."""
    for key, target in on_match.targets.items():
        if target.key == destination.key:
            raise RuleError(
                f"{target} is what the leads of this import are loaded into; name another destination", *_ON_MATCH, key
            )


def check_aim(on_match: OnMatch, destination: Destination) -> None:
    """Raise UsageError when an import that is aimed at another destination would send leads where they are already."""
    try:
        check_targets(on_match, destination)
    except RuleError as error:
        key = error.key[-1]
        raise UsageError(
            f"The import is for {destination}, and `{key}` under lead_management.on_match of its profile names that "
            "too: leads cannot go where they are already. Choose another destination, or another profile."
        ) from None


def named_attributes(profile: ProfileKeys) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield the attributes that the profile itself gives values: where, the name, and what the value is called."""
    yield from ((("default_attributes", name), name, "default") for name in profile.default_attributes)
    management = profile.lead_management
    yield from (((_KEY, "defaults", name), name, "default") for name in management.defaults.said)
    yield from (((_KEY, "additional_data", name), name, "constant") for name in management.additional_data)


def _check_expiry(profile: ProfileKeys) -> None:
    hours, rule = profile.lead_management.expires_after, profile.fields.get("expires_in")
    if hours is None or rule is None:
        return
    if rule.constant is not None or rule.default != expiry_text(hours):
        raise RuleError(
            "fields.expires_in says itself what leads without an expiry have; remove one of the two",
            *(_KEY, "expires_after"),
        )
    if rule.type == "integer" and not hours.is_integer():
        raise RuleError(
            "fields.expires_in takes whole hours only; write whole hours here, or `type: decimal` there",
            *(_KEY, "expires_after"),
        )


def _check_required(profile: ProfileKeys) -> None:
    required = profile.lead_management.require
    if required.line_types and "phone" not in profile.fields:
        raise RuleError(
            "it is about the lead's phone, which `fields:` does not have; add phone", *(_KEY, "require", "line_types")
        )
    may_say = any(name in profile.fields for name in _SAYING_WHERE) or profile.other_columns == "attributes"
    if required.time_zone and not may_say:
        raise RuleError(
            f"nothing says where a person is: `fields:` has none of {', '.join(_SAYING_WHERE)}; add one",
            *(_KEY, "require", "time_zone"),
        )
    if required.consent and profile.consent is not None and profile.consent.required:
        raise RuleError("`consent:` requires one already; remove one of the two", *(_KEY, "require", "consent"))
    time = profile.fields.get("consent_at")
    if required.consent and time is not None and (time.default is not None or time.constant is not None):
        raise RuleError(
            "a consent is to be there in each row, so its time cannot be the same for all; remove it",
            *("fields", "consent_at", "constant" if time.default is None else "default"),
        )


def _check_expired_leads(profile: ProfileKeys) -> None:
    expired = profile.lead_management.on_match.expire_existing
    if not expired:
        return
    where = (*_ON_MATCH, "expire_existing")
    if "phone" not in profile.fields:
        raise RuleError("leads expire by their phone, which `fields:` does not have; add phone", *where)
    if profile.write_mode == "update_only":
        raise RuleError(
            "a row that makes existing leads expire becomes a new lead, and update_only creates none; write "
            "write_mode: create_only or upsert, or remove it",
            *where,
        )
    if isinstance(expired, ExpireByToken) and expired.token in profile.fields:
        raise RuleError(
            f"'{expired.token}' is a field, and a token is an attribute; name the attribute", *where, "token"
        )


def _check_matches(profile: ProfileKeys) -> None:
    on_match = profile.lead_management.on_match
    if on_match.changes_leads and profile.on_duplicate == "reject" and on_match.leads == "destination":
        raise RuleError(
            "rows whose lead exists are rejected, and a rejected row changes no lead; write skip, update or fill, or "
            "remove what lead_management.on_match says",
            "on_duplicate",
        )


def _within(value: object, *keys: str) -> Any:  # noqa: ANN401  # whatever somebody wrote
    """Return what is under keys, whether the groups are models already or not; None where something is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else getattr(value, key, None)
    return value
