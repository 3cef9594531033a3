"""Values shown as samples, without what identifies a person. Who shows a sample, and where, belongs elsewhere."""

_SHOWN_AT_START, _SHOWN_AT_END = 4, 2


def mask_phone(text: str) -> str:
    """Return the phone with its layout and its first four and last two digits: `+1 951 ***-**36`.

    Of fewer than ten digits only the last two are shown, of fewer than six none. Letters are masked as well: a cell
    that should hold a phone can hold anything, a name too.
    """
    digits = [place for place, character in enumerate(text) if character.isdecimal()]
    shown: set[int] = set()
    if len(digits) >= 6:
        shown.update(digits[-_SHOWN_AT_END:])
    if len(digits) >= 10:
        shown.update(digits[:_SHOWN_AT_START])
    return "".join(
        "*" if character.isalnum() and place not in shown else character for place, character in enumerate(text)
    )


def mask_email(text: str) -> str:
    """Return the address with the first characters of its two parts and its last label: `a***@e***.com`.

    The number of stars says nothing about the length. What has no `@`, or nothing before or after it, is masked whole.
    """
    local, at, domain = text.strip().rpartition("@")
    if not (at and local and domain):
        return "***"
    name, dot, last = domain.rpartition(".")
    return f"{local[0]}***@{name[0]}***.{last}" if dot and name else f"{local[0]}***@***"
