"""The two sides of an email address, each judged for itself as email-validator does: local parts by expressions,
domains by the library, once each. Where nothing but one @ is between them, that is all there is to it.
"""

import re
import sys
import unicodedata
from functools import cache
from operator import itemgetter

import polars as pl
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from email_validator.rfc_constants import (
    ATEXT,
    CASE_INSENSITIVE_MAILBOX_NAMES,
    DNS_LABEL_LENGTH_LIMIT,
    EMAIL_MAX_LENGTH,
)

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.frames import split

#: A domain that the library accepts, and the shortest name before one.
_GOOD_DOMAIN, _SHORTEST = "example.com", "a"

#: What NFC may change: no code point below the combining marks (Unicode Standard Annex 15, NFC_Quick_Check).
_NOT_COMPOSED = r"[^\x00-\x{2ff}]"
#: Every code point is looked at to know which of those beyond ASCII may be in a local part: most files have none.
_BEYOND_ASCII = r"[^\x00-\x7f]"
_ASCII_FORM = rf"^[{ATEXT}]+(?:\.[{ATEXT}]+)*$"

#: No text becomes shorter in lower case.
_LONGEST_MAILBOX = max(map(len, CASE_INSENSITIVE_MAILBOX_NAMES))


@cache
def plain_address(local: str) -> pl.Expr:
    """True where `raw` is what the pattern `local` says and a domain, each accepted beyond doubt, the domain in lower
    case: RFC 1035 labels with a hyphen nowhere doubled (`xn--` is decoded), a top level that ends in a letter, no
    special-use name; short enough that no length limit matters.
    """
    raw, letters = pl.col("raw"), "A-Za-z0-9"
    label = f"[{letters}]+(?:-[{letters}]+)*"
    last_label = f"(?:[{letters}]+-)*[{letters}]*[A-Za-z]"
    special = rf"(?i)[@.](?:{'|'.join(pl.Series(SPECIAL_USE_DOMAIN_NAMES).str.escape_regex())})$"
    short = raw.str.len_bytes() <= DNS_LABEL_LENGTH_LIMIT
    return short & raw.str.contains(rf"^{local}@(?:{label}\.)+{last_label}$") & ~raw.str.contains(special)


def judge_by_sides(spellings: pl.Series) -> pl.DataFrame:
    """Judge spellings that have exactly one @, and neither quotes nor angle brackets, as the library judges them whole.

    Args:
        spellings: String.

    Returns:
        One row per spelling, in order: `email` (String, the library's normalized form; null when refused), `reason`
        (String, null when accepted). An address is as long as allowed when its spelling, its normalized form and that
        with the domain in ASCII are (RFC 3696 erratum 1690: 254 bytes).
    """
    sides = pl.col("raw").str.splitn("@", 2).struct
    rows = spellings.rename("raw").to_frame().with_columns(local=sides[0], domain=sides[1])
    rows = rows.with_columns(normal=_normalized_locals(rows["local"]))
    rows = rows.join(_judged_domains(rows["domain"]), on="domain", how="left", maintain_order="left")
    email = pl.format("{}@{}", "normal", "normal_domain")
    fits = (_short("raw") & (email.str.len_bytes() <= EMAIL_MAX_LENGTH)) & _fits_before("normal", "ascii_domain")
    accepted = rows.with_columns(email=pl.when(fits).then(email))
    of_the_domain = (
        pl.col("normal").is_not_null()
        & (pl.col("domain") != "")
        & pl.col("normal_domain").is_null()
        & _fits_before("local", pl.lit(_GOOD_DOMAIN))
        & _fits_before("normal", pl.lit(_GOOD_DOMAIN))
    )
    blamed = pl.when(of_the_domain).then(pl.lit(Reason.EMAIL_DOMAIN_INVALID.value)).otherwise(
        pl.lit(Reason.EMAIL_INVALID.value)
    )  # fmt: skip
    return accepted.select("email", reason=pl.when(pl.col("email").is_null()).then(blamed))


def _short(name: str) -> pl.Expr:
    return pl.col(name).str.len_bytes() <= EMAIL_MAX_LENGTH


def _fits_before(local: str, domain: str | pl.Expr) -> pl.Expr:
    behind = pl.col(domain) if isinstance(domain, str) else domain
    return pl.col(local).str.len_bytes() + 1 + behind.str.len_bytes() <= EMAIL_MAX_LENGTH


def _normalized_locals(local: pl.Series) -> pl.Series:
    """Return local parts (String) in NFC (RFC 6532 section 3.1), a mailbox of RFC 2142 in lower case; null where
    one, or what it becomes, is none. Each step is taken where it may change something: that is in few of them.
    """
    if not local.str.contains(_BEYOND_ASCII).any():
        return _with_mailboxes(local, local.str.contains(_ASCII_FORM))
    good, composed = local.str.contains(_local_form()), local.clone()
    rows = local.str.contains(_NOT_COMPOSED).arg_true()
    before = local.gather(rows)
    after = before.str.normalize("NFC")
    changed = rows.filter(after != before)
    composed.scatter(rows, after)
    good.scatter(changed, good.gather(changed) & composed.gather(changed).str.contains(_local_form()))
    return _with_mailboxes(composed, good)


def _with_mailboxes(composed: pl.Series, good: pl.Series) -> pl.Series:
    """Return local parts with the mailboxes among them in lower case, and null for those that are not `good`."""
    composed = composed.clone()
    rows = (composed.str.len_chars() <= _LONGEST_MAILBOX).arg_true()
    lower = composed.gather(rows).str.to_lowercase()
    is_mailbox = lower.is_in(CASE_INSENSITIVE_MAILBOX_NAMES)
    composed.scatter(rows.filter(is_mailbox), lower.filter(is_mailbox))
    return composed.set(~good, None)


@cache
def _local_form() -> str:
    """Return the pattern of local parts: dot-atoms with any letters, numbers, marks, punctuation and symbols (RFC 6531
    section 3.3), without a mark in front, as the Unicode version of this interpreter knows them.
    """
    first, further = ATEXT + _code_points("LNPS"), ATEXT + _code_points("LNPSM")
    return rf"^[{first}][{further}]*(?:\.[{further}]+)*$"


@cache
def _code_points(groups: str) -> str:
    """Return the code points beyond ASCII whose general category is in one of the groups, as ranges of a pattern."""
    ranges = (found.span() for found in re.finditer(f"[{groups}]+", _groups_beyond_ascii()))
    return "".join(f"\\x{{{0x80 + start:x}}}-\\x{{{0x80 + end - 1:x}}}" for start, end in ranges)


@cache
def _groups_beyond_ascii() -> str:
    return "".join(map(itemgetter(0), map(unicodedata.category, map(chr, range(0x80, sys.maxunicode + 1)))))


def _judged_domains(domains: pl.Series) -> pl.DataFrame:
    """Return for each distinct domain `normal_domain` and `ascii_domain`, null where the library refuses it."""
    distinct = domains.unique().to_frame("domain").with_columns(raw=pl.lit(f"{_SHORTEST}@") + pl.col("domain"))
    plain, others = split(distinct, plain_address(_SHORTEST))
    lower = pl.col("domain").str.to_lowercase()
    judged = pl.DataFrame(
        [_judged_domain(one) for one in others["domain"]],
        schema={"normal_domain": pl.String, "ascii_domain": pl.String},
        orient="row",
    )
    return pl.concat(
        [
            plain.select("domain", normal_domain=lower, ascii_domain=lower),
            judged.insert_column(0, others["domain"]),
        ]
    )


def _judged_domain(domain: str) -> tuple[str | None, str | None]:
    try:
        found = validate_email(f"{_SHORTEST}@{domain}", check_deliverability=False)
    except EmailNotValidError:
        return None, None
    return found.domain, found.ascii_domain
