"""Answers an analyst's question in SQL over a workspace. Which rows the workspace has does not belong here."""

import re

import duckdb
import polars as pl

from lead_pipeline.model.errors import UsageError
from lead_pipeline.store.workspace import Workspace

#: DuckDB's complaints about the text of a query; they quote the query, never a row.
_ABOUT_THE_QUERY = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.SyntaxException)

_READS = re.compile(r"^\s*(select|from|with|describe|show|summarize|values|explain)\b", re.IGNORECASE)

#: A word where SQL has a name: behind what a name follows.
_A_NAME = re.compile(
    r"(?:\b(?:select|distinct|as|where|and|or|by|on|join|from)\s+|[,.(=<>]\s*)([a-z]+)\b", re.IGNORECASE
)


def answer(workspace: Workspace, question: str, limit: int) -> tuple[pl.DataFrame, bool]:
    """Answer one reading statement, a mistake in it with DuckDB's own words, for they quote the question only."""
    if not _READS.match(question):
        raise UsageError("Only questions can be asked here: begin with select. Nothing can be changed by `sql`.")
    try:
        if len(duckdb.extract_statements(question)) != 1:
            raise UsageError("Ask one question at a time: the text holds several statements.")
        frame = workspace.frame(question)
    except _ABOUT_THE_QUERY as error:
        complaint = f"{_about_a_reserved_word(workspace, question)}{error}"
    except duckdb.Error as error:
        complaint = f"{type(error).__name__}: the query failed on a value (withheld). Try try_cast instead of cast."
    else:
        return frame.head(limit), frame.height > limit
    raise UsageError(f"The query cannot be run. {complaint}")


def _about_a_reserved_word(workspace: Workspace, question: str) -> str:
    """Return which word of SQL is used as a name in a question that cannot be parsed, empty for none."""
    if _is_parsed(question):
        return ""
    sql = "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    reserved = {word for (word,) in workspace.rows(sql)}
    for found in _A_NAME.finditer(question):
        start, end = found.span(1)
        quoted = f'{question[:start]}"{found[1]}"{question[end:]}'
        if found[1].lower() in reserved and _is_parsed(quoted):
            return f"'{found[1]}' is a reserved word of SQL; write it in double quotes: \"{found[1]}\". "
    return ""


def _is_parsed(question: str) -> bool:
    try:
        duckdb.extract_statements(question)
    except duckdb.Error:
        return False
    return True
