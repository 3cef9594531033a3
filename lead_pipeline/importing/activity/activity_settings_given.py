"""Reads what a caller, or a file of settings, says about a drop of call activity; faults become a sentence."""

from collections.abc import Mapping

from pydantic import ValidationError

from lead_pipeline.filing.home import Home
from lead_pipeline.model.errors import UsageError, did_you_mean, listed
from lead_pipeline.model.scrub.activity_settings import ActivitySettings
from lead_pipeline.normalizing.known_names import checked_time_zone
from lead_pipeline.normalizing.phones.regions import checked_region
from lead_pipeline.profiles.activity.activity_folders import FILE_NAME, activity_keys


def activity_settings_given(said: Mapping[str, object]) -> ActivitySettings:
    """Return the settings of a drop; what is null is not said.

    Raises: UsageError when there is no such key, region or time zone, or a value is none that the key can have.
    """
    for key in said:
        if key not in ActivitySettings.model_fields:
            known = listed(ActivitySettings.model_fields)
            near = did_you_mean(key, ActivitySettings.model_fields)
            raise UsageError(f"There is no '{key}' of call activity.{near} Use {known}.")
    checked_region(_text(said.get("region")))
    if (timezone := _text(said.get("timezone"))) is not None:
        checked_time_zone(timezone)
    try:
        return ActivitySettings.model_validate({key: value for key, value in said.items() if value is not None})
    except ValidationError as error:
        problems = ("; ".join(f"{'.'.join(map(str, one['loc']))}: {_sentence(one['msg'])}" for one in error.errors()),)
        raise UsageError(f"What is said about the call activity does not fit: {problems[0]}.") from None


def _text(given: object) -> str | None:
    return given if isinstance(given, str) else None


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")


def folder_activity_settings(home: Home, folder: str) -> ActivitySettings:
    """Return what is said about the drops of a folder of inbox/call_activity, empty for that folder itself.

    Raises: ProfileError, UsageError; both name the file to correct.
    """
    said = activity_keys(folder, home.root / FILE_NAME)
    try:
        return activity_settings_given(said)
    except UsageError as error:
        where = f"folder '{folder}'" if folder else "defaults"
        raise UsageError(f"{FILE_NAME} in the home, {where}: {error}") from None
