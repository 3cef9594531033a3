"""Checks of a profile that the model cannot make: whether a country, locale or time zone exists, and whether a format
can be used.
"""

from collections.abc import Callable, Iterable, Iterator

from lead_pipeline.model.errors import UsageError
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.normalizing.dates.time_forms import form_of
from lead_pipeline.normalizing.known_names import checked_locale, checked_time_zone
from lead_pipeline.normalizing.numbers import checked_unit
from lead_pipeline.normalizing.phones.regions import checked_region
from lead_pipeline.profiles.declared_values import value_faults
from lead_pipeline.profiles.document import Document, KeyPath, Plain, Problem, key_name

#: Key of a rule: the check of its text.
_CHECKS: dict[str, Callable[[str], object]] = {
    "locale": checked_locale,
    "timezone": checked_time_zone,
}
#: Key of a rule with a list of texts: the check of each.
_CHECKS_OF_EACH: dict[str, Callable[[str], object]] = {"formats": form_of, "units": checked_unit}


def declaration_problems(document: Document, known: Iterable[Problem]) -> Iterator[Problem]:
    """Yield declarations of what does not exist, except for keys with a `known` problem."""
    data = _group(document.data)
    if "consent" in data and data["consent"] is None:  # the model would take it for a profile that demands none
        sentence = "'consent' is empty; write `required: true` or `required: false` below it, or remove it."
        yield Problem(document.line_of(("consent",)), sentence, ("consent",))
    reported = {problem.path for problem in known}
    for path, text, check in _declared(document.data):
        if path in reported or path[:-1] in reported:
            continue
        try:
            check(text)
        except UsageError as error:
            yield Problem(document.line_of(path), f"'{key_name(path)}': {error}", path)


def value_problems(profile: ImportProfile, document: Document) -> Iterator[Problem]:
    """Yield values in the profile that its own rules reject, so that no row could ever have them."""
    for fault in value_faults(profile):
        if fault.key == ("fields", "expires_in", "default") and profile.lead_management.expires_after is not None:
            key: KeyPath = ("lead_management", "expires_after")
            yield Problem(
                document.line_of(key),
                f"'{key_name(key)}': fields.expires_in refuses such a value; write one within its limits.",
                key,
            )
            continue
        yield Problem(document.line_of(fault.key), f"'{key_name(fault.key)}': {fault.sentence}", fault.key)


def region_problem(document: Document) -> Problem | None:
    """Return what is wrong with the default region; the model would only call it misspelled."""
    region = _group(document.data).get("default_region")
    try:
        checked_region(region if isinstance(region, str) else None)
    except UsageError as error:
        return Problem(document.line_of(("default_region",)), f"'default_region': {error}", ("default_region",))
    return None


def rules_in(data: Plain) -> Iterator[tuple[KeyPath, dict[str, Plain]]]:
    """Yield the rules of a profile as written, each with its path: fields, attributes, variables of contacts."""
    secondary = _group(_group(data).get("secondary_contacts"))
    groups: tuple[tuple[KeyPath, Plain], ...] = (
        (("fields",), _group(data).get("fields")),
        (("attributes",), _group(data).get("attributes")),
        (("secondary_contacts", "variables"), secondary.get("variables")),
    )
    for path, group in groups:
        for name, rule in _group(group).items():
            if isinstance(rule, dict):
                yield (*path, name), rule


def _declared(data: Plain) -> Iterator[tuple[KeyPath, str, Callable[[str], object]]]:
    yield from _listed_countries(data)
    zone = _group(_group(data).get("consent")).get("timezone")
    if isinstance(zone, str):
        yield ("consent", "timezone"), zone, checked_time_zone
    for path, rule in rules_in(data):
        for key, check in _CHECKS.items():
            text = rule.get(key)
            if isinstance(text, str):
                yield (*path, key), text, check
        for key, check in _CHECKS_OF_EACH.items():
            texts = rule.get(key)
            for index, text in enumerate(texts if isinstance(texts, list) else ()):
                if isinstance(text, str):
                    yield (*path, key, index), text, check


def _listed_countries(data: Plain) -> Iterator[tuple[KeyPath, str, Callable[[str], object]]]:
    above: KeyPath = ("scrub", "rules", "do_not_call", "countries")
    found = data
    for key in above:
        found = _group(found).get(str(key))
    for index, country in enumerate(found if isinstance(found, list) else ()):
        if isinstance(country, str):
            yield (*above, index), country, checked_region


def _group(data: Plain) -> dict[str, Plain]:
    return data if isinstance(data, dict) else {}
