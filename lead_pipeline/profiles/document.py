"""A profile's YAML as plain data, with the line of every key.

Every scalar is read as the text that was written, and the model decides what it means: YAML 1.1 would turn `NO`
(Norway) into false, `012` into the number 10 and `1:30` into the number 90. Tags, anchors and aliases are refused: no
profile needs them, and they can turn a short document into a huge one.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

#: Where a key is in the document: ("fields", "phone", "column"). Entries of a list count from 0: ("row_rules", 0).
KeyPath = tuple[str | int, ...]

#: What a document is made of: every scalar is the text that was written.
Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"

_MAX_CHARACTERS = 200_000
_MAX_DEPTH = 12
_NULLS = ("", "~", "null", "Null", "NULL")

#: libyaml takes an eighth of the time, where PyYAML was built with it; the other parser explains errors better.
_FAST, _EXPLAINING = getattr(yaml, "CBaseLoader", yaml.BaseLoader), yaml.BaseLoader


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a profile, in one or two sentences, and on which line (None: the document as a whole)."""

    line: int | None
    sentence: str
    #: The key, as far as known.
    path: KeyPath = ()


@dataclass(slots=True)
class Document:
    """A profile as written: the data, the line of each key and entry, and what is wrong with the YAML."""

    data: Plain = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, path: KeyPath) -> int | None:
        """Return the line of a key, or of the nearest enclosing key if the key itself is not there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def key_name(path: KeyPath) -> str:
    """Return what people call a key: `fields.phone.column`, `row_rules #2.fields`, counted from 1."""
    parts = (f" #{part + 1}" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def read_document(text: str) -> Document:
    """Read YAML text; errors in the YAML are in `problems`, and never raised."""
    document = Document()
    if len(text) > _MAX_CHARACTERS:
        document.problems.append(
            Problem(None, f"The file has more than {_MAX_CHARACTERS:,} characters; it is not a profile.")
        )
        return document
    try:
        root, document.problems = _composed(text)
    except yaml.YAMLError as error:
        document.problems.append(_syntax_problem(error))
        return document
    if root is not None:
        document.data = _plain(root, (), document)
    return document


def _composed(text: str) -> tuple[yaml.Node | None, list[Problem]]:
    with contextlib.suppress(yaml.YAMLError):
        return _composed_by(_FAST, text)
    return _composed_by(_EXPLAINING, text)


def _composed_by(loader: Any, text: str) -> tuple[yaml.Node | None, list[Problem]]:  # noqa: ANN401  # no common base
    problems = list(_refused(text, loader))
    return None if problems else yaml.compose(text, Loader=loader), problems


def _refused(text: str, loader: Any) -> Iterator[Problem]:  # noqa: ANN401
    """Yield what YAML allows and a profile does not; event by event, so that deep nesting is no danger."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        line = _line(event.start_mark)
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield Problem(
                line, "Anchors (&) and aliases (*) are not allowed in profiles; write the value out, or quote it."
            )
        elif tag:
            yield Problem(line, f"Tags such as {tag} are not allowed in profiles; write the value alone, or quote it.")
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            yield Problem(line, "The keys are nested too deeply; a profile has at most five levels.")
            return


def _line(mark: Any) -> int | None:  # noqa: ANN401 PyYAML's C and Python marks share no base class
    return None if mark is None else int(mark.line) + 1


def _syntax_problem(error: yaml.YAMLError) -> Problem:
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    return Problem(_line(getattr(error, "problem_mark", None)), f"This is not valid YAML: {what}. {_advice(str(what))}")


def _advice(what: str) -> str:
    if "\\t" in what:
        return "Indent with spaces, not with tabs."
    if "cannot start any token" in what:
        return "Put quotes around a value that starts with such a character."
    if "mapping values are not allowed" in what:
        return "Put quotes around a value that contains a colon, and indent keys of one level alike."
    if "but found another document" in what:
        return "Keep one profile per file, without --- between."
    return "Check indentation, quotes and brackets on this line and the one above."


def _plain(node: yaml.Node, path: KeyPath, document: Document) -> Plain:
    """Return texts, None, lists and dicts; record the line of each key, and keys that appear twice."""
    if isinstance(node, yaml.SequenceNode):
        items: list[Plain] = []
        for index, item in enumerate(node.value):
            here = (*path, index)
            document.lines[here] = _line(item.start_mark) or 0
            items.append(_plain(item, here, document))
        return items
    if isinstance(node, yaml.ScalarNode):
        return None if not node.style and node.value in _NULLS else str(node.value)
    data: dict[str, Plain] = {}
    for key, value in node.value:
        line = _line(key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            document.problems.append(Problem(line, "A key must be a single word, not a list or a mapping."))
            continue
        here = (*path, key.value)
        if key.value in data:
            sentence = (
                f"'{key_name(here)}' appears for the second time (first on line {document.lines[here]}); remove one."
            )
            document.problems.append(Problem(line, sentence))
            continue
        document.lines[here] = line or 0
        data[key.value] = _plain(value, here, document)
    return data
