"""Lead lists as people have them, for benchmarks: clean, typical, dirty, international; nothing of them is anybody's.

| mix | bad phones | letters beyond ASCII in emails | duplicates | garbled or damaged cells |
|---|---|---|---|---|
| clean | none | none | none | none |
| typical | 3 % of ten kinds | 1 % | 5 % | 1 % |
| dirty | 15 % of ten kinds | 1 % | 20 % | 5 % |
| international | 3 % of ten kinds | 50 % | 5 % | 1 % |

In all of them: 12 countries (60 % US), 8 notations, a long tail of domains, and 5 % of the lines quoted with a line
break. International lists have names in many scripts. To see one:
`python -m lead_pipeline_tests.benchmarks.mixes typical 1000000 out.csv`.
"""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import phonenumbers
import polars as pl

SEED = 16

#: Rows of a mix that are made at once.
ROWS_AT_A_TIME = 250_000

#: Rows of a list that are made and written at once.
_ROWS_WRITTEN_TOGETHER = 10_000_000


@dataclass(frozen=True)
class Mix:
    """Shares of what is in a list, each of all rows."""

    bad_phones: float = 0.0
    beyond_ascii: float = 0.0
    duplicates: float = 0.0
    damaged: float = 0.0
    scripts: bool = False


MIXES = {
    "clean": Mix(),
    "typical": Mix(bad_phones=0.03, beyond_ascii=0.01, duplicates=0.05, damaged=0.01),
    "dirty": Mix(bad_phones=0.15, beyond_ascii=0.01, duplicates=0.20, damaged=0.05),
    "international": Mix(bad_phones=0.03, beyond_ascii=0.50, duplicates=0.05, damaged=0.01, scripts=True),
}

#: Country and its share of the rows, per mille.
COUNTRIES = {"US": 600, "GB": 80, "CA": 60, "AU": 50, "DE": 50, "FR": 35, "IN": 35, "ES": 25, "BR": 20, "MX": 20}
COUNTRIES |= {"NL": 15, "JP": 10}

_US = ("+1{a}{e}{l}", "({a}) {e}-{l}", "{a}-{e}-{l}", "{a}.{e}.{l}", "{a}{e}{l}", "1 {a} {e} {l}", "+1 {a} {e} {l}")
_US = (*_US, "1-{a}-{e}-{l}")
_ABROAD = ("+{c}{a}{e}{l}", "+{c} {a} {e} {l}", "+{c}-{a}-{e}-{l}", "011 {c} {a}{e}{l}")
_ABROAD = (*_ABROAD, "+{c} ({a}) {e}{l}", "+{c}.{a}.{e}.{l}", "011{c}{a}{e}{l}", "+{c} {a}{e}{l}")

#: Area codes and exchanges of which every number is valid in phonenumbers' plan for the US.
_AREAS = ("212", "213", "305", "312", "404", "415", "503", "512", "602", "617", "702", "713", "801", "917", "951")


def _words(text: str) -> np.ndarray:
    return np.array(text.split())


_FIRST = _words("James Mary John Linda Ana Luis Chloe Soren Wei Olu Sarah Peter Ines Tom Emma Noah Lea Mia Paul Nora")
_LAST = _words("Smith Garcia Mueller Jones Brown Nguyen Lopez Novak Khan Rossi Silva Sato Dubois Jansen Larsen")
_FIRST_ABROAD = _words("Zoë Jürgen Chloé Søren Łukasz Þóra Мария Иван Ελένη 李 さくら أحمد नेहा 지훈 Đặng")
_LAST_ABROAD = _words("Müller Novák Østergård Gómez Şahin Žižek Петров Παππάς 王 田中 حسن शर्मा 김 Nguyễn")
_LETTERS = _words("novák müller østergård gómez zoë łukasz þóra şahin žižek peña")
_PROVIDERS = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "web.de", "gmx.de", "orange.fr")
_TOP_LEVELS = ("com", "net", "org", "de", "co.uk", "fr", "com.au", "in", "io", "es")


def _plan(country: str) -> tuple[str, str, int]:
    """Return calling code, first digits of mobile numbers, and how many further ones may be any."""
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    number = phonenumbers.national_significant_number(example)
    source = np.random.default_rng(SEED)
    for free in (6, 5):
        tried = [int(one) for one in source.integers(0, 10**free, 300)]
        spelled = [f"+{example.country_code}{number[:-free]}{one:0{free}d}" for one in tried]
        if all(phonenumbers.is_valid_number(phonenumbers.parse(one)) for one in spelled):
            return str(example.country_code), number[:-free], free
    raise AssertionError(country)


def _phones(source: np.random.Generator, numbers: np.ndarray) -> pl.DataFrame:
    """Return `phone`, for each number from 0 a different valid one, in some notation."""
    shares = np.array(list(COUNTRIES.values())) / 1000
    names = np.array(list(COUNTRIES))
    # Of which country a number is follows from the number, so that a duplicate is the same phone again.
    place = (numbers * 2654435761 % 2**32) / 2**32
    country = names[np.searchsorted(np.cumsum(shares), place, side="right").clip(0, len(names) - 1)]
    plans = {name: _plan(name) for name in COUNTRIES if name != "US"}
    notation = source.integers(0, len(_US), numbers.size)
    frame = pl.DataFrame({"n": numbers, "country": country, "notation": notation}).with_row_index("row")
    parts = []
    for (name,), rows in frame.partition_by("country", as_dict=True).items():
        n = pl.col("n")
        if name == "US" or rows.height == 0:
            a = pl.lit(pl.Series(_AREAS)).gather(n // 7_000_000 % len(_AREAS))
            e, l, c = (200 + n // 10_000 % 700).cast(pl.String), _digits(n % 10_000, 4), pl.lit("1")  # noqa: E741
        else:
            code, start, free = plans[str(name)]
            rest = _digits(n % 10**free, free)
            a, e, l, c = pl.lit(start), rest.str.slice(0, free - 3), rest.str.slice(free - 3), pl.lit(code)  # noqa: E741
        parts.append(rows.with_columns(a=a, e=e, l=l, c=c))
    spelled = pl.concat(parts).sort("row")
    forms = [_spelled(_US[i], _ABROAD[i], i) for i in range(len(_US))]
    return spelled.select("row", "country", phone=pl.coalesce(forms))


def _digits(number: pl.Expr, width: int) -> pl.Expr:
    return number.cast(pl.String).str.zfill(width)


def _spelled(us: str, abroad: str, notation: int) -> pl.Expr:
    def text(form: str) -> pl.Expr:
        names = re.findall(r"\{(\w)\}", form)
        return pl.format(re.sub(r"\{\w\}", "{}", form), *names)

    return pl.when(pl.col("notation") == notation).then(
        pl.when(pl.col("country") == "US").then(text(us)).otherwise(text(abroad))
    )


def _spoiled(phone: pl.Expr, kind: pl.Expr) -> pl.Expr:
    """Ten ways in which a phone is bad: missing, words, too short, too long, two in one cell, spreadsheet damage."""
    digits = phone.str.replace_all(r"\D", "")
    kinds = [
        pl.lit(""),
        pl.lit("n/a"),
        digits.str.slice(0, 6),
        digits + "99999",
        phone + " / " + digits.str.slice(1),
        pl.format("{}.{}E+10", digits.str.slice(0, 1), digits.str.slice(1, 5)),
        digits + ".0",
        digits.str.slice(1),
        pl.lit("+999 ") + digits,
        pl.lit("call ") + pl.lit("me"),
    ]
    return pl.coalesce([pl.when(kind == index).then(made) for index, made in enumerate(kinds)])


def _garbled(text: pl.Expr) -> pl.Expr:
    """Letters decoded with the wrong encoding, as far as they occur."""
    wrong = {"é": "Ã©", "ü": "Ã¼", "ö": "Ã¶", "á": "Ã¡", "e": "Ã©", "o": "Ã¶"}
    return text.str.replace_many(list(wrong), list(wrong.values()))


def make_rows(mix: Mix, rows: int, seed: int = SEED, first: int = 0) -> pl.DataFrame:
    """Return the eight columns of a list."""
    source = np.random.default_rng(seed)
    numbers = np.arange(first, first + rows)
    again = source.random(rows) < mix.duplicates
    numbers[again] = source.integers(first, first + rows, int(again.sum()))
    bad, letters, damaged = (source.random(rows) < share for share in (mix.bad_phones, mix.beyond_ascii, mix.damaged))
    firsts, lasts = (_FIRST, _LAST)
    if mix.scripts:
        firsts, lasts = np.concatenate([_FIRST, _FIRST_ABROAD]), np.concatenate([_LAST, _LAST_ABROAD])
    tail = (source.pareto(0.9, rows) * 3).astype(np.int64).clip(0, 20_000)
    frame = _phones(source, numbers).with_columns(
        n=pl.Series(numbers),
        bad=pl.Series(bad),
        kind=pl.Series(source.integers(0, 10, rows)),
        letters=pl.Series(letters),
        damaged=pl.Series(damaged),
        first_name=pl.Series(firsts[source.integers(0, len(firsts), rows)]),
        last_name=pl.Series(lasts[source.integers(0, len(lasts), rows)]),
        letter_name=pl.Series(_LETTERS[source.integers(0, len(_LETTERS), rows)]),
        plain_first=pl.Series(_FIRST[source.integers(0, len(_FIRST), rows)]),
        domain=_domains(tail),
        amount=pl.Series(source.integers(100, 99_999, rows)),
        quoted=pl.Series(source.random(rows) < 0.05),
    )
    name = pl.col("plain_first").str.to_lowercase()
    local = pl.when("letters").then(pl.format("{}.{}{}", name, "letter_name", "n")).otherwise(
        pl.format("{}{}", name, "n")
    )  # fmt: skip
    hurt = pl.col("damaged") & (pl.col("n") % 2 == 0)
    return frame.select(
        caller_id=pl.when("bad").then(_spoiled(pl.col("phone"), pl.col("kind"))).otherwise("phone"),
        email=pl.when(pl.col("damaged") & (pl.col("n") % 3 == 0)).then(local + "@@" + pl.col("domain")).otherwise(
            local + "@" + pl.col("domain")
        ),
        first_name=pl.when(hurt).then(_garbled(pl.col("first_name"))).otherwise("first_name"),
        last_name="last_name",
        expires_in=pl.when(pl.col("damaged") & (pl.col("n") % 5 == 0)).then(pl.lit("soon")).otherwise(
            (pl.col("n") % 72 + 24).cast(pl.String)
        ),
        country="country",
        comments=pl.when("quoted").then(pl.lit('said "later",\nthen hung up')).otherwise(pl.lit("call back")),
        debt_amount=pl.col("amount").cast(pl.String),
    )  # fmt: skip


def drawn(mix: str, column: str, values: int, seed: int = SEED) -> Iterator[pl.Series]:
    """Yield the different cells (String) of a column of lists of a mix, until so many rows were made; no two mixes have
    the same people.
    """
    place = list(MIXES).index(mix) * 10**8
    for start in range(0, values, ROWS_AT_A_TIME):
        rows = min(ROWS_AT_A_TIME, values - start)
        yield make_rows(MIXES[mix], rows, seed + start, place + start)[column].unique(maintain_order=True)


def cells_of(mix: str, column: str, rows: int) -> pl.Series:
    """Return a column (String) of a list of so many rows, in one chunk."""
    starts = range(0, rows, ROWS_AT_A_TIME)
    made = (make_rows(MIXES[mix], min(ROWS_AT_A_TIME, rows - start), seed=start, first=start) for start in starts)
    return pl.concat([part[column] for part in made], rechunk=True)


def _domains(tail: np.ndarray) -> pl.Series:
    """Return a domain for each place in a long tail: providers first, then companies."""
    place = pl.Series("place", tail)
    known = pl.Series(_PROVIDERS).gather(place.clip(0, len(_PROVIDERS) - 1))
    top = pl.Series(_TOP_LEVELS).gather(place % len(_TOP_LEVELS))
    frame = pl.DataFrame({"place": place, "known": known, "top": top})
    company = pl.format("company-{}.{}", "place", "top")
    return frame.select(pl.when(pl.col("place") < len(_PROVIDERS)).then("known").otherwise(company)).to_series()


def write_mix(path: Path, mix: str, rows: int, seed: int = SEED, first: int = 0) -> None:
    """Write a list of so many rows; a long one part by part, so that it need not fit into memory."""
    with path.open("wb") as file:
        for start in range(0, rows, _ROWS_WRITTEN_TOGETHER):
            part = make_rows(MIXES[mix], min(_ROWS_WRITTEN_TOGETHER, rows - start), seed + start, first + start)
            part.write_csv(file, include_header=not start)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("mix", choices=MIXES)
    arguments.add_argument("rows", type=int)
    arguments.add_argument("file", type=Path)
    given = arguments.parse_args()
    write_mix(given.file, given.mix, given.rows)
