"""How a delimited text is punctuated."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """The punctuation of a text.

    `quote` none: a quote is an ordinary character. `escape` none: a quote inside quotes is doubled (a doubled quote is
    understood beside an escape too). `padded`: spaces after a delimiter are not part of the value. `trailing`: rows end
    with so many delimiters that the header does not have.
    """

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    padded: bool = False
    trailing: int = 0
