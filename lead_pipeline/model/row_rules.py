"""What a profile demands of several values of one row together. Rules about one value belong in rules.py."""

from typing import Annotated, Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel


class OneOfRule(FrozenModel):
    """At least one of these fields has a value."""

    rule: Literal["one_of"] = "one_of"
    fields: tuple[str, ...] = Field(min_length=2, description="Fields or attributes, one of which must be filled.")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the fields and attributes that the rule looks at."""
        return self.fields


class TogetherRule(FrozenModel):
    """These fields are all filled, or none of them."""

    rule: Literal["together"] = "together"
    fields: tuple[str, ...] = Field(min_length=2, description="Fields or attributes that go together.")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the fields and attributes that the rule looks at."""
        return self.fields


class RequiredIfRule(FrozenModel):
    """A field is filled where another has one of some values (in any letter case), or any value at all."""

    rule: Literal["required_if"] = "required_if"
    field: str = Field(description="The field or attribute that must be filled.")
    when: str = Field(description="The field or attribute that decides.")
    values: tuple[str, ...] = Field(default=(), description="Its values that demand it; empty: any value.")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the fields and attributes that the rule looks at."""
        return (self.field, self.when)


#: How two values can be compared.
Comparison = Literal["less", "less_or_equal", "equal", "not_equal", "greater_or_equal", "greater"]


class CompareRule(FrozenModel):
    """Two values of one type stand in an order; a row that lacks one of them passes."""

    rule: Literal["compare"] = "compare"
    field: str = Field(description="The field or attribute on the left.")
    is_: Comparison = Field(alias="is", description="How the left value stands to the right one.")
    than: str = Field(description="The field or attribute on the right.")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the fields and attributes that the rule looks at."""
        return (self.field, self.than)


RowRule = Annotated[OneOfRule | TogetherRule | RequiredIfRule | CompareRule, Field(discriminator="rule")]

#: Every kind of rule about a row, by the word that `rule:` names it with.
ROW_RULES: dict[str, type[FrozenModel]] = {
    "one_of": OneOfRule,
    "together": TogetherRule,
    "required_if": RequiredIfRule,
    "compare": CompareRule,
}
