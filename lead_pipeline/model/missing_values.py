"""Which reason a row has when a value that it must have is missing. What counts as missing, validating/ decides."""

from collections.abc import Mapping

from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reason_codes import Reason
from lead_pipeline.model.rules import FieldRule

_BY_TYPE: Mapping[str, Reason] = {"phone": Reason.PHONE_MISSING, "email": Reason.EMAIL_MISSING}

#: Every reason that says of a value that it is missing; none of them can be blanked away.
MISSING = (*_BY_TYPE.values(), Reason.REQUIRED_MISSING, Reason.IDENTIFIER_MISSING)


def missing_reason(profile: ImportProfile, name: str, rule: FieldRule) -> Reason:
    """Return the reason of a row without the value of a column of mapped leads, such as `phone` or `attribute.x`."""
    if rule.type in _BY_TYPE:
        return _BY_TYPE[rule.type]
    return Reason.IDENTIFIER_MISSING if name == profile.identify_by else Reason.REQUIRED_MISSING
