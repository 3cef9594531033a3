"""Generates docs/reasons.md from the registry: `python -m lead_pipeline_tests.make_reasons_page`."""

from collections.abc import Iterator
from pathlib import Path

from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reasons import REASONS, Effect, reasons_causing

PAGE = Path(__file__).parents[1] / "docs" / "reasons.md"

_OPENING = """# Reasons

Why a file was refused, or why a row did not become a lead unchanged. All reasons of a row are kept: in the rejected
file, the report, the store (`row_outcomes`, `rejected_leads`) and the counts of the run. Codes are never renamed.
A reason that is about values names their field and the column of the file that has them: in the report, in `--json` (`columns` of
each of `reasons`, with counts) and as `reason_columns` in `row_outcomes` and `rejected_leads`. Which column fails most:

```bash
lead-pipeline sql "select one.column, one.code, count(*) as n from (select unnest(reason_columns) as one from rejected_leads) group by all order by n desc"
```

This page is generated from `lead_pipeline/model/reasons.py`: run `python -m lead_pipeline_tests.make_reasons_page`.
"""  # noqa: E501  # lines of the page

_SECTIONS: dict[Effect, str] = {
    "file": "The file is refused and moved to `quarantine/`; nothing is imported",
    Outcome.REJECTED: "The row is rejected: the data is bad",
    Outcome.SUPPRESSED: "The row is suppressed: the data is good, but the person may not be contacted",
    Outcome.DUPLICATE: "The row is a duplicate: we already have this lead",
    Outcome.SKIPPED: "The row is skipped: it is empty",
    Outcome.UPDATED: "The row updates a lead",
    Outcome.UNCHANGED: "The row leaves its lead unchanged",
    Outcome.CREATED: "The row creates a lead",
    "warning": "A warning: the lead is imported, but something about it is worth checking",
}


def page() -> str:
    """Return the text of the page."""
    return "\n".join([_OPENING, *_sections()])


def _sections() -> Iterator[str]:
    for effect, title in _SECTIONS.items():
        reasons = reasons_causing(effect)
        if not reasons:
            continue
        yield f"## {title}\n"
        yield "| Code | Meaning | What to do |"
        yield "|---|---|---|"
        for reason in reasons:
            info = REASONS[reason]
            yield f"| `{reason.value}` | {_cell(info.title)} | {_cell(info.guidance)} |"
        yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
