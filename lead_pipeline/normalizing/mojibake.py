"""Letters that were garbled because UTF-8 was read in another encoding, or Windows-1252 as Latin-1: which texts may be
so, and what they were. ftfy decides; only its changes of encoding are used, none of its other corrections.
"""

import re
from functools import cache
from typing import NamedTuple

#: The encodings in which ftfy knows UTF-8 that was misread.
ENCODINGS = ("latin-1", "cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1257", "iso8859-2", "mac_roman", "cp437")

#: Between these a misreading cannot be confused; cp1250, cp1257 and iso8859-2 give different letters for one text.
_UNAMBIGUOUS = frozenset({"latin-1", "sloppy-windows-1252", "sloppy-windows-1251", "macroman"})
_DECODINGS = frozenset({"utf-8", "utf-8-variants", "windows-1252"})

#: A letter of two bytes that was misread begins with one of the bytes C2 to F4, and goes on with 80 to BF.
_FIRST, _FURTHER = bytes(range(0xC2, 0xF5)), bytes(range(0x80, 0xC0))
_CYRILLIC = re.compile("[\u0400-\u04ff]")


class Ungarbled(NamedTuple):
    """What a text was before; `is_sure` when it was undone byte by byte, in an encoding that could be no other."""

    text: str
    is_sure: bool


@cache
def suspect_pattern() -> str:
    """Return an expression, for Polars and `re`, of every text that may be garbled, and of few others.

    It is the first two characters of a misread letter, in each of the encodings. Where both are Cyrillic, a third or
    another such letter must follow, because every other Ukrainian word has the pair (U+0456 after a consonant).
    """
    pairs = {"[\u0080-\u009f]"}
    for encoding in ENCODINGS:
        first, further = _FIRST.decode(encoding, "ignore"), _FURTHER.decode(encoding, "ignore")
        pairs |= {f"[{first}][{_CYRILLIC.sub('', further)}]"}
        if _CYRILLIC.search(first):
            pairs |= {f"[{first}][{further}]{{2}}", f"(?:[{first}][{further}]){{2}}"}
    return "|".join(sorted(pairs))


def ungarbled(text: str) -> Ungarbled | None:
    """Return the text with its letters as they were, or None for one that is not garbled.

    U+FFFD stands for a letter that was lost.
    """
    from ftfy import TextFixerConfig, fix_encoding_and_explain  # here, because few texts need it

    # a text of which only a part is garbled is left: in capitals, a sound one may look so (Sami `ÂŠ`)
    fixed, steps = fix_encoding_and_explain(text, TextFixerConfig(decode_inconsistent_utf8=False))
    if fixed == text:
        return None
    exact = {"encode": _UNAMBIGUOUS, "decode": _DECODINGS}
    return Ungarbled(fixed, all(step.parameter in exact.get(step.action, ()) for step in steps or ()))
