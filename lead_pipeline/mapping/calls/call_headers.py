"""What headers of call logs say, in several languages and in the exports of dialers: the table, read. What follows for
a file does not belong here.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def call_headers() -> Mapping[str, tuple[str, ...]]:
    """Return headers (words in lower case, without accents, single spaces) by what they say of a call, in the order in
    which they count where a file has several: `phone`, `to` and `ours` (numbers of people, of whom was called, of
    ourselves), `hour` (of a day that another column has), `direction`, and the columns of a call.
    """
    text = (resources.files("lead_pipeline.mapping.calls") / "call_headers.csv").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for what, header, _language, _source in list(csv.reader(text.splitlines()))[1:]:
        found.setdefault(what, []).append(header)
    return {what: tuple(headers) for what, headers in found.items()}
