"""How one kind of file is imported: what follows from the keys of a profile, and the sentences for what contradicts
itself in one. Reading YAML, and knowing which countries exist, does not belong here; nothing opens a file.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Self

from pydantic import model_validator

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.errors import did_you_mean, listed
from lead_pipeline.model.field_types import type_of
from lead_pipeline.model.fields import (
    CONSENT_FIELDS,
    RuleError,
    alias_column,
    attribute_column,
    folded_header,
    secondary_phone_column,
    secondary_variable_column,
)
from lead_pipeline.model.policies import AutoBelow, OnDuplicate
from lead_pipeline.model.profile_keys.fingerprint import fingerprint_of
from lead_pipeline.model.profile_keys.keys_of_profile import ProfileKeys
from lead_pipeline.model.profile_keys.lead_management_checks import (
    check_aim,
    check_lead_management,
    demands_consent,
    named_attributes,
    with_implied_expiry,
)
from lead_pipeline.model.reason_codes import Reason
from lead_pipeline.model.row_rules import CompareRule
from lead_pipeline.model.rules import FieldRule, PhoneRule

#: The types that a standard field's rule may have, where the store's column is not text.
_TYPES_OF: dict[str, tuple[str, ...]] = {
    "phone": ("phone",),
    "email": ("email",),
    "expires_in": ("integer", "decimal"),
    "lead_score": ("integer", "decimal"),
    "deal_value": ("integer", "decimal"),
    "tags": ("tags",),
    "external_id": ("text",),
    "cookie_id": ("text",),
    "social": ("text",),
    "consent_at": ("datetime",),
    "consent_source": ("text",),
    "consent_ip": ("text",),
    "consent_text_hash": ("text",),
}


class ImportProfile(ProfileKeys):
    """Everything that decides how a file of this kind is imported."""

    @model_validator(mode="before")
    @classmethod
    def _with_implied_fields(cls, said: object) -> object:
        """Add the expiry that `expires_after` gives, and the fields of a consent, of which a profile has all or none:
        to demand one is enough to have them.
        """
        fields = said.get("fields") if isinstance(said, dict) else None
        if not isinstance(said, dict) or not isinstance(fields, dict):
            return said
        fields = with_implied_expiry(said, fields)
        demanded = said.get("consent") is not None or demands_consent(said)
        if not demanded and not any(name in fields for name in CONSENT_FIELDS):
            return said | {"fields": fields}
        consent = said.get("consent")
        zone = consent.get("timezone") if isinstance(consent, dict) else getattr(consent, "timezone", None)
        implied = {name: {"type": "text"} for name in CONSENT_FIELDS} | {"consent_at": {"type": "datetime"}}
        fields = fields | {name: rule for name, rule in implied.items() if name not in fields}
        time = fields["consent_at"]
        if isinstance(zone, str) and isinstance(time, dict):
            fields["consent_at"] = {"timezone": zone} | time
        return said | {"fields": fields}

    @model_validator(mode="after")
    def _fields_have_their_types(self) -> Self:
        for field, rule in self.fields.items():
            wanted = _TYPES_OF.get(field)
            if wanted is None and type_of(rule).only_of_own_field:
                raise RuleError(
                    f"{field} cannot be of type {rule.type}, which is for the field of that name or an attribute; "
                    "write text, or put it under `attributes:`",
                    *("fields", field, "type"),
                )
            if wanted is not None and rule.type not in wanted:
                raise RuleError(f"{field} is of type {' or '.join(wanted)}; write that", "fields", field, "type")
        for name, attribute in self.attributes.items():
            if isinstance(attribute, PhoneRule) and (attribute.derive or attribute.multiple == "secondary"):
                raise RuleError(
                    "derive and `multiple: secondary` belong to the field phone; remove them here", "attributes", name
                )
        return self

    @model_validator(mode="after")
    def _somebody_is_identified(self) -> Self:
        who, rule = self.identify_by, self.fields.get(self.identify_by)
        if rule is None:
            kind = _TYPES_OF[who][0]
            needed = f"{who}: {{type: {kind}, required: true}}"
            raise RuleError(f"leads are identified by {who}, so `fields:` needs {needed}", "fields", who)
        if rule.on_invalid != "reject" and self.rows_without_identifier == "reject":
            raise RuleError(
                f"leads are identified by {who}, so an invalid one cannot be blanked; write reject, or leave it out",
                *("fields", who, "on_invalid"),
            )
        if rule.required and self.rows_without_identifier == "create":
            raise RuleError(
                f"rows without {who} are to be new leads, so it cannot be required; remove one of the two",
                *("fields", who, "required"),
            )
        return self

    @model_validator(mode="after")
    def _consent_is_not_blanked(self) -> Self:
        rule = self.fields.get("consent_at")
        if self.consent is None or rule is None:
            return self
        if self.consent.required and rule.on_invalid != "reject":
            raise RuleError(
                "a consent is required, so a time that cannot be read cannot be blanked; write reject, or leave it out",
                *("fields", "consent_at", "on_invalid"),
            )
        if self.consent.required and (rule.default is not None or rule.constant is not None):
            raise RuleError(
                "a consent is required of each row, so its time cannot be the same for all; remove it, or write "
                "`required: false` below consent",
                *("fields", "consent_at", "constant" if rule.default is None else "default"),
            )
        zone = getattr(rule, "timezone", None)
        if self.consent.timezone is not None and zone != self.consent.timezone:
            raise RuleError(
                f"it is {zone}, and `consent:` says {self.consent.timezone}; remove one of the two",
                *("fields", "consent_at", "timezone"),
            )
        return self

    @model_validator(mode="after")
    def _columns_serve_one_purpose(self) -> Self:
        """Headers are matched whatever their case and what separates their words, so the same counts here."""
        taken: dict[str, str] = {}
        headers = self._headers()
        for name, rule in self.rules.items():
            for header in (*rule.headers[:-1], headers[name]) if rule.has_column else ():
                column = folded_header(header)
                if column in taken:
                    raise RuleError(
                        f"column '{header}' is named by two fields, {taken[column]} and {name} "
                        "(apart from case, spaces and underscores); name it under one only",
                        *self.key_of(name),
                    )
                taken[column] = name
        for header in self.ignore_columns:
            if folded_header(header) in taken:
                raise RuleError(
                    f"'{header}' is ignored, and {taken[folded_header(header)]} is read from it; remove one of the two",
                    "ignore_columns",
                )
        return self

    @model_validator(mode="after")
    def _defaults_are_of_no_field(self) -> Self:
        columns = {folded_header(header): name for name, header in self._headers().items()}
        for where, name, called in named_attributes(self):
            field = columns.get(folded_header(name))
            if field is not None and field.startswith("attribute."):
                raise RuleError(
                    f"'{name}' has rules under `attributes:`; write its {called} there, as `{called}:`", *where
                )
            if field is not None:
                raise RuleError(
                    f"the column '{name}' is the field {field}, not an attribute; remove the {called}, or the field",
                    *where,
                )
        return self

    @model_validator(mode="after")
    def _leads_are_managed_without_contradiction(self) -> Self:
        check_lead_management(self)
        return self

    @model_validator(mode="after")
    def _phones_have_a_country(self) -> Self:
        for field, rule in (*self.fields.items(), *self.attributes.items()):
            if not isinstance(rule, PhoneRule):
                continue
            if rule.region_field is not None and rule.region_field not in self.fields:
                raise ValueError(
                    f"{field} takes its country from the field {rule.region_field}, which the profile does not have; "
                    f"add `{rule.region_field}: {{type: text}}` under `fields:`"
                )
            if rule.format == "national" and self.default_region is None and rule.region_field is None:
                raise ValueError(
                    f"{field} is in national format, so its country must be known; set default_region (such as US)"
                )
        if self.secondary_contacts is not None and "phone" not in self.fields:
            raise RuleError(
                "secondary contacts follow the rules of the lead's phone, which `fields:` does not have; add phone",
                "secondary_contacts",
            )
        return self

    @model_validator(mode="after")
    def _writing_makes_sense(self) -> Self:
        fitting = {"create_only": ("skip", "reject"), "update_only": ("update", "fill")}.get(self.write_mode)
        if self.on_duplicate is not None and fitting is not None and self.on_duplicate not in fitting:
            raise RuleError(
                f"with write_mode {self.write_mode}, on_duplicate is {' or '.join(fitting)}; write one of these, or "
                "write_mode: upsert",
                "on_duplicate",
            )
        if self.rows_without_identifier == "create" and self.write_mode == "update_only":
            raise RuleError(
                "update_only creates no lead, so rows without an identifier cannot be new ones; write reject",
                "rows_without_identifier",
            )
        return self

    @model_validator(mode="after")
    def _row_rules_name_what_there_is(self) -> Self:
        for index, rule in enumerate(self.row_rules):
            unknown = next((name for name in rule.names if self.rule_column(name) is None), None)
            if unknown is not None:
                known = (*self.fields, *self.attributes)
                raise RuleError(
                    f"the rule '{rule.rule}' names '{unknown}', which is neither a field nor an attribute with rules."
                    f"{did_you_mean(unknown, known)} These are {listed(known)}",
                    *("row_rules", str(index)),
                )
            if isinstance(rule, CompareRule):
                self._check_comparable(rule, index)
        return self

    def _check_comparable(self, rule: CompareRule, index: int) -> None:
        left, right = (self.rules[self.rule_column(name) or ""] for name in rule.names)
        if type_of(left).comparable != type_of(right).comparable:
            raise RuleError(
                f"'{rule.field}' is of type {left.type} and '{rule.than}' of type {right.type}, which cannot be "
                "compared; give both the same type",
                *("row_rules", str(index)),
            )
        if type_of(left).comparable is None:
            raise RuleError(f"{left.type} have no order; compare other values", "row_rules", str(index))

    @model_validator(mode="after")
    def _names_can_be_split(self) -> Self:
        needed = [name for name in ("full_name", "first_name", "last_name") if name not in self.fields]
        if self.split_full_name and needed:
            raise RuleError(
                f"splitting names needs {' and '.join(needed)} under `fields:`; add `{needed[0]}: {{type: text}}`",
                "split_full_name",
            )
        return self

    def __hash__(self) -> int:
        """Make profiles keys of caches: pydantic's own hash of a frozen model fails on its dicts."""
        return hash((self.name, self.fingerprint))

    @cached_property
    def rules(self) -> Mapping[str, FieldRule]:
        """Return the rules of columns of mapped leads: fields, attributes, aliases, secondary contacts.

        The field that identifies somebody is required unless rows without it are new leads.
        """
        rules: dict[str, FieldRule] = dict(self.fields)
        if self.rows_without_identifier == "reject":
            rules[self.identify_by] = self.fields[self.identify_by].model_copy(update={"required": True})
        if self.consent is not None and self.consent.required:
            rules["consent_at"] = self.fields["consent_at"].model_copy(update={"required": True})
        rules |= {attribute_column(name): rule for name, rule in self.attributes.items()}
        rules |= {alias_column(kind): alias.as_field_rule(kind) for kind, alias in self.aliases.items()}
        return rules | self._secondary_rules()

    def _secondary_rules(self) -> dict[str, FieldRule]:
        """A bad value of a secondary contact costs the contact, not the row, unless `on_invalid` says so."""
        secondary, phone = self.secondary_contacts, self.fields.get("phone")
        if secondary is None or not isinstance(phone, PhoneRule):
            return {}
        sources = dict.fromkeys(("column", "default", "constant", "from_file_name", "from_folder"))
        own = sources | {"required": False, "derive": (), "multiple": "reject", "on_invalid": "blank"}
        rules: dict[str, FieldRule] = {}
        for number in range(1, secondary.max + 1):
            rules[secondary_phone_column(number)] = phone.model_copy(update=own)
            for name, rule in secondary.variables.items():
                rules[secondary_variable_column(number, name)] = rule.model_copy(update={"required": False})
        return rules

    def rule_column(self, name: str) -> str | None:
        """Return the column of mapped leads that a field's or attribute's name stands for, None for no such name."""
        if name in self.fields:
            return name
        return attribute_column(name) if name in self.attributes else None

    def column_of(self, name: str) -> str:
        """Return the header that supplies a column of mapped leads, such as `phone`; of a joined phone the last."""
        return self._headers()[name]

    def codes_of(self, name: str) -> tuple[str, ...]:
        """Return the headers of the codes in front of a phone that is in several columns, in order."""
        return self.rules[name].headers[:-1]

    def _headers(self) -> dict[str, str]:
        headers = {field: rule.header_or(field) for field, rule in self.fields.items()}
        headers |= {attribute_column(name): rule.header_or(name) for name, rule in self.attributes.items()}
        headers |= {
            alias_column(kind): alias.column or f"_alias_{kind.removesuffix('_id') if kind == 'cookie_id' else kind}"
            for kind, alias in self.aliases.items()
        }
        secondary = self.secondary_contacts
        for number in range(1, (secondary.max if secondary else 0) + 1):
            assert secondary is not None  # noqa: S101  # the range is empty without it
            headers[secondary_phone_column(number)] = secondary.phone_header(number)
            for name in secondary.variables:
                headers[secondary_variable_column(number, name)] = secondary.variable_header(number, name)
        return headers

    def key_of(self, name: str) -> tuple[str, ...]:
        """Return where in the profile the header of a column of mapped leads is written."""
        if name in self.fields:
            return ("fields", name, "column")
        kind, _, rest = name.partition(".")
        return {"attribute": ("attributes", rest, "column"), "alias": ("aliases", rest, "column")}.get(
            kind, ("secondary_contacts",)
        )

    @cached_property
    def attribute_defaults(self) -> dict[str, str]:
        """Return the attributes of rows that leave them empty: `lead_management.defaults` over `default_attributes`;
        none that every row has anyway.
        """
        given = set(map(folded_header, self.lead_management.additional_data))
        defaults = self.lead_management.defaults_over(self.default_attributes)
        return {name: text for name, text in defaults.items() if folded_header(name) not in given}

    @property
    def when_known(self) -> OnDuplicate:
        """Return what becomes of a row whose lead is there already."""
        return self.on_duplicate or ("skip" if self.write_mode == "create_only" else "update")

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what somebody should know who uses the profile, a sentence each."""
        rules, scope = self.scrub.rules, self.scrub.scope or self.scrub_scope
        idle = (
            "The scrub rule existing_lead changes nothing: it is about leads of other destinations, at which `scope: "
            "destination` does not look. Write `scope: company`, or remove the rule."
        )
        changes_nothing = rules.existing_lead is not True and scope == "destination"
        lifted = self.lead_management.on_match.warning
        return tuple(filter(None, (rules.warning, idle if changes_nothing else "", lifted)))

    def needs_approval(self, reject_rate: float) -> bool:
        """Return whether a person has to approve an import of which this share of the rows was rejected."""
        if isinstance(self.approval, AutoBelow):
            return reject_rate >= self.approval.auto_below
        return self.approval == "manual"

    def missing_reason(self, name: str, rule: FieldRule) -> Reason:
        """Return the reason of a row without the value of a column of mapped leads, such as `phone` or `attribute.x`.

        `rule` need not be the profile's own for the column.
        """
        if name == "consent_at":
            return Reason.CONSENT_MISSING
        reason = type_of(rule).missing
        is_identifier = reason == Reason.REQUIRED_MISSING and name == self.identify_by
        return Reason.IDENTIFIER_MISSING if is_identifier else reason

    def with_destination(self, destination: Destination) -> "ImportProfile":
        """Return this profile aimed at another destination; raises UsageError when it sends leads there already."""
        check_aim(self.lead_management.on_match, destination)
        return self.model_copy(update={"destination": destination})

    @cached_property
    def fingerprint(self) -> str:
        """Say by a SHA-256 what the profile does: two profiles with one fingerprint import alike."""
        return fingerprint_of(self)
