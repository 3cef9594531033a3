"""Cells of a suppression list, read as whom they name: every phone and every email in a cell, by any spelling that
leads are accepted in, and by old forms. Which columns hold such cells does not belong here.
"""

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.emails import normalize_emails
from lead_pipeline.normalizing.phones import normalize_phones
from lead_pipeline.normalizing.phones.plan.sure_numbers import sure_numbers
from lead_pipeline.normalizing.phones.several import find_multiple_phones
from lead_pipeline.normalizing.repairs import read_repaired

#: What stands around a value and is not part of it: whitespace, marks without width, the apostrophe of a spreadsheet.
_AROUND = r"^[\s\p{Cf}\x{feff}'\x{2018}\x{2019}]+|[\s\p{Cf}\x{feff};,]+$"
_FORMULA = r'^="?([^"]*)"?$'
_LABEL = r"(?i)^(?:mailto|tel|sms|phone|mobile|cell|whatsapp|email|e-mail|p|t|m)\s*[:.]\s*"
_BETWEEN_EMAILS = r"\s*[;,|/\s]\s*"
#: Mexican mobiles as they were written until 2019: 1 behind the country code, or 044 and 045 before the number.
_OLD_MEXICAN = r"^\+52(?:1|04[45])([0-9]{10})$"
#: Brazilian mobiles before they were given a ninth digit (2012 to 2016, by area).
_OLD_BRAZILIAN = r"^\+55([0-9]{2})([6-9][0-9]{7})$"
#: Old forms and those of today, of numbers that are not valid in the old one any more; screening has the same pairs.
_OLD_FORMS = (
    (_OLD_MEXICAN, "+52${1}"),
    (_OLD_BRAZILIAN, "+55${1}9${2}"),
    (r"^\+229([2-9][0-9]{7})$", "+22901${1}"),  # Benin, until November 2024
    (r"^\+225([014-9][7-9][0-9]{6})$", "+22507${1}"),  # Ivory Coast, mobiles until January 2021
    (r"^\+225([014-9][4-6][0-9]{6})$", "+22505${1}"),
    (r"^\+225([014-9][0-3][0-9]{6})$", "+22501${1}"),
    (r"^\+57([1-8][0-9]{7})$", "+5760${1}"),  # Colombia, fixed lines until September 2021
)
#: So many cells are worth a first look for numbers that can be read in one way only.
_MANY = 1_000
_MISSING = (Reason.PHONE_MISSING.value, Reason.EMAIL_MISSING.value)


def read_list_entries(raw: pl.Series, region: str | None) -> pl.DataFrame:
    """Read every phone and email that the cells of a column hold.

    A number that is possible but not valid is read too: a list may name numbers that no numbering plan knows any more.

    Args:
        raw: String.
        region: country of numbers written without +.

    Returns:
        One row per phone or email, in no order: `index` (UInt32, of the cell; empty cells and words for 'none' have no
        row), `identifier_kind` (`phone` or `email`), `value` (String: E.164, or the address in lower case; null when it
        cannot be read), `reason` (String, a code; null exactly when read), `valid` (Boolean: beyond doubt).
    """
    cells = pl.DataFrame({"cell": raw.cast(pl.String)}).with_row_index("index")
    if raw.len() < _MANY:
        return _read_cells(cells, region)
    sure = sure_numbers(cells["cell"], region)
    is_sure = pl.repeat(value=False, n=raw.len(), dtype=pl.Boolean, eager=True).scatter(sure["row"], True)
    none = pl.lit(None, dtype=pl.String)
    read = sure.select(
        index="row", identifier_kind=pl.lit("phone"), value="e164", reason=none, valid=pl.lit(value=True)
    )
    return pl.concat([read, _read_cells(cells.filter(~is_sure), region)])


def _read_cells(cells: pl.DataFrame, region: str | None) -> pl.DataFrame:
    cells = cells.with_columns(_cleaned(pl.col("cell")))
    cells = cells.filter(pl.col("cell").is_not_null() & (pl.col("cell") != ""))
    is_email = pl.col("cell").str.contains("@", literal=True)
    read = pl.concat([_emails(cells.filter(is_email)), _phones(cells.filter(~is_email), region)])
    return read.filter(pl.col("value").is_not_null() | ~pl.col("reason").is_in(_MISSING))


def _cleaned(cell: pl.Expr) -> pl.Expr:
    bare = cell.str.replace_all(_AROUND, "").str.replace(_FORMULA, "${1}")
    return bare.str.replace_all(_AROUND, "").str.replace(_LABEL, "")


def _emails(cells: pl.DataFrame) -> pl.DataFrame:
    several = pl.col("cell").str.count_matches("@", literal=True) > 1
    apart = pl.col("cell").str.replace_all(_BETWEEN_EMAILS, " ").str.split(" ")
    texts = cells.with_columns(text=pl.when(several).then(apart).otherwise(pl.concat_list("cell"))).explode("text")
    texts = texts.filter(pl.col("text") != "")
    bare = texts["text"].str.strip_chars("<>. ").str.replace(_LABEL, "") if texts.height else texts["text"]
    named = normalize_emails(texts["text"], allow_display_name=True)
    read = normalize_emails(bare)
    email = pl.coalesce(named["email"], read["email"]).str.to_lowercase()
    email = pl.when(~email.str.starts_with("*@")).then(email)  # everybody there: no address, though it could be one
    reason = pl.when(email.is_null()).then(pl.coalesce(read["reason"], pl.lit(Reason.EMAIL_INVALID.value)))
    return texts.select("index", identifier_kind=pl.lit("email"), value=email, reason=reason, valid=email.is_not_null())


def _phones(cells: pl.DataFrame, region: str | None) -> pl.DataFrame:
    numbers = cells.with_columns(find_multiple_phones(cells["cell"])["phones"]).explode("phones")

    def read(spellings: pl.Series, _rows: pl.Series | None) -> pl.DataFrame:
        found = _abroad(spellings, normalize_phones(spellings, region))
        found = found.with_columns(_todays_form(found["e164"], found["valid"]))
        good = pl.col("today").is_not_null() | pl.col("valid") | (pl.col("reason") == Reason.PHONE_NOT_VALID.value)
        value = pl.when(good).then(pl.coalesce("today", "e164"))
        reason = pl.when(~good).then("reason")
        return found.select(value=value, reason=reason, valid=pl.col("valid") | pl.col("today").is_not_null())

    verdicts = read_repaired(numbers["phones"], "phone", region, "safe", read)
    value = verdicts["value"]
    reason = pl.when(value.is_null()).then(pl.coalesce(verdicts["reason"], pl.lit(Reason.PHONE_NOT_A_NUMBER.value)))
    valid = verdicts["valid"] & value.is_not_null()
    return numbers.select("index", identifier_kind=pl.lit("phone"), value=value, reason=reason, valid=valid)


def _abroad(spellings: pl.Series, found: pl.DataFrame) -> pl.DataFrame:
    """Read what is no number of the region, but begins with the 00 that most countries dial for a +, as that."""
    dialed = pl.select(pl.when(~found["valid"]).then(spellings.str.replace(r"^\s*00\s*([1-9])", "+${1}"))).to_series()
    rows = (dialed != spellings).fill_null(value=False).arg_true()
    if rows.is_empty():
        return found
    again = normalize_phones(dialed.gather(rows), None).insert_column(0, rows.cast(pl.UInt32).alias("index"))
    return found.with_row_index("index").update(again.filter("valid"), on="index", include_nulls=True).drop("index")


def _todays_form(e164: pl.Series, valid: pl.Series) -> pl.Series:
    """Return today's form of numbers in an old one; null for others, and where that form is not valid either."""
    numbers = pl.DataFrame({"number": e164}).with_columns(old=~valid)
    today = pl.col("number")
    for old, new in _OLD_FORMS:
        today = today.str.replace(old, new)
    changed = numbers.select(pl.when("old", today != pl.col("number")).then(today).alias("today")).to_series()
    if changed.null_count() == changed.len():
        return changed
    return pl.select(pl.when(normalize_phones(changed, None)["valid"]).then(changed).alias("today")).to_series()
