"""Columns of a lead file that say who may not be contacted, and what each row says there. What follows for the row does
not belong here.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from lead_pipeline.mapping.headers import meaning_of
from lead_pipeline.model.fields import folded_header
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.suppression_kinds import SuppressionKind
from lead_pipeline.normalizing.missing import means_missing

#: Value of `do_not_contact_column` for files in which no column says that.
IGNORE = "ignore"

#: Words of headers (without accents, in lower case, single spaces), by what a yes below them means.
_DO_NOT_CALL = (
    r"do ?n[o']?t (?:call|contact|phone|text|sms|mail|email|disturb)|no ?(?:calls?|contact)|dncl?|dnd|bloctel|robinson"
    r"|nicht (?:anrufen|kontaktieren)|kontaktsperre|anrufsperre|ne pas (?:appeler|contacter|demarcher)"
    r"|no (?:llamar|contactar|molestar)|lista robinson|nao (?:ligar|contatar|contactar|perturbe)"
    r"|non (?:chiamare|contattare)|niet (?:bellen|contacteren|benaderen)|bel me niet|ring inte|kontakta inte"
    r"|nie (?:dzwonic|kontaktowac)|не звонить"
)
_OPTED_OUT = (
    r"opt(?:ed)? ?out|unsubscribed?|suppress(?:ed)?|blacklist(?:ed)?|abgemeldet|werbesperre|keine werbung"
    r"|werbewiderspruch|widerspruch|desabonnee?|desinscrite?|desinscription|opposition|dado de baja"
    r"|descadastrad[oa]|disiscritt[oa]|afgemeld|uitgeschreven|avregistrerad"
)
_CONSENT = (
    r"(?:marketing |email |sms |call |gdpr |contact )?consent(?:ed|ement)?|opt(?:ed)? ?in"
    r"|(?:can|may|ok to) (?:call|contact)|subscribed|(?:werbe)?einwilligung|zustimmung"
    r"|consentimiento|consentimento|consenso|toestemming|samtycke|zgoda"
)
_AFTER = r"(?: (?:list|flag|status|date|at|on|since|registry|y n|datum|fecha|data))*"
_BEFORE = r"(?:(?:is|has|on|email|sms|phone|call|global|national|federal|state|marketing|customer|lead|auf) )*"

_YES = (
    "true t yes y 1 1.0 x ja j oui o si sí sì s sim wahr vrai verdadero verdadeiro vero on tak да ✓ ✔ dnc stop"
    "|do not call|do not contact|opted out|opt out|optout|opted-out|opt-out|unsubscribed|suppressed|blocked|denied"
    "|withdrawn|revoked"
)
_NO = (
    "false f no n 0 0.0 nein non nao não nee nej nie faux falsch falso off нет subscribed active ok"
    "|opted in|opt in|optin|opted-in|opt-in|can call|call|none|never|not opted out|granted|given"
)
_DATE = r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[t ].*)?$|^\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/., ]+\d{2,4}(?: .*)?$"


@dataclass(frozen=True, slots=True)
class DoNotContactColumn:
    """A column that says who may not be contacted; `yes` below it means that somebody may, where it is of consent.

    `is_date` when the header asks for a day: what is none there is a question about a day, not about the person.
    """

    name: str
    kind: SuppressionKind
    is_consent: bool = False
    is_date: bool = False


def find_do_not_contact_columns(columns: Sequence[str], profile: ImportProfile) -> tuple[DoNotContactColumn, ...]:
    """Return the columns whose headers say that, unless the profile names one (`do_not_contact_column`) or none."""
    named = profile.do_not_contact_column
    if named == IGNORE:
        return ()
    if named is not None:
        same = [column for column in columns if folded_header(column) == folded_header(named)]
        return tuple(_column(column) or DoNotContactColumn(column, "do_not_call") for column in same)
    return tuple(found for column in columns if (found := _column(column)))


def _column(header: str) -> DoNotContactColumn | None:
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header))
    text = "".join(character for character in plain if not unicodedata.combining(character)).casefold()
    words = " ".join(re.sub(r"[\W_]+", " ", text.replace("\u2019", "'").replace("n't", "nt")).split())
    for pattern, kind, is_consent in (
        (_DO_NOT_CALL, "do_not_call", False),
        (_OPTED_OUT, "opted_out", False),
        (_CONSENT, "opted_out", True),
    ):
        if re.fullmatch(rf"{_BEFORE}(?:{pattern}){_AFTER}", words):
            is_date = re.search(r" (?:date|at|on|since|datum|fecha|data)\Z", words) is not None
            return DoNotContactColumn(header, kind, is_consent, is_date)  # type: ignore[arg-type]
    meanings = set(meaning_of(header).meanings)
    if meanings == {"do_not_call"}:
        return DoNotContactColumn(header, "do_not_call")
    return DoNotContactColumn(header, "opted_out") if meanings == {"email_opt_out"} else None


def do_not_contact_rows(batch: pl.DataFrame, columns: Sequence[DoNotContactColumn]) -> pl.DataFrame:
    """Return what rows say: `row_number`, `kind` (String, a suppression kind; null where nobody can tell), `column`.

    Rows that say that people may be contacted, or nothing, have no line. A date says that it happened.
    """
    found = [_said(batch, column) for column in columns if column.name in batch.columns]
    return pl.concat(found) if found else pl.DataFrame(schema=_SCHEMA)


_SCHEMA = {"row_number": pl.Int64, "kind": pl.String, "column": pl.String}


def _said(batch: pl.DataFrame, column: DoNotContactColumn) -> pl.DataFrame:
    value = pl.col(column.name).str.strip_chars(" \t\u00a0'\"").str.to_lowercase()
    yes, no = value.is_in(_words(_YES)) | value.str.contains(_DATE), value.is_in(_words(_NO))
    stop, go = (no, yes) if column.is_consent else (yes, no)
    if column.is_consent:
        stop = stop | value.is_in(["opted out", "opt out", "unsubscribed", "denied", "withdrawn", "revoked"])
    silent = value.is_null() | (value == "") | (means_missing(value) & ~no)
    if column.is_consent and column.is_date:  # a day of consent that cannot be read is no refusal
        silent = silent | ~(stop | go)
    return batch.select(
        "row_number",
        kind=pl.when(stop).then(pl.lit(column.kind)),
        column=pl.lit(column.name),
        says_nothing=silent | (go & ~stop),
    ).filter(~pl.col("says_nothing"))[list(_SCHEMA)]


def _words(text: str) -> list[str]:
    """Return single words and, between bars, phrases."""
    first, *phrases = text.split("|")
    return [*first.split(), *phrases]


def why_unclear(rows: pl.DataFrame, columns: Sequence[DoNotContactColumn], profile: ImportProfile) -> tuple[str, ...]:
    """Return sentences about what cannot be told of the rows, none where all is clear. They carry no value."""
    overrule = "Correct them, or name the column that counts (or `ignore`) under do_not_contact_column in the profile."
    counts = rows.filter(pl.col("kind").is_null()).group_by("column", maintain_order=True).len().rows()
    sentences = [
        f"The column '{column}' says who may not be contacted, and {count:,} of its values are neither yes nor no "
        f"nor a date. {overrule}"
        for column, count in counts
    ]
    if profile.do_not_contact_column not in (None, IGNORE) and not columns:
        sentences.append(
            f"The profile reads who may not be contacted from the column '{profile.do_not_contact_column}', which the "
            "file does not have. Add it, or set do_not_contact_column: ignore in the profile."
        )
    return tuple(sentences)
