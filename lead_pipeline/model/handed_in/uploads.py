"""A file that was uploaded and waits for somebody to say what it is, and what came of handing a file in. Where uploads
lie does not belong here.
"""

from datetime import datetime

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel


class Upload(FrozenModel):
    """A file that was received whole."""

    file_id: str = Field(description="Names the upload from now on; whoever does not have it cannot guess it.")
    file_name: str = Field(description="What the file was called, in one printable line.")
    size: int = Field(description="Bytes.")
    sha256: str
    uploaded_at: datetime
    expires_at: datetime = Field(description="Until when it is kept, whether it was imported or not.")


class Submitted(FrozenModel):
    """A file that was handed in for import: from now on its import goes on by itself."""

    import_id: str
    already_imported: bool = Field(
        description="The same content was imported under the same profile before: nothing is done, and this is the "
        "import that did it."
    )
