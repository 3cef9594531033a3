"""The verdict on each row: which reasons reject it, and which are but warnings. The rules are in schema.py, the
outcome of a row that is good is decided in screening/.
"""

import polars as pl

from lead_pipeline.model.contracts import ContractError, failure_cases
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.validating.schema import NO_REASON, compile_schema

_CODE = pl.Enum([reason.value for reason in Reason])  # sorts in registry order
_MISSING = [Reason.REQUIRED_MISSING.value, Reason.PHONE_MISSING.value, Reason.EMAIL_MISSING.value]
_CODES = pl.List(pl.String)
_NO_CODES = pl.lit([], dtype=_CODES)

#: One line per failed rule: the row's place in the batch, the field (null for structure), the code, and whether the
#: row is rejected for it or only warned of.
_FAILURES = {"index": pl.UInt32, "field": pl.String, "code": pl.String, "list": pl.String}


def judge_rows(batch: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Give every row all the reasons it has, in registry order; no row is added, dropped or moved.

    Args:
        batch: normalized rows: `reasons` (List(String), what reading found), `warnings` (List(String), what
            normalizing says of good values), and per field of the profile its canonical value and `<field>_reason`
            (String).
        profile: its rules, and what follows when a value breaks one (`on_invalid`).

    Returns:
        The batch without the `<field>_reason` columns; `reasons` (List(String)): why the row is rejected or skipped,
        empty for a good row; `warnings` (List(String)): why a value was blanked (`on_invalid: blank`), and what is odd
        about values that are kept.
        A blank row has no other reason than that, and values that a too short row lacks are not reported once more.

    Raises:
        ContractError: the batch is not one of normalized rows, a bug of ours. Data never raises.
    """
    failures = pl.concat([_of_structure(batch), _of_rules(batch, profile), _of_kept_values(batch)])
    slim = batch.drop(*(f"{field}_reason" for field in profile.fields)).drop("warnings", strict=False)
    if failures.is_empty():
        return slim.with_columns(reasons=_NO_CODES, warnings=_NO_CODES)
    return _with_verdicts(_with_blanked(slim, failures), _without_noise(failures))


def _of_structure(batch: pl.DataFrame) -> pl.DataFrame:
    found = (
        batch.select("reasons")
        .with_row_index()
        .filter(pl.col("reasons").list.len() > 0)
        .explode("reasons")
        .select("index", field=pl.lit(None, dtype=pl.String), code="reasons", list=pl.lit("reasons"))
    )
    return found.cast(_FAILURES)  # type: ignore[arg-type]  # polars types the mapping's keys invariantly


def _of_kept_values(batch: pl.DataFrame) -> pl.DataFrame:
    """Return what normalizing warned of: the values are fine and stay, unlike those of `on_invalid: blank`."""
    if "warnings" not in batch.columns or not (batch["warnings"].list.len() > 0).any():
        return pl.DataFrame(schema=_FAILURES)
    found = batch.select("warnings").with_row_index().filter(pl.col("warnings").list.len() > 0).explode("warnings")
    kept = found.select("index", field=pl.lit(None, dtype=pl.String), code="warnings", list=pl.lit("warnings"))
    return kept.cast(_FAILURES)  # type: ignore[arg-type]  # polars types the mapping's keys invariantly


def _of_rules(batch: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Validate lazily (all rules, all rows) and turn pandera's failure cases into codes."""
    judged = batch.select(name for field in profile.fields for name in (field, f"{field}_reason"))
    cases = failure_cases(judged, compile_schema(profile))
    if cases is None:
        return pl.DataFrame(schema=_FAILURES)
    return _as_failures(cases, profile)


def _as_failures(cases: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    code = pl.when(pl.col("check") == NO_REASON).then("failure_case").otherwise("check")
    field = pl.col("column").str.strip_suffix("_reason")
    blanking = [name for name, rule in profile.fields.items() if rule.on_invalid == "blank"]
    warns = pl.col("field").is_in(blanking) & ~pl.col("code").is_in(_MISSING)
    failures = cases.select("index", field=field, code=code).with_columns(
        list=pl.when(warns).then(pl.lit("warnings")).otherwise(pl.lit("reasons"))
    )
    unknown = failures.filter(pl.col("index").is_null() | ~pl.col("code").is_in([reason.value for reason in Reason]))
    if unknown.height:
        columns = ", ".join(unknown["field"].unique().sort().to_list())
        raise ContractError(f"Not a batch of normalized rows: columns or reasons of {columns} are not as promised.")
    return failures.cast(_FAILURES)  # type: ignore[arg-type]


def _without_noise(failures: pl.DataFrame) -> pl.DataFrame:
    """Drop what only repeats the row's structure: in a blank row, and in a short row whose last values are absent."""
    blank = failures.filter(pl.col("code") == Reason.ROW_BLANK)["index"]
    short = failures.filter(pl.col("code") == Reason.ROW_TOO_FEW_CELLS)["index"]
    repeats = pl.col("index").is_in(blank.implode()) & (pl.col("code") != Reason.ROW_BLANK)
    absent = pl.col("index").is_in(short.implode()) & pl.col("code").is_in(_MISSING)
    return failures.filter(~repeats, ~absent)


def _with_blanked(rows: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """Blank each value that is warned of: what the rules refuse is not kept, whoever found it."""
    blanked = failures.filter(pl.col("list") == "warnings", pl.col("field").is_not_null())
    for (field,), warned in blanked.group_by("field"):
        if rows[field][warned["index"]].null_count() < warned.height:
            rows = rows.with_columns(rows[field].scatter(warned["index"], None))
    return rows


def _with_verdicts(rows: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """Add `reasons` and `warnings`, each code once and in registry order."""
    told = failures.select("index", "list", pl.col("code").cast(_CODE)).unique().sort("index", "code")
    lists = told.group_by("index", maintain_order=True).agg(
        pl.col("code").filter(pl.col("list") == name).cast(pl.String).alias(name) for name in ("reasons", "warnings")
    )
    return (
        rows.drop("reasons")
        .with_row_index()
        .join(lists, on="index", how="left", maintain_order="left")
        .drop("index")
        .with_columns(pl.col("reasons", "warnings").fill_null(_NO_CODES))
    )
