"""Which regions phone numbers can be read under, and what people call them: ISO codes, names, well-known aliases.
Nothing about numbers belongs here. What a region is comes from phonenumbers, what it is called from CLDR (Babel).
"""

from functools import cache

import phonenumbers
import polars as pl
from babel import Locale
from babel.core import get_global

from lead_pipeline.model.errors import UsageError, did_you_mean


@cache
def supported_regions() -> frozenset[str]:
    """Return the ISO codes of all regions that a number can be read under."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def checked_region(region: str | None) -> str | None:
    """Return `region` unchanged when it is supported or None.

    Raises:
        UsageError: there is no such region; the sentence names the nearest one.
    """
    if region is None or region in supported_regions():
        return region
    raise UsageError(
        f"There is no region '{region}' that phone numbers can be read under.{_nearest(region)} "
        "A region is an ISO country code of two capital letters, such as US."
    )


def _nearest(region: str) -> str:
    named = region_named(region)
    return f" Did you mean '{named}'?" if named else did_you_mean(region, supported_regions())


def region_named(text: str) -> str | None:
    """Return the region that `text` names: ISO code (2 or 3 letters, digits), CLDR alias (`UK`), name; else None."""
    wanted = _folded(text)
    return _regions_by_name().get(wanted)


def regions_named(names: pl.Series, default: str | None) -> pl.Series:
    """Return the region that each of `names` (String) names, `default` where it is empty or unknown; String."""
    distinct = names.drop_nulls().unique()
    found = [region_named(name) for name in distinct]
    named = names.replace_strict(distinct, pl.Series(found, dtype=pl.String), default=None)
    return named if default is None else named.fill_null(default)


@cache
def _regions_by_name() -> dict[str, str]:
    """Every code, alias and English name (folded) with its region; a code beats an alias, an alias a name."""
    known = supported_regions()
    names = {_folded(name): code for code, name in Locale("en").territories.items() if code in known}
    aliases = {
        _folded(alias): codes[0] for alias, codes in get_global("territory_aliases").items() if codes[0] in known
    }
    return names | aliases | {_folded(code): code for code in known}


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
