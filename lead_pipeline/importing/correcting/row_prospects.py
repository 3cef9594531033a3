"""What would become of corrected rows: the same judge as an import's, over rows in memory. What the store knows (who is
a lead already, who may not be contacted) is not asked here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from lead_pipeline.importing.managing.time_zones_of_leads import places_among
from lead_pipeline.importing.row_files.suggestions import with_proven_suggestions
from lead_pipeline.mapping.columns import ColumnMapping, attribute_names, map_columns
from lead_pipeline.mapping.rows import map_rows
from lead_pipeline.mapping.supplying import SourceNames
from lead_pipeline.model.fields import HINTS, REASON_FIELDS, SUGGESTIONS, attribute_column, title_of
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import REASONS, SKIPPED_CODES, Reason
from lead_pipeline.model.workbench.corrections import CellReason, Prospect, RowVerdict
from lead_pipeline.normalizing.rows import normalize_rows
from lead_pipeline.validating.rows import validate_rows

#: Codes of reading that are settled once somebody looked at the row: its cells are what they are shown to be.
SETTLED_BY_LOOKING = (
    Reason.ROW_TOO_MANY_CELLS.value,
    Reason.ROW_TOO_FEW_CELLS.value,
    Reason.QUOTE_UNCLOSED.value,
    Reason.SPREADSHEET_ERROR.value,  # the judge sees by the text whether it still stands there
)

#: How reading writes a byte that is no text; such a cell has to be corrected.
_BYTE = r"\\x[0-9a-f]{2}"

_SENTENCES: dict[Prospect, str] = {
    "good": "Would be imported.",
    "merged": "Would be merged with another row of the same person here.",
    "repeated": "Another row here names the same person, and that one would be imported.",
    "rejected": "Would be rejected again.",
    "blank": "No value is left, so nothing would be imported.",
}


class JudgedRows:
    """What would become of rows, by their numbers."""

    def __init__(self, frame: pl.DataFrame, mapping: ColumnMapping, profile: ImportProfile) -> None:
        self.frame = frame
        self._columns = _columns_of_fields(mapping, profile)

    def add_codes(self, codes: pl.DataFrame) -> None:
        """Add to rows that nobody changed why the import rejected them (`row_number codes`): it knew of the store."""
        registry = pl.Enum([reason.value for reason in Reason])  # sorts in the order in which people read them
        both = pl.concat_list("codes", "reasons").list.unique()
        self.frame = (
            self.frame.join(codes, on="row_number", how="left", maintain_order="left")
            .with_columns(
                reasons=both.list.eval(pl.element().cast(registry).sort().cast(pl.String)),
                prospect=pl.lit("rejected"),
            )
            .drop("codes")
        )

    def prospects(self) -> dict[int, Prospect]:
        """Return what would become of each row."""
        return dict(self.frame.select("row_number", "prospect").iter_rows())

    def verdicts(self, numbers: Sequence[int] | None = None) -> dict[int, RowVerdict]:
        """Return the same in words, of all rows or some."""
        wanted = self.frame if numbers is None else self.frame.filter(pl.col("row_number").is_in(list(numbers)))
        return {row["row_number"]: self._verdict(row) for row in wanted.to_dicts()}

    def suggested(self, column: str) -> dict[int, str]:
        """Return what was probably meant by the cells of a column, by the numbers of the rows."""
        fields = [field for field, header in self._columns.items() if header == column]
        found = self.frame.select("row_number", SUGGESTIONS).drop_nulls()
        if found.is_empty():
            return {}
        rows = found.explode(SUGGESTIONS).unnest(SUGGESTIONS).filter(pl.col("field").is_in(fields))
        return dict(rows.select("row_number", "value").iter_rows())

    def reasons(self) -> pl.DataFrame:
        """Return `row_number code column` of all reasons; a reason of the row as a whole has no column."""
        about = self.frame.select("row_number", REASON_FIELDS).drop_nulls()
        codes = self.frame.select("row_number", code="reasons").explode("code").drop_nulls("code")
        if about.is_empty():
            return codes.with_columns(column=pl.lit(None, pl.String))
        fields = about.explode(REASON_FIELDS).unnest(REASON_FIELDS).select("row_number", "code", "field")
        headers = {field: self._columns.get(field, title_of(field)) for field in fields["field"].unique().drop_nulls()}
        named = fields.with_columns(
            column=pl.col("field").replace_strict(headers, default=None, return_dtype=pl.String)
        ).drop("field")
        return codes.join(named, on=["row_number", "code"], how="left", maintain_order="left").unique(
            maintain_order=True
        )

    def _verdict(self, row: Mapping[str, object]) -> RowVerdict:
        about: dict[str, str] = {}
        for one in row[REASON_FIELDS] or []:  # type: ignore[attr-defined]
            about.setdefault(one["code"], self._columns.get(one["field"], title_of(one["field"])))
        hints = str(row[HINTS]) if row[HINTS] else ""
        prospect: Prospect = row["prospect"]  # type: ignore[assignment]
        suggestions = {
            self._columns[one["field"]]: one["value"]
            for one in row[SUGGESTIONS] or []  # type: ignore[attr-defined]
            if one["field"] in self._columns
        }
        return RowVerdict(
            prospect=prospect,
            sentence=" ".join(filter(None, (_SENTENCES[prospect], hints))),
            reasons=_in_words(row["reasons"], about),  # type: ignore[arg-type]
            warnings=_in_words(row["warnings"], about),  # type: ignore[arg-type]
            suggestions=suggestions,
        )


def judge_rows(
    rows: pl.DataFrame, columns: Sequence[str], profile: ImportProfile, source: SourceNames, at: datetime
) -> JudgedRows:
    """Judge rows as an import would, and each against the others of them.

    Args:
        rows: `row_number`, `line_number` (Int64), `reasons` (List(String)) and the columns (String).
        columns: of the file.
        profile: of the import.
        source: the names of file and folder, for values taken from them.
        at: when the rows are judged.

    Raises: RequiredColumnUnmappedError when the columns are not those that the profile needs.
    """
    mapping = map_columns(list(columns), profile, rows.select(columns).head(1000))
    places: dict[str, list[str]] = {}
    if profile.lead_management.require.time_zone:
        places = places_among([*attribute_names(mapping, profile).values(), *profile.attributes])

    def judged(batch: pl.DataFrame) -> pl.DataFrame:
        return validate_rows(normalize_rows(batch, profile, places), profile, at)

    mapped = map_rows(_with_bytes(rows, columns), mapping, profile, source)
    frame = with_proven_suggestions(mapped, judged(mapped), judged)
    kept = ("row_number", "reasons", "warnings", HINTS, REASON_FIELDS, SUGGESTIONS)
    return JudgedRows(frame.select(*kept, prospect=_prospects(frame, profile)), mapping, profile)


def _with_bytes(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    r"""Leave a row that could not be decoded its reason as long as bytes (`\xe9`) stand in it instead of letters."""
    code = Reason.ENCODING_INVALID.value
    left = pl.any_horizontal(pl.col(column).str.contains(_BYTE).fill_null(value=False) for column in columns)
    settled = pl.col("reasons").list.contains(code) & ~left
    others = pl.col("reasons").list.filter(pl.element() != code)
    return rows.with_columns(reasons=pl.when(settled).then(others).otherwise("reasons"))


def _prospects(frame: pl.DataFrame, profile: ImportProfile) -> pl.Series:
    """Return what would become of each row; rows with the same identifier among the good ones are one person."""
    rejected = pl.col("reasons").list.len() > 0
    skipped = pl.col("reasons").list.first().is_in(SKIPPED_CODES)
    who, policy = profile.identify_by, profile.duplicates_in_file
    good = frame.with_columns(
        who=pl.when(~rejected).then(pl.col(who).cast(pl.String).str.to_lowercase()).otherwise(None)
    )
    several = pl.col("who").is_not_null() & (pl.len().over("who") > 1)
    chosen = {"first": pl.col("who").is_first_distinct(), "last": pl.col("who").is_last_distinct()}
    said = {"merge": "merged"}.get(policy, "repeated")
    spared = several & chosen.get(policy, pl.lit(value=False))
    if policy == "merge":
        spared = several & pl.col("who").is_first_distinct()
    return good.select(
        prospect=pl.when(skipped)
        .then(pl.lit("blank"))
        .when(rejected)
        .then(pl.lit("rejected"))
        .when(several & ~spared)
        .then(pl.lit(said))
        .otherwise(pl.lit("good"))
    )["prospect"]


def _columns_of_fields(mapping: ColumnMapping, profile: ImportProfile) -> dict[str, str]:
    """Return the column in which each column of mapped leads is corrected; a joined phone in its last one."""
    attributes = {attribute_column(name): column for column, name in attribute_names(mapping, profile).items()}
    return attributes | mapping.fields


def _in_words(codes: Sequence[str], about: Mapping[str, str]) -> tuple[CellReason, ...]:
    return tuple(
        CellReason(
            code=code,
            column=about.get(code),
            title=REASONS[Reason(code)].title,
            guidance=REASONS[Reason(code)].guidance,
        )
        for code in codes
    )
