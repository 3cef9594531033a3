"""The columns in which a verdict on a number travels, text as small numbers (`Enum`) until it leaves the room."""

import phonenumbers
import polars as pl
from phonenumbers import REGION_CODE_FOR_NON_GEO_ENTITY, PhoneNumberType

from lead_pipeline.model.reasons import Reason

LINE_TYPE = pl.Enum([PhoneNumberType.to_string(kind).lower() for kind in PhoneNumberType.values()])
UNKNOWN = PhoneNumberType.to_string(PhoneNumberType.UNKNOWN).lower()
REGION = pl.Enum([*sorted(phonenumbers.SUPPORTED_REGIONS), REGION_CODE_FOR_NON_GEO_ENTITY])
REASON = pl.Enum([reason.value for reason in Reason if reason.startswith("phone_")])

VERDICT = pl.Schema(
    {
        "row": pl.UInt32(),
        "e164": pl.String(),
        "region": REGION,
        "type": LINE_TYPE,
        "possible": pl.Boolean(),
        "valid": pl.Boolean(),
        "reason": REASON,
        "extension": pl.String(),
    }
)
