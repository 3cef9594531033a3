"""What rows say of the consent of their person: its time, and the address of the machine. What a profile demands of a
consent does not belong here.
"""

import ipaddress

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.verdicts import filled_text, read_verdicts, when

_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
#: An IPv4 address as everybody writes it; leading zeros are octal to some programs, and refused.
_IPV4 = rf"^{_BYTE}(?:\.{_BYTE}){{3}}$"
_IPV4_WITH_PORT = rf"^({_BYTE}(?:\.{_BYTE}){{3}}):[0-9]{{1,5}}$"
_BRACKETED = r"^\[([^\]]*)\](?::[0-9]{1,5})?$"
#: The end of a time that says its zone. A day alone says none, whatever its last digits look like.
_ZONE = r"(?i):[0-9]{2}(?:[.,][0-9]+)?[^:]*?(?:z|utc|gmt|[+-][0-9]{2}(?::?[0-9]{2})?)\s*$"


def as_consent_times(verdicts: pl.DataFrame) -> pl.DataFrame:
    """Return read moments (`value`, `reason`), where one that cannot be read is a consent that cannot."""
    unreadable = pl.col("reason") == Reason.DATE_INVALID.value
    reason = pl.when(unreadable).then(pl.lit(Reason.CONSENT_UNREADABLE.value)).otherwise("reason")
    return verdicts.with_columns(reason=reason)


def says_zone(raw: pl.Series) -> pl.Series:
    """Tell which texts say the time zone of the time that they have (Boolean)."""
    return raw.cast(pl.String).str.contains(_ZONE).fill_null(value=False)


def normalize_ips(raw: pl.Series) -> pl.DataFrame:
    """Read one IPv4 or IPv6 address (RFC 4291), with or without a port, in the form of RFC 5952.

    Returns `value`, `reason` (String), both null for an empty text.
    """
    texts = raw.cast(pl.String).rename("raw").to_frame().select(text=filled_text())
    bare = texts.select(
        pl.coalesce(pl.col("text").str.extract(_IPV4_WITH_PORT), pl.col("text").str.extract(_BRACKETED), "text")
    ).to_series()
    plain = bare.str.contains(_IPV4)
    others = bare.filter(~plain).drop_nulls().unique()
    read = pl.Series([_canonical(text) for text in others], dtype=pl.String)
    found = bare.replace_strict(others, read, default=None, return_dtype=pl.String)
    value = pl.select(value=pl.when(plain).then(bare).otherwise(found))
    return read_verdicts(raw, value, when(pl.col("value").is_null(), Reason.CONSENT_IP_INVALID))


def _canonical(text: str) -> str | None:
    """Return an address in its one form, None for what is none; an IPv4 address within an IPv6 one is itself."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return None if address.scope_id else str(address.ipv4_mapped or address)
