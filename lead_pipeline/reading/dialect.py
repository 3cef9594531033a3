"""How a delimited text is punctuated. Finding the punctuation of a file belongs in detection, using it in tokenizer.py
and clean.py.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """Delimiter, quote (none: a quote is an ordinary character) and escape (none: a quote is doubled) of a text."""

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
