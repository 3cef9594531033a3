"""Conditions that choose leads, such as `status=due` or `created_at<2026-03-01`: what can be asked of a lead and of its
enrollments. Reading values, and choosing leads by them, does not belong here.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal, Self

from lead_pipeline.model.errors import UsageError, did_you_mean, listed
from lead_pipeline.model.fields import STANDARD_FIELDS, FrozenModel

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
_ORDERING = ("<", "<=", ">", ">=")

#: How the values of a field are compared. `whole`: a whole number; `word`: a text that is looked up, with no order.
ConditionType = Literal["whole", "decimal", "text", "word", "phone", "email", "moment", "destination", "status", "tags"]

#: Where an enrollment stands; `none`: the lead is not enrolled.
EnrollmentStatus = Literal["due", "waiting", "stopped", "completed", "expired", "suppressed", "none"]
ENROLLMENT_STATUSES: tuple[EnrollmentStatus, ...] = (
    "due", "waiting", "stopped", "completed", "expired", "suppressed", "none",
)  # fmt: skip

#: What can be asked of a lead or of its enrollment, and how that is compared.
OWN_FIELDS: dict[str, ConditionType] = {
    "lead_id": "whole",
    "destination": "destination",
    "status": "status",
    "action": "whole",
    "attempts": "whole",
    "due_at": "moment",
    "import_id": "word",
    "created_at": "moment",
    "updated_at": "moment",
    "expires_at": "moment",
}

#: Those of an enrollment: a lead with several of them has each of them several times.
OF_ENROLLMENTS = ("destination", "status", "action", "attempts", "due_at")

_TYPES_OF_STANDARD_FIELDS: dict[str, ConditionType] = {
    "phone": "phone", "email": "email", "lead_score": "decimal", "deal_value": "decimal", "tags": "tags",
    "consent_at": "moment", "external_id": "word", "cookie_id": "word", "social": "word",
}  # fmt: skip

#: Standard fields that leads do not have under their name.
_KEPT_OTHERWISE = {"expires_in": "expires_at"}

_ATTRIBUTE, _FIELD = "attribute.", "lead."
_WRITTEN = re.compile(r"\s*([^=!<>]+?)\s*(!=|<=|>=|=|<|>)(.*)", re.DOTALL)
_EXAMPLE = "Write for example status=due, created_at<2026-03-01 or attribute.campaign=nov."


class LeadCondition(FrozenModel):
    """One condition, as somebody wrote it: a field, how it is compared, and with what."""

    field: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        return f"{self.field}{self.operator}{self.value}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `field=value`, as the command line spells it; raises UsageError."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise UsageError(f"'{text[:60]}' is not a condition: it has no =, !=, <, <=, > or >=. {_EXAMPLE}")
        return cls(field=found[1], operator=found[2], value=found[3].strip())

    @property
    def shown(self) -> str:
        """Return it for logs and results: values that people have are left out."""
        return str(self) if self.field in OWN_FIELDS else f"{self.field}{self.operator}{'…' if self.value else ''}"

    @property
    def attribute(self) -> str | None:
        """Return the attribute that it asks for, if it does."""
        return self.field.removeprefix(_ATTRIBUTE) if self.field.startswith(_ATTRIBUTE) else None

    @property
    def column(self) -> str:
        """Return the name of the field without `lead.`, which a standard field of the lead may be written with."""
        return self.field.removeprefix(_FIELD)

    @property
    def type(self) -> ConditionType:
        """Return how its field is compared.

        Raises: UsageError when there is no such field, or its values have no order and one is asked for.
        """
        found = self._type()
        if self.operator in _ORDERING and found in ("word", "phone", "email", "destination", "status", "tags"):
            raise UsageError(
                f"Values of {self.field} have no order, so that it cannot be {self.operator}: use = or !=."
            )
        return found

    @property
    def is_of_enrollments(self) -> bool:
        """Tell whether it is about an enrollment, not about the lead."""
        return self.field in OF_ENROLLMENTS

    def _type(self) -> ConditionType:
        if self.attribute is not None:
            return "text"
        own = {} if self.field.startswith(_FIELD) else OWN_FIELDS
        if self.field in own:
            return own[self.field]
        if self.column in STANDARD_FIELDS and self.column not in _KEPT_OTHERWISE:
            return _TYPES_OF_STANDARD_FIELDS.get(self.column, "text")
        raise UsageError(
            f"Leads cannot be chosen by '{self.field[:60]}'.{self._near()} The fields are {listed(_KNOWN, limit=40)}, "
            "and attribute.NAME."
        )

    def _near(self) -> str:
        instead = _KEPT_OTHERWISE.get(self.column)
        return f" Use '{instead}'." if instead else did_you_mean(self.field, _KNOWN)


_KNOWN = (
    *OWN_FIELDS,
    *(f"{_FIELD}{name}" if name in OWN_FIELDS else name for name in STANDARD_FIELDS if name not in _KEPT_OTHERWISE),
)


@dataclass(frozen=True, slots=True)
class TypedCondition:
    """A condition with its values read: one or several of which one has to be met, or of a moment the first one that is
    meant and the first one behind; none where the field has to be empty.
    """

    condition: LeadCondition
    type: ConditionType
    values: tuple[Any, ...]
