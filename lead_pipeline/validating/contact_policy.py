"""What a bad secondary contact costs: itself or the whole row, as the profile says. Whether it is bad, other modules
find.
"""

import polars as pl

from lead_pipeline.model.field_types import MISSING
from lead_pipeline.model.fields import secondary_phone_column, secondary_variable_column
from lead_pipeline.model.policies import SecondaryContacts
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason
from lead_pipeline.validating.failures import FAILURES

_OF_CONTACT = r"^secondary\.([0-9]+)\."


def apply_contact_policy(failures: pl.DataFrame, profile: ImportProfile) -> pl.DataFrame:
    """Turn the failures of secondary contacts into what the profile makes of them.

    Args:
        failures: those of all columns, as `FAILURES` says.
        profile: whether a bad contact is dropped or rejects the row, and which of its variables are blanked alone.

    Returns:
        The failures, with those that cost a contact as warnings and secondary_dropped beside them (`on_invalid: drop`;
        the field is the contact's phone, without which it is none), or as reasons (`reject`). Each has a hint that
        names the contact and its codes: `secondary 2: phone_too_short.`
    """
    contacts = profile.secondary_contacts
    if contacts is None:
        return failures
    number = pl.col("field").str.extract(_OF_CONTACT, 1)
    of_contacts = failures.filter(number.is_not_null())
    if of_contacts.is_empty():
        return failures
    alone = pl.col("field").is_in(_blanked_alone(contacts)) & ~pl.col("code").is_in([code.value for code in MISSING])
    costly = of_contacts.filter(~alone).with_columns(number=number.cast(pl.Int64)).sort("index", "number")
    codes = pl.col("code").unique(maintain_order=True).str.join(", ")
    hints = costly.group_by("index", "number", maintain_order=True).agg(
        hint=pl.format("secondary {}: {}.", pl.col("number").first(), codes)
    )
    outcome = "reasons" if contacts.on_invalid == "reject" else "warnings"
    charged = costly.drop("hint").join(hints, on=["index", "number"], how="left", maintain_order="left")
    parts = [failures.filter(number.is_null()), of_contacts.filter(alone), charged.with_columns(list=pl.lit(outcome))]
    if contacts.on_invalid == "drop":
        parts.append(_dropped(hints, contacts))
    return pl.concat([part.select(*FAILURES) for part in parts])


def _blanked_alone(contacts: SecondaryContacts) -> list[str]:
    """Return the columns of variables that may be bad without any cost to their contact."""
    return [
        secondary_variable_column(number, name)
        for name, rule in contacts.variables.items()
        if rule.on_invalid == "blank"
        for number in range(1, contacts.max + 1)
    ]


def _dropped(hints: pl.DataFrame, contacts: SecondaryContacts) -> pl.DataFrame:
    """Return a warning about the phone of each contact (`index`, `number`, `hint`) that is left out."""
    phones = {number: secondary_phone_column(number) for number in range(1, contacts.max + 1)}
    return hints.with_columns(
        field=pl.col("number").replace_strict(phones, return_dtype=pl.String),
        code=pl.lit(Reason.SECONDARY_DROPPED.value),
        list=pl.lit("warnings"),
    )
