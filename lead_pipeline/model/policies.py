"""What a profile says of an import as a whole: how leads are written, who must approve, who is notified. What it
says of columns and values does not belong here.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from lead_pipeline.model.fields import AttributeName, FrozenModel, IdentifierKind, RuleError
from lead_pipeline.model.rules import EmailRule, FieldRule, OnInvalid, PhoneRule, TextRule

#: Which rows are written: those of people without a lead here, those of people with one, or both.
WriteMode = Literal["create_only", "update_only", "upsert"]

#: What becomes of a row whose lead is there already: left out, written over it by each field's `update_rule`, written
#: where the lead has nothing, or rejected.
OnDuplicate = Literal["skip", "update", "fill", "reject"]

#: Which of several good rows for one person in one file is imported: the first, the last, one made of all, or none.
DuplicatesInFile = Literal["first", "last", "merge", "reject_all"]

#: What becomes of an import whose columns are not those of the profile's last files.
OnLayoutChange = Literal["ignore", "warn", "hold"]

Rate = Annotated[float, Field(ge=0, le=1)]


class AutoBelow(FrozenModel):
    """Import without asking as long as fewer rows than this share are rejected; else wait for a person."""

    auto_below: Rate


#: Whether a person has to approve an import before anything is written.
Approval = Literal["auto", "manual"] | AutoBelow


class RejectRate(FrozenModel):
    """Shares of rejected rows at which the `reject_rate` check warns and fails."""

    warn: Rate = 0.1
    error: Rate = 0.5

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.warn > self.error:
            raise RuleError("warn must not be greater than error; swap the two numbers", "warn")
        return self


def _address(text: str) -> str:
    name, at, domain = text.strip().rpartition("@")
    if not at or not name or "." not in domain or any(char.isspace() or char in '<>",;' for char in text.strip()):
        raise ValueError("write one plain email address each, such as imports@example.com")
    return text.strip()


class Notify(FrozenModel):
    """Who gets an email when an import has ended; the mail server is set by environment variables."""

    email: tuple[Annotated[str, AfterValidator(_address)], ...] = Field(
        min_length=1, description="Addresses to notify."
    )
    when: Literal["always", "problems"] = Field(
        default="always",
        description="always; or problems: rows were rejected, the file was refused, or approval is needed.",
    )


class AliasRule(FrozenModel):
    """A column with a further identifier of the row's contact."""

    column: str | None = Field(default=None, min_length=1, description="Header; default: _alias_<kind>.")
    on_invalid: OnInvalid = Field(default="blank", description="reject the row, or leave the identifier out.")

    def as_field_rule(self, kind: IdentifierKind) -> FieldRule:
        """Return the rule for its values."""
        if kind == "phone":
            return PhoneRule(column=self.column, on_invalid=self.on_invalid)
        if kind == "email":
            return EmailRule(column=self.column, on_invalid=self.on_invalid)
        return TextRule(column=self.column, on_invalid=self.on_invalid, max_length=500)


class SecondaryContacts(FrozenModel):
    """Further people of a lead, each in columns of its own; their phones follow the rules of the lead's phone."""

    max: int = Field(default=10, ge=0, le=10, description="How many there may be in a row.")
    phone_column: str = Field(default="secondary_phone_{n}", description="Header of a phone; {n} is 1, 2, ...")
    variable_column: str = Field(
        default="secondary_{n}_{variable}", description="Header of a variable; {variable} is its name."
    )
    on_invalid: Literal["drop", "reject"] = Field(
        default="drop", description="An invalid one is left out and reported, or its whole row is rejected."
    )
    variables: dict[AttributeName, FieldRule] = Field(
        default_factory=dict, description="What is known about each, with the rules for its values."
    )

    @model_validator(mode="after")
    def _columns_have_placeholders(self) -> Self:
        if "{n}" not in self.phone_column:
            raise RuleError("write {n} in place of the number, as in secondary_phone_{n}", "phone_column")
        if "{n}" not in self.variable_column or "{variable}" not in self.variable_column:
            raise RuleError(
                "write {n} and {variable} in place of number and name, as in secondary_{n}_{variable}",
                "variable_column",
            )
        sourced = next((name for name, rule in self.variables.items() if not rule.has_column or rule.column), None)
        if sourced is not None:
            raise RuleError(
                "a secondary contact's variable comes from its own column; remove the source",
                *("variables", sourced),
            )
        return self

    def phone_header(self, number: int) -> str:
        """Return the header of the phone of the contact with this number, from 1."""
        return self.phone_column.replace("{n}", str(number))

    def variable_header(self, number: int, name: str) -> str:
        """Return the header of a variable of the contact with this number, from 1."""
        return self.variable_column.replace("{n}", str(number)).replace("{variable}", name)
