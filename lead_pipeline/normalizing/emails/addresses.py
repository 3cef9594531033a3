"""Email addresses, column by column: spellings in, normalized addresses out, exactly as email-validator reads them.
No network. What a profile makes of an address does not belong here.

Most addresses are plain: ASCII, a dotted name behind the @, no trick. For these the library's rules are one regular
expression, built from its own constants. Of others with one @ each side is judged for itself; what has quotes or angle
brackets is left to the library, once per distinct spelling.
"""

from concurrent.futures import ThreadPoolExecutor

import polars as pl
from email_validator import EmailNotValidError, validate_email
from email_validator.rfc_constants import ATEXT, CASE_INSENSITIVE_MAILBOX_NAMES

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.emails.address_sides import judge_by_sides, plain_address
from lead_pipeline.normalizing.frames import split
from lead_pipeline.normalizing.missing import means_missing

EMAIL_SCHEMA: dict[str, type[pl.DataType]] = {"email": pl.String, "reason": pl.String}

_RAW = pl.col("raw")
_PART = 500_000

#: For fewer spellings the library is done before the expressions are built.
_WORTH_COMPILING = 200


def normalize_emails(raw: pl.Series, *, allow_display_name: bool = False) -> pl.DataFrame:
    """Read every spelling as email-validator does, with its own defaults but no DNS look-up.

    The defaults: internationalized local parts are allowed (`allow_smtputf8`); quoted local parts, address literals
    and an empty local part are not; special-use domains (`localhost`, `x.test`) are refused. Surrounding whitespace is
    part of the spelling, and refused.

    Args:
        raw: String; null, whitespace and words for 'none' are missing.
        allow_display_name: accept `Ana <ana@example.com>` as `ana@example.com`.

    Returns:
        One row per value, in order: `email` (String, the library's normalized form; null when refused), `reason`
        (String, a code of model/reasons.py; null exactly when accepted).
    """
    spellings = pl.DataFrame({"raw": raw.cast(pl.String)}).with_row_index("row")
    if allow_display_name:
        spellings = spellings.with_columns(raw=_without_display_name())
    parts = [spellings.slice(start, _PART) for start in range(0, max(raw.len(), 1), _PART)]
    if len(parts) == 1:
        return _normalize_part(spellings)
    with ThreadPoolExecutor(min(len(parts), pl.thread_pool_size())) as threads:
        return pl.concat(threads.map(_normalize_part, parts))


def _without_display_name() -> pl.Expr:
    """Take the address out of angle brackets behind a plain or a quoted name (RFC 5322 3.4 `name-addr`)."""
    quoted = r'"[ !#-\[\]-~]*" *'
    named = rf"^(?:[{ATEXT} ]*|{quoted})<([^<>@\" ]+@[^<>@\" ]+)> *$"
    return pl.coalesce(_RAW.str.extract(named, 1), _RAW)


def _normalize_part(spellings: pl.DataFrame) -> pl.DataFrame:
    plain, others = split(spellings, _is_plain())
    lower, cased = split(plain, ~_RAW.str.contains("[A-Z]"))
    verdicts = [lower.select("row", email="raw"), cased.select("row", email=_folded())]
    present, missing = split(others, _RAW.str.strip_chars() != "")
    addresses, others = split(present, _RAW.str.contains("@", literal=True))
    wordless, words = split(others, ~means_missing(_RAW))
    verdicts += [_refused(wordless, Reason.EMAIL_INVALID), _refused(pl.concat([missing, words]), Reason.EMAIL_MISSING)]
    verdicts.append(_by_sides_or_library(addresses))
    return pl.concat(verdicts, how="diagonal").sort("row").select(*EMAIL_SCHEMA)


def _is_plain() -> pl.Expr:
    """True where the address is accepted beyond doubt, and comes back as written but for upper and lower case: a
    dot-atom (RFC 5322 3.2.3) in front of a plain domain.
    """
    return plain_address(rf"[{ATEXT}]+(?:\.[{ATEXT}]+)*")


def _folded() -> pl.Expr:
    """Lower the domain, and the local part where it is one of the mailboxes of RFC 2142."""
    parts = _RAW.str.splitn("@", 2).struct
    local, domain = parts[0], parts[1]
    mailbox = local.str.to_lowercase().is_in(CASE_INSENSITIVE_MAILBOX_NAMES)
    folded = pl.when(mailbox).then(local.str.to_lowercase()).otherwise(local)
    return pl.concat_str(folded, pl.lit("@"), domain.str.to_lowercase())


def _refused(rows: pl.DataFrame, reason: Reason) -> pl.DataFrame:
    return rows.select("row", reason=pl.lit(reason.value))


def _by_sides_or_library(spellings: pl.DataFrame) -> pl.DataFrame:
    """Judge spellings (`row`, `raw`) with an @ in them."""
    simple, tricky = split(spellings, ~_RAW.str.contains(r'["<]'))
    if simple.height < _WORTH_COMPILING:
        return spellings.join(_by_library(spellings["raw"].unique()), on="raw", how="left").drop("raw")
    single, several = split(simple, _RAW.str.count_matches("@", literal=True) == 1)
    verdicts = [
        judge_by_sides(single["raw"]).insert_column(0, single["row"]),
        _refused(several, Reason.EMAIL_INVALID),
        tricky.join(_by_library(tricky["raw"].unique()), on="raw", how="left").drop("raw"),
    ]
    return pl.concat(verdicts, how="diagonal")


def _by_library(distinct: pl.Series) -> pl.DataFrame:
    verdicts = pl.DataFrame([_normalize_email(one) for one in distinct], schema=EMAIL_SCHEMA, orient="row")
    return verdicts.insert_column(0, distinct)


def _normalize_email(spelling: str) -> tuple[str | None, str | None]:
    accepted = _normalized(spelling)
    return (accepted, None) if accepted else (None, _refusal(spelling).value)


def _normalized(spelling: str) -> str | None:
    try:
        return validate_email(spelling, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def _refusal(spelling: str) -> Reason:
    """Say which side of the @ is at fault: the library tells only in prose, so it is asked about each side apart."""
    local_part, _, domain = spelling.rpartition("@")
    if domain and _normalized(f"{local_part}@example.com") and not _normalized(f"a@{domain}"):
        return Reason.EMAIL_DOMAIN_INVALID
    return Reason.EMAIL_INVALID
