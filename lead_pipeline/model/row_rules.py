"""What a profile demands of several values of one row together. Rules about one value do not belong here."""

from typing import Annotated, Literal

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel


class OneOfRule(FrozenModel):
    """At least one of these fields has a value."""

    rule: Literal["one_of"] = "one_of"
    fields: tuple[str, ...] = Field(
        min_length=2, description="Fields or attributes, at least one of which must have a value."
    )

    @property
    def names(self) -> tuple[str, ...]:
        """Return the fields and attributes that the rule looks at."""
        return self.fields


class TogetherRule(FrozenModel):
    """Either all of these fields have a value, or none of them."""

    rule: Literal["together"] = "together"
    fields: tuple[str, ...] = Field(min_length=2, description="Fields or attributes that go together.")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the fields and attributes that the rule looks at."""
        return self.fields


class RequiredIfRule(FrozenModel):
    """A field has a value if another one has one of some values (case-insensitive), or any value at all."""

    rule: Literal["required_if"] = "required_if"
    field: str = Field(description="The field or attribute that must have a value.")
    when: str = Field(description="The field or attribute that decides.")
    values: tuple[str, ...] = Field(default=(), description="Its values that require it; empty: any value.")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the fields and attributes that the rule looks at."""
        return (self.field, self.when)


#: How two values can be compared.
Comparison = Literal["less", "less_or_equal", "equal", "not_equal", "greater_or_equal", "greater"]


class CompareRule(FrozenModel):
    """Two values of one type compare as stated; a row that lacks one of them passes."""

    rule: Literal["compare"] = "compare"
    field: str = Field(description="The field or attribute on the left.")
    is_: Comparison = Field(alias="is", description="How the left value compares to the right one.")
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
