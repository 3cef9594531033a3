"""What a column of a file is, and which characters count as nothing in a cell."""

from lead_pipeline.model.fields import FrozenModel

#: A cell of only these characters looks empty; a row of only such cells is blank.
WHITESPACE = " \t\r\n\v\f\u00a0\u2007\u200b\u202f\u3000\ufeff"


class Column(FrozenModel):
    """A column of the file: `name` is its key in frames, `header` the text in the file, `position` counts from 0."""

    name: str
    header: str
    position: int
