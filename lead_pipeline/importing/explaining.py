"""Reads whom somebody asks about, in any spelling, and has the store tell the story of that person."""

import json
from pathlib import Path

import polars as pl

from lead_pipeline.filing.home import Home
from lead_pipeline.importing.originals import with_originals
from lead_pipeline.model.story import PersonStory, Sought
from lead_pipeline.normalizing.lists.list_entries import read_list_entries
from lead_pipeline.normalizing.phones import normalize_phones
from lead_pipeline.store.opening import has_store, open_store
from lead_pipeline.store.settings import OnWait, StoreSettings

#: Old forms of numbers, and what they are one with: Mexico and Argentina with and without a digit behind the country
#: code, Brazil with and without the ninth digit, Gabon by operator. Other old forms are read as those of today.
_OLD_FORMS = (
    (r"^\+521([0-9]{10})$", "+52${1}"),
    (r"^\+549([0-9]{10})$", "+54${1}"),
    (r"^\+55([0-9]{2})([6-9][0-9]{7})$", "+55${1}9${2}"),
    *((rf"^\+2410{old}([0-9]{{6}})$", f"+241{new}${{1}}")
      for old, new in {1: 11, 2: 62, 4: 74, 5: 65, 6: 66, 7: 77}.items()),
)  # fmt: skip


def explain_person(
    home: Path, asked: str, region: str | None, *, settings: StoreSettings, on_wait: OnWait
) -> PersonStory:
    """Return what the store holds of whoever has that phone, email or other identifier.

    `region` says of which country a number without + is. A home without a store has no story of anybody.

    Raises: UsageError when there is no such region; StoreError, StoreLockedError.
    """
    sought = read_sought(asked, region)
    if not has_store(home):
        return PersonStory()
    with open_store(home, settings=settings, read_only=True, on_wait=on_wait) as store:
        story = store.story(sought, rows_that_name)
    return with_originals(Home(home), story)


def read_sought(asked: str, region: str | None) -> Sought:
    """Return the phones and emails that a text is, in the forms in which they are kept, and the text itself."""
    read = read_list_entries(pl.Series([asked], dtype=pl.String), region).filter(pl.col("value").is_not_null())
    found = {kind: tuple(read.filter(pl.col("identifier_kind") == kind)["value"]) for kind in ("phone", "email")}
    return Sought(phones=found["phone"], emails=found["email"], others=(asked.strip(),) if asked.strip() else ())


def rows_that_name(rows: pl.DataFrame, sought: Sought) -> pl.Series:
    """Return which originals of rows (`raw`) have a cell that is one of the phones and emails, in any spelling.

    A number without + is read as one of the country of the number that is sought.
    """
    cells = [
        (index, cell.strip())
        for index, raw in enumerate(rows["raw"])
        for cell in json.loads(raw).values()
        if isinstance(cell, str) and cell.strip()
    ]
    frame = pl.DataFrame(cells, schema={"row": pl.Int64, "cell": pl.String}, orient="row")
    hit: set[int] = set()
    today = read_list_entries(pl.Series(sought.phones, dtype=pl.String), None)["value"]
    phones = pl.DataFrame({"value": [*sought.phones, *today]}, {"value": pl.String}).select(_in_one_form())["value"]
    regions = normalize_phones(pl.Series(sought.phones, dtype=pl.String), None)["region"].to_list() or [None]
    for region in dict.fromkeys(None if one == "001" else one for one in regions):
        read = read_list_entries(frame["cell"], region)
        named = read.filter(_in_one_form().is_in([*phones, *sought.emails]))["index"]
        hit |= set(frame["row"].gather(named))
    return pl.Series([index in hit for index in range(rows.height)], dtype=pl.Boolean)


def _in_one_form() -> pl.Expr:
    """Return the expression of a value that all forms of a number share."""
    shared = pl.col("value")
    for old, today in _OLD_FORMS:
        shared = shared.str.replace(old, today)
    return shared
