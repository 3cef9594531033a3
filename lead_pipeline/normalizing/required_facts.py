"""What a profile requires to be known of a row besides its values: the kind of its line, where its person may be.
Whether that is enough does not belong here.
"""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from lead_pipeline.model.fields import LINE_TYPE, TIME_ZONE_KNOWN, attribute_column
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.normalizing.phones.phone_facts import describe_phones
from lead_pipeline.normalizing.time_zones.zones_of_people import find_time_zones

_SAYING_WHERE = ("phone", "postal_code", "state", "country")

#: Characters that a JSONPath cannot quote in the name of a member.
_UNQUOTABLE = frozenset('"\\')


def required_facts(
    rows: pl.DataFrame, profile: ImportProfile, places: Mapping[str, Sequence[str]]
) -> Iterator[pl.Series]:
    """Yield `line_type` (String, null without a number) and `time_zone_known` (Boolean) of normalized rows, each only
    where the profile requires something of it. `places` are attributes that say where somebody is, by the field that
    they stand for: these count where the field says nothing, as for the clock of a lead.
    """
    required = profile.lead_management.require
    if required.line_types:
        yield describe_phones(rows["phone"], ("type",))["type"].alias(LINE_TYPE)
    if required.time_zone:
        people = rows.select(_said(name, rows, places.get(name, ())).alias(name) for name in _SAYING_WHERE)
        zones = find_time_zones(people)["time_zones"]
        yield pl.select((zones.list.len() > 0).fill_null(value=False).alias(TIME_ZONE_KNOWN)).to_series()


def _said(name: str, rows: pl.DataFrame, attributes: Sequence[str]) -> pl.Expr:
    """Return what a field says, else the first attribute that stands for it; null for nothing."""
    sources = [pl.col(name).cast(pl.String)] if name in rows.columns else []
    for attribute in attributes:
        if attribute_column(attribute) in rows.columns:
            sources.append(pl.col(attribute_column(attribute)).cast(pl.String))
        elif "attributes" in rows.columns and not set(attribute) & _UNQUOTABLE:
            sources.append(pl.col("attributes").str.json_path_match(f'$["{attribute}"]'))
    if not sources:
        return pl.lit(None, dtype=pl.String)
    return pl.coalesce(pl.when(one.str.strip_chars() != "").then(one) for one in sources)
