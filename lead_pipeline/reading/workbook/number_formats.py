"""What a number format of a spreadsheet puts before a number: zeros, or a plus and a country, that the value does not
have. Knows no workbook, and imports nothing: it is used in the child process.
"""

import re

#: What a format shows before a number: characters that stand there literally, and how many digits it shows at least.
DisplayPrefix = tuple[str, int]

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[[^\]]*\]|(?P<places>[0#?]+)|(?P<literal>[-+() /])|_.|\*.|(?P<other>.)'
)
_PUNCTUATION = re.compile(r"[-() /.]")
_PREFIX = re.compile(r"\+\d{0,4}|0+")


def display_prefix_of(number_format: str) -> DisplayPrefix | None:
    """Return what a format shows before a whole number, or None: `00000` shows five digits, `"+"0` a plus.

    Only formats of digit places and literals are such (no decimals, thousands, dates). ECMA-376 part 1, 18.8.31: `0`
    shows a digit even where the number has none, and so does every place to the right of one.
    """
    before, places = "", ""
    for token in _TOKEN.finditer(number_format.split(";")[0]):
        if token["other"]:
            return None
        places += token["places"] or ""
        if not places:
            before += token["quoted"] or token["escaped"] or token["literal"] or ""
    digits = len(places) - places.index("0") if "0" in places else 0
    prefix = _PUNCTUATION.sub("", before)
    prefix = prefix if _PREFIX.fullmatch(prefix) else ""
    return (prefix, digits) if places and (prefix or digits > 1) else None


def apply_display_prefix(text: str, prefix: DisplayPrefix) -> str:
    """Return a whole number as its cell shows it; anything else as it is."""
    literal, digits = prefix
    sign, number = ("-", text[1:]) if text.startswith("-") else ("", text)
    if not number.isdigit():
        return text
    return sign + ("" if sign else literal) + number.zfill(digits)


def infer_display_prefix(text: str, value: str) -> DisplayPrefix | None:
    """Return what stands before a number in the text that its cell shows, where nothing but punctuation follows."""
    compact, number = _PUNCTUATION.sub("", text.removeprefix("-")), value.removeprefix("-")
    if not number.isdigit() or not compact.endswith(number):
        return None
    before = compact[: len(compact) - len(number)]
    zeros = before and not before.strip("0")
    if zeros:
        return "", len(compact)
    return (before, 0) if _PREFIX.fullmatch(before) else None
