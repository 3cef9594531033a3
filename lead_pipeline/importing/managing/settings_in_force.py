"""What the files of destinations say, for everything that is written into the store: nothing is while one is wrong."""

from collections.abc import Sequence

from lead_pipeline.filing.home import Home
from lead_pipeline.model.errors import DestinationsError, ProfileError
from lead_pipeline.model.lead_management.destination_settings import DestinationSettings
from lead_pipeline.profiles.destinations.destination_files import load_destinations

#: What files of destinations say.
Settings = Sequence[DestinationSettings]


def settings_in_force(home: Home) -> Settings:
    """Return what all files of destinations of a home say; none where there are no files.

    Raises: DestinationsError when one cannot be used: then nobody knows when leads may be called, and how often.
    """
    try:
        return tuple(load_destinations(home.destinations).values())
    except ProfileError as error:
        raise DestinationsError(
            "A file of destinations is wrong, so nothing is imported; the import stays staged, and is tried again by "
            f"itself when the file is corrected (`lead-pipeline destinations check`). {' '.join(str(error).split())}"
        ) from None
