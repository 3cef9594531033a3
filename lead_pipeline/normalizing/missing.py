"""Words that mean that a value is missing. Of phones and emails they are asked for only where a value is no good one
anyway, so that many can be understood; in other fields only those that cannot be a value.
"""

from collections.abc import Iterable

import polars as pl

from lead_pipeline.model.rules import BooleanRule, FieldRule, OptionRule

#: Words for 'there is none' as lists write them, in lower case, without the marks around them.
MISSING_WORDS = (
    *(
        "n/a",
        "na",
        "n.a",
        "n/d",
        "nd",
        "n.d",
        "s/d",
        "sd",
        "s/n",
        "s/t",
        "none",
        "null",
        "nil",
        "nan",
        "no",
        "non",
        "m",
    ),
    *("not available", "notavailable", "unavailable", "not applicable", "not provided", "not given", "not known"),
    *("unknown", "unlisted", "withheld", "private", "undefined", "missing", "blank", "empty", "tbd", "tba", "tbc"),
    *("no phone", "no number", "no telephone", "nophone", "no tel", "no email", "noemail", "0"),
    *("keine", "kein telefon", "keine angabe", "k.a", "unbekannt", "ohne", "entfällt"),
    *("aucun", "aucune", "inconnu", "néant", "non renseigné", "pas de téléphone"),
    *("sin dato", "sin datos", "sin teléfono", "sin telefono", "no tiene", "no posee", "ninguno", "no disponible"),
    *("desconocido", "nenhum", "não tem", "nao tem", "sem telefone", "não informado", "nessuno", "sconosciuto"),
    *("geen", "onbekend", "brak", "yok", "нет", "なし", "无", "無"),
)
#: Codes of US federal surveys for missing, closed, not applicable, withheld.
_CODES = r"^-[1-9]$"
_MARKS = " \t\r\n\u00a0.,:;-_/\\*?!#'\"()[]<>\u2013\u2014"


def means_missing(raw: pl.Expr) -> pl.Expr:
    """True for words that mean 'there is none', and marks alone (`-`, `???`); for what is no good value anyway."""
    word = raw.str.strip_chars().str.strip_chars(_MARKS).str.to_lowercase()
    return (word == "") | word.is_in(MISSING_WORDS) | raw.str.strip_chars().str.contains(_CODES)


#: What no field can have as its value: marks alone, errors of spreadsheets that mean 'not available', and words, also
#: in brackets or dashes as other programs write them (`[null]`, `--None--`).
_WORDS = (
    r"none|null|nil|nan|n\s?[/\\]\s?[ad]|s/d|not (?:available|applicable|provided|given|known|specified|set|found)"
    r"|none (?:given|provided|specified)|no (?:data|value)|undefined|keine angabe|nicht angegeben|non renseigné"
    r"|sin datos?|sin información|no disponible|no aplica|non disponibile|não informado|nao informado|não se aplica"
    r"|geen gegevens|brak danych|нет данных"
)
#: Words for an empty cell, that are values where no brackets are around them.
_IN_BRACKETS = r"blank|empty|none|null|na|unknown|no (?:name|company|value)|vide|leer|vacío|vazio|vuoto"
_NO_VALUE = (
    r"(?i)\A\s*(?:'?[-\x{2010}-\x{2015}\x{2212}_.?*/\\~]+|#?n\s?/\s?a|n\.\s?a\.?|k\.\s?a\.?|#null!?|\\n"
    rf"|[-(\[<{{\s]*(?:{_WORDS})[-)\]>}}\s.,;]*|[(\[<{{]+(?:{_IN_BRACKETS})[)\]>}}]+)\s*\z"
)
#: What is no company and no address, though it may be a value of another field.
_NO_COMPANY = (
    r"(?i)\A\s*(?:na|ka|unknown|unbekannt|inconnue?|desconocid[oa]|desconhecid[oa]|sconosciut[oa]|onbekend|okänd|ukendt"
    r"|no company|keine?|ninguno|ninguna|aucune?|nenhuma?|nessun[oa]|geen|ingen|нет|无|無|なし|없음)\s*\z"
)
_COMPANY_FIELDS = ("company", "street", "city")
#: Some of the words are names of people, in this spelling.
_NAMES = ("Null", "Nil", "Nan")
_NAME_FIELDS = ("first_name", "last_name", "full_name")


def without_missing(texts: pl.Series, name: str, rule: FieldRule) -> pl.Series:
    """Return the texts (String) of a column of mapped leads, null where they say that there is no value.

    A word that the rule itself gives a meaning, such as an option `none`, keeps it.
    """
    absent_text = texts.str.contains(_NO_VALUE)
    if name in _COMPANY_FIELDS:
        absent_text = absent_text | texts.str.contains(_NO_COMPANY)
    rows = absent_text.fill_null(value=False).arg_true()
    if rows.is_empty():
        return texts
    kept = {word.strip().casefold() for word in _words_of(rule)}
    said = texts.gather(rows).str.strip_chars().to_list()
    of_person = _NAMES if name in _NAME_FIELDS else ()
    absent = [word.casefold() not in kept and word not in of_person for word in said]
    return texts.clone().scatter(rows.filter(pl.Series(absent, dtype=pl.Boolean)), None)


def _words_of(rule: FieldRule) -> Iterable[str]:
    match rule:
        case OptionRule():
            return (*rule.options, *rule.value_map)
        case BooleanRule():
            return (*rule.true_words, *rule.false_words)
        case _:
            return ()
