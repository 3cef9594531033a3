"""Words that mean that a value is missing. They are asked for only where a value is no good one anyway."""

import polars as pl

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
