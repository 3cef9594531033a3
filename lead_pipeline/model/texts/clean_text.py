"""What is not part of a value although it stands in its cell: formulas that only keep a text a text (`="07030"`), marks
of spreadsheets and of Meta's lead ads, invisible characters. All that looks at values takes them through here first, so
that evidence, import and matching see the same texts. What a value means does not belong here.
"""

import polars as pl

from lead_pipeline.model.reason_codes import Reason

#: Whitespace, controls (C0), and characters that show nothing: zero-width spaces and joiners, directional marks, the
#: byte order mark, fillers of Hangul, the blank of Braille. Not among them are the tags that flags are made of.
_INVISIBLE = (
    r"\s\x00-\x1f\x7f\x{34f}\x{61c}\x{115f}\x{1160}\x{180e}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{206f}\x{2800}"
    r"\x{3164}\x{feff}\x{ffa0}\x{fff9}-\x{fffb}"
)
#: Variation selectors choose how the character before them looks: in front of a text there is none.
_SELECTORS = r"\x{fe00}-\x{fe0f}"
#: Those of them that are removed within a value too: no script needs them to write a word.
_NEEDLESS = (
    r"\x00-\x08\x0e-\x1f\x7f\x{61c}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{206f}\x{feff}"
    r"\x{fff9}-\x{fffb}"
)
#: Soft hyphens and controls (C1) are what misread letters consist of (`MarÃ\xad`): removed only behind ASCII.
_MISREAD = r"\x{80}-\x{84}\x{86}-\x{9f}\x{ad}"
#: Joiners shape letters of Arabic and Indic scripts and join emoji; behind Latin letters they do nothing.
_JOINERS = r"\x{200c}\x{200d}"

#: Meta's lead ads put a letter and a colon before what a spreadsheet would take for a number: `p:` phones, `z:` postal
#: codes, `l:`, `f:`, `c:`, `ag:`, `as:` ids of 8 digits or more.
_META = r"(?:p:\s*([+(0-9<].*)|z:\s*([0-9A-Za-z<].*)|(?:l|f|c|ag|as):\s*([0-9]{8,}))"
_TEST_LEAD = "<test lead: dummy data for "

#: Texts outside this have nothing to be cleaned but whitespace around them, which is trimmed where values are read.
_SUSPECT = (
    r"""\A\s*(?:=\s*"|'+\s*[-+=(0-9]|'+[^\s@']+@|(?i:mailto|tel):|(?:[pzlfc]|a[gs]):|<test lead)"""
    rf"|[{_MISREAD}{_JOINERS}{_SELECTORS}\p{{M}}]|[{_INVISIBLE}--\s]|\A[\x{{a0}}\x{{3000}}]|[\x{{a0}}\x{{3000}}]\z"
)


def with_clean_text(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Return the frame with the texts of some columns (String) cleaned."""
    suspects = frame.select(pl.col(columns).str.contains(_SUSPECT).any())
    return frame.with_columns(clean_text(frame[column]) for column in suspects.columns if suspects[column].any())


def clean_text(texts: pl.Series) -> pl.Series:
    """Return texts (String) without what is not part of the value, composed (NFC); others stay as they are."""
    rows = texts.str.contains(_SUSPECT).fill_null(value=False).arg_true()
    if rows.is_empty():
        return texts
    # `scatter` writes into the series itself
    return texts.clone().scatter(rows, pl.select(_cleaned(texts.gather(rows))).to_series())


def with_test_leads_skipped(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Give the reason row_test_lead (in `reasons`, List(String)) to rows of which a cell is a placeholder of Meta's.

    Args:
        frame: cleaned; with `reasons`.
        columns: those looked at (String).
    """
    found = [pl.col(column).str.starts_with(_TEST_LEAD).fill_null(value=False) for column in columns]
    is_test = frame.select(pl.any_horizontal(found)).to_series() if found else pl.Series([False])
    if not is_test.any():
        return frame
    reasons = pl.concat_list(pl.lit([Reason.ROW_TEST_LEAD.value]), "reasons")
    return frame.with_columns(reasons=pl.when(is_test).then(reasons).otherwise("reasons"))


def _cleaned(texts: pl.Series) -> pl.Expr:
    visible = _trimmed(pl.lit(texts).str.normalize("NFC"))
    visible = visible.str.replace_all(rf"([\x00-\x7f])[{_MISREAD}]+", "${1}").str.replace_all(f"[{_NEEDLESS}]", "")
    visible = visible.str.replace_all(rf"([\x00-\x7f\p{{Latin}}])[{_JOINERS}]+", "${1}")
    plain = visible.str.replace(r"""\A'+\s*(=\s*"|[-+]?[0-9(])""", "${1}")
    plain = plain.str.replace(r"\A'+\s*([^\s@']+@[^\s@']+)'*\z", "${1}")
    quoted = plain.str.extract(r'(?s)\A=\s*"((?:[^"]|"")*)"\z', 1).str.replace_all('""', '"', literal=True)
    return _without_labels(_trimmed(pl.coalesce(quoted, plain)))


def _trimmed(text: pl.Expr) -> pl.Expr:
    """Return the text without invisible characters around it, but for a joiner that shapes its last letter."""
    ends = text.str.replace(rf"\A[{_INVISIBLE}{_MISREAD}{_SELECTORS}]+", "")
    ends = ends.str.replace(rf"(\p{{M}}[{_JOINERS}])?[{_INVISIBLE}]*\z", "${1}")
    return ends.str.replace(rf"([\x20-\x7e])[{_MISREAD}{_INVISIBLE}]+\z", "${1}")


def _without_labels(text: pl.Expr) -> pl.Expr:
    """Return the text without the scheme of a URI and without the letter of Meta's lead ads."""
    address = text.str.extract(r"\A(?i:mailto):\s*([^?\s]+@[^?\s]+)(?:\?.*)?\z", 1)
    phone = text.str.extract(r"\A(?i:tel):\s*([+(0-9].*)\z", 1)
    meta = [text.str.extract(rf"\A{_META}\z", group) for group in (1, 2, 3)]
    return pl.coalesce(address, phone, *meta, text)
