"""Full names taken apart into first and last name, where that takes no guessing (docs/decisions/0061). Whether a
profile wants it does not belong here.
"""

import re
from collections.abc import Iterable

import polars as pl

from lead_pipeline.normalizing.frames import split

#: Words before a name that are no part of it; those of the second list only with a dot, for they can be names.
_TITLES = (
    *("mr", "mrs", "ms", "miss", "mx", "mister", "dr", "doctor", "prof", "professor", "sir", "dame", "lady", "lord"),
    *("rev", "reverend", "herr", "frau", "hr", "fräulein", "mme", "mlle", "monsieur", "madame", "mademoiselle"),
    *("sr", "sra", "srta", "señor", "señora", "señorita", "doña", "dña", "senhor", "senhora", "dott", "dott.ssa"),
    *("sig.ra", "signor", "signora", "signorina", "dhr", "mevr", "mevrouw", "dipl.-ing", "dipl.-kfm", "dipl.-kffr"),
    *("dra", "drs", "ir", "mgr", "inż", "pani", "hon", "capt", "captain", "sgt", "avv"),
)
_DOTTED_TITLES = ("fr", "mag", "ing", "sig", "gen", "col", "maj", "lt", "cpt", "msgr", "dipl")
#: What goes on from a title: `Dr. med. dent.`, `Prof. Dr. h. c.`
_FURTHER = (
    "med",
    "dent",
    "vet",
    "rer",
    "nat",
    "phil",
    "jur",
    "iur",
    "oec",
    "pol",
    "habil",
    "h.c",
    "h. c",
    "mult",
    "ing",
)

#: Words behind a name that are no part of it. Left out are those that are family names too, such as Ma, Do and Vi.
_SUFFIXES = (
    *("jr", "sr", "jnr", "snr", "ii", "iii", "iv", "phd", "ph.d", "md", "m.d", "dds", "d.d.s", "dmd", "dvm", "jd"),
    *("j.d", "esq", "esquire", "mba", "m.b.a", "cpa", "rn", "r.n", "mph", "msw", "lcsw", "llm", "llb", "bsc", "msc"),
    *("b.sc", "m.sc", "b.a", "m.a", "d.o", "p.e", "obe", "mbe", "cbe", "kbe", "ret"),
)

#: Words that a family name begins with when they are not the first of the name, in any case ...
_PARTICLES = (
    *("van", "von", "vom", "vander", "vonder", "der", "den", "de", "del", "della", "dello", "degli", "dei", "di", "da"),
    *("dos", "das", "du", "des", "la", "le", "los", "las", "ter", "zu", "zum", "zur", "bin", "ibn", "bint", "af", "av"),
    *("'t", "\u2019t", "o'", "o\u2019", "mc", "mac", "st", "st.", "saint", "abd", "abdul", "abu", "d'", "d\u2019"),
)
#: ... and in lower case only, for with a capital they are given names as well.
_LOWER_PARTICLES = ("al", "el", "ben", "te", "ten", "san", "santa", "do", "am", "im", "op", "y", "e")
#: Words between the two family names of one person, in lower case.
_BETWEEN = ("y", "e", "i")

#: Given names that have a particle in them: what Mary, Joseph and John are called by (`María del Carmen`, `Juan de
#: Dios`, `Maria da Conceição`), without accents. Where such a name ends, and whether the word is a family name after
#: all (`Marcelo del Pilar`), cannot be known, so these names are left whole.
_DEVOTIONS = (
    *("carmen", "carmelo", "carmo", "carmine", "pilar", "rosario", "rocio", "mar", "sol", "socorro", "consuelo"),
    *("consolacion", "refugio", "amparo", "angeles", "anjos", "angeli", "dolores", "dores", "mercedes", "merces"),
    *("nieves", "neves", "luz", "paz", "concepcion", "conceicao", "gracia", "gracias", "graca", "gracas", "gloria"),
    *("lourdes", "fatima", "jesus", "gesu", "guadalupe", "lujan", "milagro", "milagros", "dios", "deus", "dieu", "dio"),
    *("asis", "assis", "remedio", "remedios", "esperanza", "esperanca", "caridad", "caridade", "asuncion", "assuncao"),
    *("assumpcao", "purificacion", "encarnacion", "encarnacao", "anunciacion", "visitacion", "trinidad", "trindade"),
    *("soledad", "soledade", "solidade", "piedad", "piedade", "penha", "aparecida", "livramento", "natividad"),
    *("natividade", "belen", "montserrat", "begona", "sagrario", "corazon", "coracao", "inmaculada", "maria"),
    *("perpetuo", "fe", "o", "ajuda", "saude", "coromoto", "chiquinquira", "transito"),
)
#: What is a devotion behind Mary alone, for as a family name it is as common: `María de la Cruz`, but `Ana de la Cruz`.
_DEVOTIONS_OF_MARY = (
    *("cruz", "reyes", "valle", "prado", "coro", "camino", "castillo", "puerto", "cabeza", "pena", "cielo", "ceu"),
    *("almudena", "estrella", "victoria", "vitoria", "salud", "merced", "candelaria", "desamparados", "virgen"),
    *("prazeres", "saudade", "consolacao", "anunciacao", "lurdes", "nazare", "belem", "nazaret", "grazia", "grazie"),
    *("croix", "croce", "san jose", "sao jose", "incarnation", "misericordia", "buen consejo"),
)
_MARY = ("maria", "marie", "ma", "ma.", "m.", "mª", "m.ª")
#: Names of saints that are given as a whole.
_SAINTS = (
    *("francisco de borja", "francisco de paula", "francisco de sales", "francisco de asis", "rosa de lima"),
    *("antonio de padua", "tomas de aquino", "vicente de paul", "ignacio de loyola", "catalina de siena"),
)
#: Arabic names of which the article is part: `Abd al Rahman`, `Nur al Din`.
_SERVANT_OF = r"^(?:abd|abu|abou|umm|oum) (?:al|el|ul|ur|ar|as|ad|an)[ -]"
_OF_THE_FAITH = r"^\S+ (?:al|el)[ -](?:din|deen|dine|islam|haq|haqq|rahman|aziz)\b"

#: What no name of one person has: digits and addresses; two people; scripts in which the family name may come first.
_NOT_SPLIT = (
    r"[\p{Nd}@]|[&+/]|(?i:\b(?:and|und|et)\b)"
    r"|[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
)
_VON_UND_ZU = r"(?i)\b(von|vom) und (zu|zur|zum)\b"
_NICKNAMES = (
    r"""\s*(?:\([^()]*\)|\[[^\[\]]*\]|"[^"]*\""""
    r"|[\x{201c}\x{201e}][^\x{201c}\x{201d}\x{201e}]*[\x{201c}\x{201d}])"
)


def split_names(names: pl.Series) -> pl.DataFrame:
    """Take full names apart.

    `Last, First Middle` and `First Middle Last`; titles before, suffixes behind and nicknames in brackets or quotes are
    left out. All given names are the first name. A family name begins with the first particle behind a given name
    (`van der`, `de la`), else it is the last word. A single word is the first name, behind a title the last name.

    Args:
        names: String.

    Returns:
        `first_name`, `last_name` (String), both null where nothing is taken apart: names of two people, with digits or
        an @, in Chinese, Japanese or Korean letters, or with more commas than one. `unclear` (Boolean): not taken apart
        because the given name may go on behind a particle, as in `María del Carmen`.
    """
    every = names.cast(pl.String).rename("name").to_frame().with_row_index("row")
    plain, others = split(every, ~pl.col("name").str.contains(_SPECIAL))
    distinct = others.select("name").unique()
    parts = pl.concat([distinct, _taken_apart(distinct)], how="horizontal")
    known = others.join(parts, on="name", how="left", nulls_equal=True)
    whole = pl.concat([_parted_at_the_last_blank(plain), known.select("row", "first_name", "last_name", "unclear")])
    return whole.sort("row").drop("row")


def _parted_at_the_last_blank(names: pl.DataFrame) -> pl.DataFrame:
    """Part names that are nothing but plain words, which most are."""
    name, last = pl.col("name"), pl.col("last")
    words = names.with_columns(last=name.str.split(" ").list.last())
    single = last == name
    before = name.str.head(name.str.len_chars() - last.str.len_chars() - 1)
    return words.select(
        "row",
        first_name=pl.when(single).then(name).otherwise(before),
        last_name=pl.when(~single).then(last),
        unclear=False,
    )


def _taken_apart(names: pl.DataFrame) -> pl.DataFrame:
    text = names.select(_tidied().alias("name"))
    parts = text.with_columns(commas=pl.col("name").str.count_matches(",", literal=True)).select(
        "commas",
        body=_without_titles(pl.col("name").str.extract(r"^([^,]*)", 1)),
        behind=_without_titles(pl.col("name").str.extract(r",(.*)$", 1).str.strip_chars()),
        titled=pl.col("name").str.contains(f"^{_TITLE}"),
    )
    found = parts.with_columns(body=_without_suffixes(pl.col("body"))).with_columns(
        split=pl.col("body").str.extract_groups(_FIRST_AND_LAST)
    )
    first, last = (pl.col("split").struct.field(name) for name in ("first", "last"))
    single = pl.when(pl.col("body") != "").then("body")
    inverted = pl.col("commas") == 1
    unclear = (pl.col("commas") == 0) & _has_particle_in_given_name(pl.col("body"))
    together = (pl.col("commas") == 0) & ~unclear
    return found.select(
        first_name=pl.when(inverted)
        .then("behind")
        .when(together & first.is_not_null())
        .then(first)
        .when(together & ~pl.col("titled"))
        .then(single),
        last_name=pl.when(inverted)
        .then(single)
        .when(together & first.is_not_null())
        .then(last)
        .when(together & pl.col("titled"))
        .then(single),
        unclear=unclear.fill_null(value=False),
    ).with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in ("first_name", "last_name"))


def _has_particle_in_given_name(name: pl.Expr) -> pl.Expr:
    plain = name.str.normalize("NFD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    return plain.str.contains(_PARTICLE_IN_GIVEN_NAME)


def _tidied() -> pl.Expr:
    """Return what is taken apart, without nicknames and suffixes; null for what is not."""
    name = pl.col("name").str.replace_all(_NICKNAMES, "").str.replace_all(r"\s+", " ").str.strip_chars(" ,")
    whole = name.str.replace_all(rf",\s*{_SUFFIX}(?:\s+{_SUFFIX})*\s*(,|$)", "${1}")
    split = ~pl.col("name").str.replace(_VON_UND_ZU, "").str.contains(_NOT_SPLIT)
    return pl.when(split).then(_without_suffixes(whole))


def _without_suffixes(name: pl.Expr) -> pl.Expr:
    return name.str.replace(rf"(?:(?:^|,\s*|\s+){_SUFFIX})+$", "").str.strip_chars(" ,")


def _without_titles(name: pl.Expr) -> pl.Expr:
    return name.str.replace(rf"^(?:{_TITLE}(?:{_GOES_ON})*)+", "").str.strip_chars()


def _words(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_GOES_ON = rf"(?i:(?:{_words(_FURTHER)})\.\s*)"
_TITLE = rf"(?i:(?:(?:{_words(_TITLES)})(?:\.\s*|\s+|$)|(?:{_words(_DOTTED_TITLES)})\.\s*))"
_SUFFIX = rf"(?i:(?:{_words(_SUFFIXES)})\.?)"
_PARTICLE = rf"(?:(?i:{_words(_PARTICLES)})|{_words(_LOWER_PARTICLES)})"
#: What has to be looked at more closely: any sign but those of plain words, and the words above.
_SPECIAL = (
    rf"{_NOT_SPLIT}|[^\p{{L}}\p{{M}}'\x{{2019}} -]|  |(?i)(?:^| )(?:"
    rf"{_words((*_TITLES, *_SUFFIXES, *_PARTICLES, *_LOWER_PARTICLES, *_BETWEEN))})(?: |$)|^ | $|^$"
)
_OF = r"(?:de las?|de los?|de el|del|de|da|das|do|dos|di|della|degli|du|des)"
_PARTICLE_IN_GIVEN_NAME = (
    rf"^\S+(?: \S+)*? {_OF} (?:{_words(_DEVOTIONS)})(?: |$)"
    rf"|^(?:{_words(_MARY)}) {_OF} (?:{_words(_DEVOTIONS_OF_MARY)})(?: |$)"
    rf"|^(?:{_words(_SAINTS)})(?: |$)|{_SERVANT_OF}|{_OF_THE_FAITH}"
)
_FIRST_AND_LAST = rf"^(?P<first>\S+(?: \S+)*?) (?P<last>{_PARTICLE} .+|\S+ (?:{_words(_BETWEEN)}) .+|\S+)$"
