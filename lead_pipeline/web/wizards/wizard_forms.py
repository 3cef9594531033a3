"""Reads the forms of the steps into choices. What the choices mean is not known here."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.workbench.import_drafts import DraftView, ImportChoices
from lead_pipeline.web.pages.rendered_pages import text_of
from lead_pipeline.web.wizards.wizard_steps import COLUMNS, FILE, SETTINGS

#: What the scrub rules are called that somebody can switch.
RULE_WORDS = {
    "existing_lead": "Leads of other destinations (with scope company)",
    "opted_out": "People who opted out",
    "blocked": "Blocked people",
    "do_not_call": "Numbers on a do-not-call list",
    "litigator": "Known litigators",
    "reassigned": "Reassigned numbers",
    "complaint": "People who complained",
    "dialed": "Anybody who was dialed",
    "connected": "Anybody who was reached",
    "converted": "Anybody who converted",
}

#: The tokens of a lead that can have a default.
DEFAULTS = ("traffic_source", "buyers", "lead_priority", "sub_id")

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}

_SIMPLE = (
    "destination_kind", "destination_name", "identify_by", "default_region", "phone_format", "scrub_scope",
    "lookback_days", "approval", "restart_matches", "expires_after", "max_attempts",
)  # fmt: skip


def choices_after(step: str, form: FormData, view: DraftView, base: ImportProfile) -> ImportChoices:
    """Return the choices of a draft with what a step's form says; raises UsageError for what cannot be chosen.

    What is said that the profile `base` says by itself is no choice.
    """
    choices = view.draft.choices
    if step == FILE:
        said: dict[str, Any] = {"reading": _reading(form)}
    elif step == COLUMNS:
        said = {"columns": choices.columns | _columns(form, view)}
    elif step == SETTINGS:
        said = _settings(form, choices, base)
    else:
        return choices
    try:
        return ImportChoices.model_validate(choices.model_dump() | said)
    except ValidationError as error:
        where = ", ".join(str(one["loc"][0]).replace("_", " ") for one in error.errors() if one["loc"])
        raise UsageError(f"What was chosen cannot be used ({where}). Go back, and choose something else.") from None


def _reading(form: FormData) -> dict[str, object]:
    said: dict[str, object] = {}
    header, row, sheet = text_of(form, "header"), text_of(form, "header_row").strip(), text_of(form, "sheet")
    if header in ("yes", "no"):
        said["header"] = header == "yes"
    if row and header != "no":
        said["header_row"] = row
    if text_of(form, "encoding").strip():
        said["encoding"] = text_of(form, "encoding").strip()
    if text_of(form, "delimiter") in _DELIMITERS:
        said["delimiter"] = _DELIMITERS[text_of(form, "delimiter")]
    return said | ({"sheet": sheet} if sheet else {})


def _columns(form: FormData, view: DraftView) -> dict[str, str]:
    """Return what was chosen for each column that was shown; only what is another choice than the one proposed."""
    known = {column.name: column for column in view.columns}
    chosen: dict[str, str] = {}
    for index in range(len(view.columns)):
        name, target = text_of(form, f"name{index}"), text_of(form, f"target{index}")
        if name in known and target:
            chosen[name] = target
    changed = {name for name, target in chosen.items() if target != known[name].proposed}
    before = view.draft.choices.columns
    return {name: target for name, target in chosen.items() if name in changed or name in before}


def _settings(form: FormData, choices: ImportChoices, base: ImportProfile) -> dict[str, Any]:
    own = _own(base)
    given = {name: text_of(form, name).strip() for name in _SIMPLE if name in form}
    said: dict[str, Any] = {name: "" if text == own.get(name) else text for name, text in given.items()}
    if "secondary_contacts" in form:
        most = text_of(form, "secondary_contacts")
        said["secondary_contacts"] = None if most == own.get("secondary_contacts") else most
    if "has_rules" in form:
        said["scrub_rules"] = _rules(form)
    if "has_management" in form:
        wanted = bool(text_of(form, "enroll"))
        said["enroll"] = None if wanted == base.lead_management.enroll else wanted
    defaults = {name: text_of(form, f"default_{name}").strip() for name in DEFAULTS if f"default_{name}" in form}
    others = {name: text for name, text in defaults.items() if text and text != base.attribute_defaults.get(name)}
    kept = {name: text for name, text in choices.defaults.items() if name not in defaults}
    return said | {"defaults": kept | others}


def _own(base: ImportProfile) -> dict[str, str]:
    """Return what the profile says itself, as the form shows it."""
    phone = base.fields.get("phone")
    return {
        "destination_kind": base.destination.kind,
        "destination_name": base.destination.name,
        "identify_by": base.identify_by,
        "default_region": base.default_region or "",
        "phone_format": getattr(phone, "format", None) or "any",
        "secondary_contacts": str(base.secondary_contacts.max) if base.secondary_contacts else "",
        "scrub_scope": base.scrub.scope or base.scrub_scope,
        "lookback_days": str(base.scrub.lookback_days),
        "restart_matches": base.lead_management.on_match.schedule,
    }


def _rules(form: FormData) -> dict[str, bool]:
    """Return the rules that somebody switched to other than the profile has them."""
    found = {}
    for rule in RULE_WORDS:
        is_on, was_on = bool(text_of(form, f"rule_{rule}")), bool(text_of(form, f"was_{rule}"))
        if is_on != was_on:
            found[rule] = is_on
    return found


def rules_in_force(of_profile: Mapping[str, object], choices: ImportChoices) -> dict[str, tuple[bool, bool]]:
    """Return of each rule whether the profile has it on, and whether it is on by the choices."""
    found = {}
    for rule in RULE_WORDS:
        own = bool(of_profile.get(rule))
        found[rule] = (own, choices.scrub_rules.get(rule, own))
    return found
