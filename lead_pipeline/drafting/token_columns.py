"""Columns of a file that name one enquiry of a person, a lead token: what a draft offers to do by it."""

from collections.abc import Iterator, Sequence

from lead_pipeline.drafting.yaml_text import comment, quoted
from lead_pipeline.model.fields import folded_header

#: What such columns are called; each enquiry has a token of its own, whoever sells it.
_NAMES = frozenset(
    (
        *("lead token", "leadtoken", "token", "leadid token", "lead id token", "universal leadid"),
        *("universal lead id", "jornaya leadid", "jornaya lead id", "jornaya token", "jornaya leadid token"),
    )
)


def token_lines(attributes: Sequence[str]) -> Iterator[str]:
    """Offer to have existing leads expire by the token, as lines to uncomment."""
    found = [column.strip() for column in attributes if folded_header(column) in _NAMES]
    if len(found) != 1:
        return
    yield ""
    yield from comment(
        f"{quoted(found[0])} looks like a lead token. Take away the # to have a row with the phone and token of a lead "
        "that is there take its place: that lead expires, and the row is a new one instead of a duplicate."
    )
    yield "# lead_management:"
    yield f"#   on_match: {{expire_existing: {{token: {quoted(found[0])}}}}}"
