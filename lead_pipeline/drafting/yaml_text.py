"""How drafts of profiles spell YAML: comments, texts in quotes, rules on one line."""

from collections.abc import Iterator, Mapping

import yaml

_WIDTH = 116


def comment(text: str, indent: int = 0) -> Iterator[str]:
    """Yield a text as comment lines; a line break or an unprintable character in a header cannot end the comment."""
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    line: list[str] = []
    for word in words:
        if line and indent + len(" ".join([*line, word])) > _WIDTH:
            yield f"{' ' * indent}# {' '.join(line)}"
            line = []
        line.append(word)
    yield f"{' ' * indent}# {' '.join(line)}"


def quoted(text: str) -> str:
    """Return a text as YAML in double quotes, on one line, whatever it holds."""
    return str(yaml.dump(text, default_style='"', allow_unicode=True, width=2**31)).removesuffix("\n")


def on_one_line(keys: Mapping[str, object]) -> str:
    """Return `{type: date, formats: ["%d.%m.%Y"]}`: texts that are no plain words in quotes."""
    return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in keys.items()) + "}"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return on_one_line(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    text = str(value)
    return text if text.replace("_", "").isalnum() and text.isascii() else quoted(text)


def percent(share: float) -> str:
    """Return a share in whole percent; all and none only when it is really all or none."""
    whole = round(share * 100)
    if whole == 100 and share < 1:
        return "over 99 %"
    return "under 1 %" if whole == 0 and share > 0 else f"{whole} %"
