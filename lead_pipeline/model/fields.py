"""The standard fields of a lead, the kinds of identifiers, and the names that columns of our frames have. What a
profile demands of their values does not belong here.
"""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict

from lead_pipeline.model.errors import did_you_mean, listed

#: Every field a lead can have, with what it means. Everything else that a file says is an attribute.
STANDARD_FIELDS: dict[str, str] = {
    "phone": "the number the lead is called on, stored as E.164",
    "email": "the lead's email address, normalized",
    "first_name": "given name",
    "last_name": "family name",
    "full_name": "the whole name in one value",
    "company": "organisation the lead belongs to",
    "street": "street and house number",
    "city": "city",
    "state": "state, province or region",
    "postal_code": "postal code, always text",
    "country": "country name or ISO code",
    "remote_ip": "address of the machine the lead came from",
    "expires_in": "hours until the lead expires, counted from the import",
    "notes": "free text",
    "status": "where the lead stands, such as new or contacted",
    "source": "where the lead came from",
    "lead_score": "how promising the lead is, a number",
    "deal_value": "what the deal is worth, a number",
    "tags": "labels of the lead; an import adds to them and removes none",
    "external_id": "identifier that another system gave the contact",
    "cookie_id": "identifier that a web site gave the contact's browser",
    "social": "handle or address of the contact's social profile",
    "consent_at": "when the person agreed to be contacted",
    "consent_source": "where they agreed: a form, its address, a campaign",
    "consent_ip": "address of the machine that they agreed on",
    "consent_text_hash": "hash of the text that they agreed to",
}

#: What is known of a consent. The four belong together: a lead has those of one consent.
CONSENT_FIELDS = ("consent_at", "consent_source", "consent_ip", "consent_text_hash")

#: Whether the time of a row's consent says its time zone: Boolean, from normalizing to validating, in batches of
#: profiles that keep consents.
CONSENT_ZONE_KNOWN = "consent_zone_known"

#: What a profile may require to be known of a row, from normalizing to validating, in batches of profiles that do: the
#: kind of line of its number (String), and whether anything says in which time zones its person is (Boolean).
LINE_TYPE, TIME_ZONE_KNOWN = "line_type", "time_zone_known"

#: Kinds of identifiers: what a contact can be known by. Each is a standard field of the same name.
IdentifierKind = Literal["phone", "email", "external_id", "cookie_id", "social"]
IDENTIFIER_KINDS: tuple[IdentifierKind, ...] = ("phone", "email", "external_id", "cookie_id", "social")

#: The columns our own frames add; no field, attribute or file column may take these names.
RESERVED_COLUMNS = ("row_number", "line_number", "reasons", "warnings", "attributes", "extra_cells", "cell_types")

#: What can be derived from a phone, as normalized leads and the store name it.
DERIVED_COLUMNS = ("phone_extension", "phone_type", "phone_region", "phone_time_zones", "phone_national")

#: Hints about one row beyond its reasons: sentences that hold values, for the store and rejected file.
HINTS = "hints"

#: Which fields the reasons and warnings of a row are about, in normalized leads.
REASON_FIELDS = "reason_fields"

#: What was probably meant by values of a row, in normalized leads: each would be accepted in the place of the value.
SUGGESTIONS = "suggestions"

#: The further numbers of a cell that held several, E.164 in the order of the cell, in normalized leads.
SECONDARY_PHONES = "secondary_phones"

#: Whether first and last name of a row were taken from its full name: Boolean, from normalizing to validating, in
#: batches of profiles that split names.
SPLIT_NAMES = "split_names"

#: The further contacts of a row in calling order, in normalized leads: List(Struct(phone String E.164, attributes
#: String, a JSON object or null)).
SECONDARY_CONTACTS = "secondary_contacts"

#: The further identifiers of a row's contact, in normalized leads: List(Struct(kind String, value String)).
ALIASES = "aliases"

#: The columns that a rejected file has behind the original ones. Dropped back after fixing, the file is recognised by
#: them, and they are neither fields nor attributes.
REJECTED_FILE_COLUMNS = (
    "_row_number", "_line_number", "_outcome", "_reasons", "_guidance", "_suggested", "_extra_cells"
)  # fmt: skip

#: The same of the file of the rows that were imported with warnings.
WARNED_FILE_COLUMNS = ("_row_number", "_line_number", "_outcome", "_warnings", "_guidance", "_suggested")

#: The sheets of a rejected workbook. When it is dropped back, the first one is the list.
REJECTED_SHEETS = ("Rejected rows", "Reasons", "Duplicates and suppressed")


#: What separates the words of a header: whitespace, underscores and hyphens between two other characters.
_PARTING = re.compile(r"(?<=[^\s_-])[\s_-]+(?=[^\s_-])")


class FrozenModel(BaseModel):
    """Base of everything that describes an import: never changed once read, and no key that it does not know."""

    # Written and read back under the names that profiles have: manifests keep profiles as JSON.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, serialize_by_alias=True)

    # pydantic (2.14.3) copies cached properties too, so that `model_copy(update=...)` would answer for the original
    def __copy__(self) -> Self:
        return self._without_cached(super().__copy__())

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self._without_cached(super().__deepcopy__(memo))

    @classmethod
    def _without_cached(cls, copied: Self) -> Self:
        for name in copied.__dict__.keys() - cls.model_fields.keys():
            del copied.__dict__[name]
        return copied


class RuleError(ValueError):
    """What contradicts itself in a profile, and the key to look at; pydantic reports it among its own errors."""

    def __init__(self, sentence: str, *key: str) -> None:
        super().__init__(sentence)
        self.key = key


def member_pointer(name: str) -> str:
    """Return the JSON Pointer (RFC 6901) of a member of an object, such as an attribute, whatever its name holds."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def folded_header(header: str) -> str:
    """Return what counts of a header when it is looked up: neither upper and lower case nor what separates its words.

    `First Name`, `first_name` and `FIRST-NAME` are one header; a leading underscore, as in `_alias_email`, counts.
    """
    return _PARTING.sub(" ", header.strip().casefold())


def attribute_column(name: str) -> str:
    """Return the column of mapped leads that holds the attribute `name`, when the profile has a rule for it."""
    return f"attribute.{name}"


def alias_column(kind: IdentifierKind) -> str:
    """Return the column of mapped leads that holds a further identifier of that kind."""
    return f"alias.{kind}"


def secondary_phone_column(number: int) -> str:
    """Return the column of mapped leads that holds the phone of the secondary contact with this number, from 1."""
    return f"secondary.{number}.phone"


def secondary_variable_column(number: int, name: str) -> str:
    """Return the column of mapped leads that holds a variable of the secondary contact with this number, from 1."""
    return f"secondary.{number}.variable.{name}"


def title_of(column: str) -> str:
    """Return what people call a column of mapped leads: `secondary 2 phone` for `secondary.2.phone`."""
    kind, _, rest = column.partition(".")
    if kind == "secondary":
        number, _, what = rest.partition(".")
        return f"secondary {number} {what.removeprefix('variable.')}"
    return {"attribute": rest, "alias": f"alias {rest}"}.get(kind, column)


def _standard_field(name: str) -> str:
    if name not in STANDARD_FIELDS:
        raise ValueError(
            f"this is not a field.{did_you_mean(name, STANDARD_FIELDS)} The fields are "
            f"{listed(STANDARD_FIELDS, limit=30)}; a column that is none of them becomes an attribute by itself, and "
            "one that has to fulfil rules is named under `attributes:`"
        )
    return name


def _free_name(name: str) -> str:
    if name in RESERVED_COLUMNS or not name.strip():
        raise ValueError("an attribute cannot have this name; choose another")
    return name


#: The name of a standard field, checked.
FieldName = Annotated[str, AfterValidator(_standard_field)]

#: The name of an attribute, checked.
AttributeName = Annotated[str, AfterValidator(_free_name)]
