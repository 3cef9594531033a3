"""What a file and the folder that it lay in are called, for values that come from these names. Which value a profile
takes from them, mapping/ finds.
"""

from lead_pipeline.model.fields import FrozenModel


class SourceNames(FrozenModel):
    """The names under which a file was handed in; empty where nobody knows."""

    file_name: str = ""
    folder: str = ""


#: Of a file that came from nowhere in particular.
NO_NAMES = SourceNames()
