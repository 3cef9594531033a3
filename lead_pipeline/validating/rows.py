"""What is wrong with each row: which reasons reject it, and which are but warnings. The outcome of a good row is not
decided here.
"""

from datetime import datetime

import polars as pl

from lead_pipeline.model.contracts import REASON_FIELDS_TYPE, ContractError, failure_cases
from lead_pipeline.model.field_types import MISSING
from lead_pipeline.model.fields import HINTS, LINE_TYPE, REASON_FIELDS, TIME_ZONE_KNOWN
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import REASONS, SKIPPED_CODES, Reason
from lead_pipeline.model.rules import FieldRule
from lead_pipeline.validating.consent_checks import check_consents
from lead_pipeline.validating.contact_policy import apply_contact_policy
from lead_pipeline.validating.failures import FAILURES, no_failures
from lead_pipeline.validating.kept_values import rows_with_nothing_kept
from lead_pipeline.validating.requirements import check_requirements, with_expiry
from lead_pipeline.validating.row_rule_checks import ROW, columns_of, guidance
from lead_pipeline.validating.schema import compile_row_schema
from lead_pipeline.validating.secondary_contacts import check_contacts
from lead_pipeline.validating.shape import with_nested
from lead_pipeline.validating.value_limits import apply_limits

_CODE = pl.Enum([reason.value for reason in Reason])  # sorts in registry order
_MISSING = [reason.value for reason in MISSING]
#: What is said of a short row only because its last cells are absent.
_ABSENT = [
    *_MISSING,
    Reason.REQUIRED_IF_MISSING.value,
    Reason.REQUIRED_ONE_OF_MISSING.value,
    Reason.REQUIRED_TOGETHER_MISSING.value,
    Reason.LINE_TYPE_NOT_ALLOWED.value,
    Reason.TIME_ZONE_UNKNOWN.value,
    Reason.CONSENT_NOT_THERE.value,
]
_NO_CODES = pl.lit([], dtype=pl.List(pl.String))


def validate_rows(batch: pl.DataFrame, profile: ImportProfile, at: datetime | None = None) -> pl.DataFrame:
    """Give every row all the reasons it has, in registry order; no row is added, dropped or moved.

    Args:
        batch: normalized rows: `reasons` (List(String), what reading found), `warnings` (List(String), what
            normalizing says of good values), `hints` (String), and per rule of the profile the canonical value and
            `<column>_reason` (String).
        profile: its rules, and what follows when a value breaks one (`on_invalid`).
        at: when the rows are judged, which a profile with a `consent:` needs.

    Returns:
        The rows as the contract `normalized_leads` wants them, without the `<column>_reason` columns; `reasons`
        (List(String)): why the row is rejected or skipped, empty for a good row; `warnings` (List(String)): why a value
        was blanked (`on_invalid: blank`) or a secondary contact left out, and what is odd about values that are kept.
        `reason_fields` (List(Struct(code, field)), null for none): which fields these are about.
        Values that a rule about the row looks at and that are bad by themselves break no such rule.
        A row of which nothing but defaults would be kept is skipped for that.
        A blank row has no other reason than that, and values that a too short row lacks are not reported once more.

    Raises:
        ContractError: the batch is not one of normalized rows, a bug of ours. Data never raises.
    """
    batch = check_values(batch, profile, at)
    found = pl.concat(
        [
            _of_structure(batch),
            _of_values(batch, profile),
            check_requirements(batch, profile),
            _of_row_rules(batch, profile),
            _of_kept_values(batch),
        ]
    )
    batch = batch.drop(LINE_TYPE, TIME_ZONE_KNOWN, strict=False)
    slim = batch.drop(*(f"{name}_reason" for name in profile.rules)).drop("warnings", strict=False)
    failures = found if found.is_empty() else apply_contact_policy(_without_noise(found), profile)
    rows = with_expiry(_with_blanked(slim, failures), profile)
    failures = pl.concat([failures, _of_empty_rows(rows, failures, profile)])
    if failures.is_empty():
        none = {REASON_FIELDS: pl.lit(None, dtype=REASON_FIELDS_TYPE)}
        return with_nested(rows.with_columns(reasons=_NO_CODES, warnings=_NO_CODES, **none), profile)
    coded = _with_codes(_with_hints(rows, failures), failures)
    return with_nested(_with_reason_fields(coded, failures, profile), profile)


def check_values(batch: pl.DataFrame, profile: ImportProfile, at: datetime | None = None) -> pl.DataFrame:
    """Return normalized rows with `<column>_reason` of all values that the profile refuses, without these values."""
    return check_contacts(check_consents(apply_limits(batch, profile), profile, at), profile)


def _of_structure(batch: pl.DataFrame) -> pl.DataFrame:
    found = batch.select("reasons").with_row_index().filter(pl.col("reasons").list.len() > 0).explode("reasons")
    return _failures(found.select("index", code="reasons"))


def _of_kept_values(batch: pl.DataFrame) -> pl.DataFrame:
    """Return what normalizing warned of: the values are fine and stay, unlike those of `on_invalid: blank`."""
    if "warnings" not in batch.columns or not (batch["warnings"].list.len() > 0).any():
        return no_failures()
    found = batch.select("warnings").with_row_index().filter(pl.col("warnings").list.len() > 0).explode("warnings")
    return _failures(found.select("index", code="warnings", list=pl.lit("warnings")))


def _of_values(batch: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Return the reasons beside the values; where a bad value is blanked it only warns, unless the value is missing."""
    found = [_of_column(batch[f"{name}_reason"], name, rule) for name, rule in profile.rules.items()]
    failures = pl.concat([no_failures(), *(one for one in found if one is not None)])
    unknown = failures.filter(~pl.col("code").is_in(_CODE.categories.to_list()))
    if unknown.height:
        columns = ", ".join(unknown["field"].unique().sort().to_list())
        raise ContractError(f"Not a batch of normalized rows: reasons of {columns} are not registered.")
    return failures


def _of_column(reasons: pl.Series, name: str, rule: FieldRule) -> pl.DataFrame | None:
    if reasons.null_count() == reasons.len():
        return None
    rows = reasons.is_not_null().arg_true()
    found = pl.DataFrame({"index": rows, "code": reasons.gather(rows)}).with_columns(field=pl.lit(name))
    if rule.on_invalid == "blank":
        warns = ~pl.col("code").is_in(_MISSING)
        found = found.with_columns(list=pl.when(warns).then(pl.lit("warnings")).otherwise(pl.lit("reasons")))
    return _failures(found)


def _of_row_rules(batch: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Check rules about several values; the rule's sentence goes with the code."""
    if not profile.row_rules:
        return no_failures()
    looked_at = [one for name in columns_of(profile) for one in (name, f"{name}_reason")]
    cases = failure_cases(batch.select(pl.struct(looked_at).alias(ROW)), compile_row_schema(profile))
    if cases is None:
        return no_failures()
    sentences = {str(index): guidance(rule) for index, rule in enumerate(profile.row_rules)}
    columns = {
        str(index): [profile.rule_column(name) for name in rule.names] for index, rule in enumerate(profile.row_rules)
    }
    named = pl.col("check").str.splitn(":", 2).struct
    fields = named[0].replace_strict(columns, return_dtype=pl.List(pl.String))
    found = cases.select(
        "index", code=named[1], hint=named[0].replace_strict(sentences, return_dtype=pl.String), field=fields
    )
    return _failures(found.explode("field"))


def _of_empty_rows(rows: pl.DataFrame, failures: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Find rows that no reason speaks against and of which nothing but defaults would be kept."""
    empty = rows_with_nothing_kept(rows, profile)
    if empty.is_empty():
        return no_failures()
    refused = failures.filter(pl.col("list") == "reasons")["index"]
    empty = empty.filter(~empty.is_in(refused.implode()))
    return _failures(pl.DataFrame({"index": empty}).with_columns(code=pl.lit(Reason.ROW_NOTHING_KEPT.value)))


def _failures(found: pl.DataFrame) -> pl.DataFrame:
    """Lay out what was found as failures: what is not said of them is null, and the list is that of reasons."""
    absent = {name: pl.lit(None, dtype) for name, dtype in FAILURES.items() if name not in found.columns}
    whole = found.with_columns(**absent).with_columns(pl.col("list").fill_null("reasons"))
    return whole.select(*FAILURES).cast(FAILURES)  # type: ignore[arg-type]  # polars types the keys invariantly


def _without_noise(failures: pl.DataFrame) -> pl.DataFrame:
    """Drop what only repeats the row's structure: in a skipped row, and in a short row whose last values are absent."""
    blank = failures.filter(pl.col("code").is_in(SKIPPED_CODES))["index"]
    short = failures.filter(pl.col("code") == Reason.ROW_TOO_FEW_CELLS)["index"]
    repeats = pl.col("index").is_in(blank.implode()) & ~pl.col("code").is_in(SKIPPED_CODES)
    absent = pl.col("index").is_in(short.implode()) & pl.col("code").is_in(_ABSENT)
    return failures.filter(~repeats, ~absent)


def _with_blanked(rows: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """Blank each value that is warned of: what the rules refuse is not kept, whoever found it."""
    blanked = failures.filter(pl.col("list") == "warnings", pl.col("field").is_not_null())
    for (field,), warned in blanked.group_by("field"):
        if rows[field][warned["index"]].null_count() < warned.height:
            rows = rows.with_columns(rows[field].scatter(warned["index"], None))
    return rows


def _with_hints(rows: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """Put what is to be said of a row behind what normalizing has said of its values."""
    hinted = failures.filter(pl.col("hint").is_not_null()).select("index", "hint").unique(maintain_order=True)
    if hinted.is_empty():
        return rows
    sentences = hinted.group_by("index", maintain_order=True).agg(said=pl.col("hint").str.join(" "))
    joined = rows.with_row_index().join(sentences, on="index", how="left", maintain_order="left")
    whole = pl.concat_str(HINTS, "said", separator=" ", ignore_nulls=True)
    return joined.with_columns(pl.when(whole != "").then(whole).alias(HINTS)).drop("index", "said")


def _with_codes(rows: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """Add `reasons` and `warnings`, each code once and in registry order."""
    codes = failures.select("index", "list", pl.col("code").cast(_CODE)).unique().sort("index", "code")
    lists = codes.group_by("index", maintain_order=True).agg(
        pl.col("code").filter(pl.col("list") == name).cast(pl.String).alias(name) for name in ("reasons", "warnings")
    )
    return (
        rows.drop("reasons")
        .with_row_index()
        .join(lists, on="index", how="left", maintain_order="left")
        .drop("index")
        .with_columns(pl.col("reasons", "warnings").fill_null(_NO_CODES))
    )


def _with_reason_fields(rows: pl.DataFrame, failures: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Add `reason_fields`: which fields the codes of a row are about, in the order of the codes and of the profile.

    What normalizing warned of names no field; where the registry knows it, and the profile has it, it is that.
    """
    known = {reason.value: info.field for reason, info in REASONS.items() if info.field in profile.rules}
    field = pl.coalesce("field", pl.col("code").replace_strict(known, default=None, return_dtype=pl.String))
    names = pl.Enum(list(profile.rules))
    found = failures.select("index", code=pl.col("code").cast(_CODE), field=field.cast(names)).drop_nulls().unique()
    one = pl.struct(pl.col("code", "field").cast(pl.String))
    lists = found.sort("index", "code", "field").group_by("index", maintain_order=True).agg(one.alias(REASON_FIELDS))
    return rows.with_row_index().join(lists, on="index", how="left", maintain_order="left").drop("index")
