"""Writes docs/reasons.md from the registry: `python -m lead_pipeline_tests.make_reasons_page`."""

from collections.abc import Iterator
from pathlib import Path

from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reasons import REASONS, Effect, reasons_causing

PAGE = Path(__file__).parents[1] / "docs" / "reasons.md"

_OPENING = """# Reasons

Why a file was refused, or a row did not become a lead just as it is. A row keeps all its reasons; they stand in the
rejected file, the report, the store (`row_outcomes`, `rejected_leads`) and a run's counts. No code is ever renamed.

This page is written from `lead_pipeline/model/reasons.py`: run `python -m lead_pipeline_tests.make_reasons_page`.
"""

_SECTIONS: dict[Effect, str] = {
    "file": "A file is refused and put into `quarantine/`; nothing of it is imported",
    Outcome.REJECTED: "A row is rejected: the data is bad",
    Outcome.SUPPRESSED: "A row is suppressed: the data is good, and the person may not be contacted",
    Outcome.DUPLICATE: "A row is a duplicate: we have this lead already",
    Outcome.SKIPPED: "A row is skipped: there is nothing in it",
    Outcome.UPDATED: "A row updates a lead",
    Outcome.UNCHANGED: "A row changes nothing of its lead",
    Outcome.CREATED: "A row creates a lead",
    "warning": "A warning: the lead is imported, and something about it is worth knowing",
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
        yield "| Code | What it says | What to do |"
        yield "|---|---|---|"
        for reason in reasons:
            info = REASONS[reason]
            yield f"| `{reason.value}` | {_cell(info.title)} | {_cell(info.guidance)} |"
        yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
