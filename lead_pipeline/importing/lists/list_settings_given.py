"""Reads what a caller, or a file of settings, says about a suppression list; faults become a sentence."""

from collections.abc import Mapping

from pydantic import ValidationError

from lead_pipeline.model.errors import UsageError, did_you_mean, listed
from lead_pipeline.model.lists.list_settings import ListSettings
from lead_pipeline.model.suppression_kinds import SUPPRESSION_KINDS
from lead_pipeline.normalizing.phones.regions import checked_region


def settings_given(kind: str, region: str | None, said: Mapping[str, object]) -> ListSettings:
    """Return the settings of a list.

    Raises: UsageError when there is no such kind, region or key, or a value is none that the key can have.
    """
    if kind not in SUPPRESSION_KINDS:
        near, known = did_you_mean(kind, SUPPRESSION_KINDS), listed(SUPPRESSION_KINDS)
        raise UsageError(f"There is no kind '{kind}'.{near} The kinds are {known}.")
    for key in said:
        if key not in ListSettings.model_fields:
            known = listed(ListSettings.model_fields)
            raise UsageError(
                f"There is no '{key}' of a list.{did_you_mean(key, ListSettings.model_fields)} Use {known}."
            )
    try:
        return ListSettings.model_validate({"kind": kind, "region": checked_region(region), **said})
    except ValidationError as error:
        problems = (": ".join((*map(str, one["loc"][:1]), _sentence(one["msg"]))) for one in error.errors())
        raise UsageError(f"What is said about the list does not fit: {'; '.join(problems)}.") from None


def _sentence(message: str) -> str:
    """Return pydantic's message without what it puts before ours."""
    return message.removeprefix("Value error, ").rstrip(".")
