"""Words beside a number that say what kind of line it is: `Mobile: 303 555 0101`, `303 555 0101 (cell)`. The library
drops what stands before a number, but dials letters behind it. Extensions do not belong here.
"""

import polars as pl

#: Read instead of a local number whose area code is missing in its own column, so that it is no number, rather than
#: another one.
AREA_CODE_MISSING = "area code missing"

#: English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian. Fax is not among them.
_LABELS = (
    *(
        "cell",
        "cellphone",
        "cel",
        "cell phone",
        "cellular",
        "mobile",
        "mobile phone",
        "mob",
        "home",
        "house",
        "work",
        "office",
    ),
    *(
        "business",
        "main",
        "direct",
        "daytime",
        "day",
        "evening",
        "landline",
        "land line",
        "primary",
        "preferred",
        "phone",
    ),
    *("phone number", "telephone", "tel", "whatsapp", "voice", "personal", "private", "company", "call", "text", "sms"),
    *("handy", "mobil", "privat", "geschäftlich", "dienstlich", "festnetz", "zentrale", "büro", "telefon", "arbeit"),
    *("portable", "domicile", "bureau", "fixe", "téléphone", "travail", "maison", "perso", "móvil", "movil", "celular"),
    *("casa", "trabajo", "oficina", "fijo", "teléfono", "telefono", "particular", "telemóvel", "telemovel", "telefone"),
    *("trabalho", "escritório", "fixo", "cellulare", "cell.", "ufficio", "fisso", "lavoro", "mobiel", "thuis", "werk"),
    *("kantoor", "vast", "kom", "komórka", "komórkowy", "dom", "praca", "моб", "мобильный", "дом", "домашний", "раб"),  # noqa: RUF001  Russian
    *("рабочий", "тел", "携帯", "手机", "手機"),
)
_WORD = "|".join(word.replace(".", r"\.") for word in sorted(_LABELS, key=len, reverse=True))
_GAP = r"[\s/,:;\x{2013}-]"
_BEHIND = rf"(?i)([0-9)]){_GAP}*(?:[(\[]\s*(?:{_WORD}|[chmow])\s*\.?\s*[)\]]|{_GAP}(?:{_WORD})\.?)\s*\z"
_BEFORE = rf"(?i)\A\s*[(\[]?(?:{_WORD}|[chmopt])[)\]]?\s*(?:no|nr|#)?[.:]*(?:\s+|[.:])\s*([+(0-9])"
_MARKS = r"\A\s*#[0-9]\s+([+(0-9])|\A[^\w+(]+([+(0-9])"


def without_labels(raw: pl.Series) -> pl.Series:
    """Return spellings of phones (String) without the words for a kind of line before or behind them."""
    rows = raw.str.contains(r"[^0-9\s().+/-]").fill_null(value=False).arg_true()
    if rows.is_empty():
        return raw
    some = raw.gather(rows).str.replace(_BEHIND, "${1}").str.replace(_BEFORE, "${1}").str.replace(_MARKS, "${1}${2}")
    return raw.clone().scatter(rows, some)
