"""What stands for a profile that there is not, or that cannot be read, so that a file dropped for it is told of like
every other refused file. No file is read by it.
"""

import re

from lead_pipeline.model.destination import Destination
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.rules import PhoneRule

#: What it is called where the name of a folder cannot be that of a profile; a file in the inbox itself is in none.
_NOWHERE = "inbox"

_LONGEST = 40


def unusable_profile(folder: str) -> ImportProfile:
    """Return what stands for the profile that a folder of the inbox is named after."""
    name = re.sub(r"[^a-z0-9]+", "_", folder.lower()).strip("_")
    if not name[:1].isalpha():
        name = f"{_NOWHERE}_{name}".strip("_")
    name = name[:_LONGEST].strip("_")
    return ImportProfile(
        name=name,
        description="Stands for a profile that cannot be used; files dropped for it are refused.",
        destination=Destination(kind="list", name="unknown"),
        fields={"phone": PhoneRule(type="phone", required=True)},
    )
