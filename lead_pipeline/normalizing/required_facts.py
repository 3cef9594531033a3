"""What a profile requires to be known of a row besides its values: the kind of its line, where its person may be.
Whether that is enough does not belong here.
"""

from collections.abc import Iterator

import polars as pl

from lead_pipeline.model.fields import LINE_TYPE, TIME_ZONE_KNOWN
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.normalizing.phones.phone_facts import describe_phones
from lead_pipeline.normalizing.time_zones.zones_of_people import find_time_zones

_SAYING_WHERE = ("phone", "postal_code", "state", "country")


def required_facts(rows: pl.DataFrame, profile: ImportProfile) -> Iterator[pl.Series]:
    """Yield `line_type` (String, null without a number) and `time_zone_known` (Boolean) of normalized rows, each only
    where the profile requires something of it.
    """
    required = profile.lead_management.require
    if required.line_types:
        yield describe_phones(rows["phone"], ("type",))["type"].alias(LINE_TYPE)
    if required.time_zone:
        people = rows.select(
            (pl.col(name).cast(pl.String) if name in rows.columns else pl.lit(None, dtype=pl.String)).alias(name)
            for name in _SAYING_WHERE
        )
        zones = find_time_zones(people)["time_zones"]
        yield pl.select((zones.list.len() > 0).fill_null(value=False).alias(TIME_ZONE_KNOWN)).to_series()
