"""One number under an old and a new form, as SQL: what a number is matched by when somebody may not be contacted.
People opted out under the form of their day. Stored numbers, and who is a duplicate of whom, do not follow these rules.
"""

from typing import NamedTuple


class _Rule(NamedTuple):
    """Of a plan that changed the form of its numbers: what an E.164 in the old form is like, and what it is matched by;
    what that may be like, and what it was in the old form. Expressions over the digits.
    """

    is_old: str
    shared: str
    may_be_old: str
    old: str


#: By the second of the eight digits that Ivorian mobiles had.
_IVORIAN_OPERATOR = "case when ({key} // 1000000) % 10 >= 7 then 7 when ({key} // 1000000) % 10 >= 4 then 5 else 1 end"

_RULES = (
    # Mexico: +52 1 and ten digits until 2019 (plan of the IFT); since then +52 and the ten.
    _Rule(
        "{key} between 5210000000000 and 5219999999999",
        "520000000000 + {key} % 10000000000",
        "{key} between 520000000000 and 529999999999",
        "5210000000000 + {key} % 10000000000",
    ),
    # Argentina: +54 9 and ten digits from abroad; written without the 9 it is the same subscriber.
    _Rule(
        "{key} between 5490000000000 and 5499999999999",
        "540000000000 + {key} % 10000000000",
        "{key} between 540000000000 and 549999999999",
        "5490000000000 + {key} % 10000000000",
    ),
    # Brazil: mobiles have a 9 before their eight digits since 2012 to 2016 (Anatel, by area); these began with 6 to 9.
    _Rule(
        "{key} between 550000000000 and 559999999999 and ({key} // 10000000) % 10 >= 6",
        "5500000000000 + (({key} // 100000000) % 100) * 1000000000 + 900000000 + {key} % 100000000",
        "{key} between 5500000000000 and 5599999999999 and ({key} // 10000000) % 100 >= 96",
        "550000000000 + (({key} // 1000000000) % 100) * 100000000 + {key} % 100000000",
    ),
    # Benin: 01 before the eight digits since 30 November 2024 (ARCEP Benin).
    _Rule(
        "{key} between 22920000000 and 22999999999",
        "2290100000000 + {key} % 100000000",
        "{key} between 2290120000000 and 2290199999999",
        "22900000000 + {key} % 100000000",
    ),
    # Ivory Coast: mobiles have 07, 05 or 01 before their eight digits since 31 January 2021, by the operator that the
    # second of these told (ARTCI). Of fixed lines that cannot be computed.
    _Rule(
        "{key} between 22500000000 and 22599999999 and ({key} // 10000000) % 10 not in (2, 3)",
        f"2250000000000 + {{key}} % 100000000 + 100000000 * {_IVORIAN_OPERATOR}",
        "{key} between 2250000000000 and 2259999999999 and ({key} // 10000000) % 10 not in (2, 3)"
        f" and ({{key}} // 100000000) % 100 = {_IVORIAN_OPERATOR}",
        "22500000000 + {key} % 100000000",
    ),
    # Gabon: 0 and seven digits until 2019, since then eight by operator (ARCEP Gabon); the library takes both.
    _Rule(
        "{key} between 24101000000 and 24107999999 and ({key} // 1000000) % 10 not in (0, 3)",
        "24100000000 + {key} % 1000000 + 1000000 * case ({key} // 1000000) % 10 when 1 then 11 when 2 then 62"
        " when 4 then 74 when 5 then 65 when 6 then 66 else 77 end",
        "{key} between 24100000000 and 24199999999 and ({key} // 1000000) % 100 in (11, 62, 74, 65, 66, 77)",
        "24100000000 + {key} % 1000000 + 1000000 * case ({key} // 1000000) % 100 when 11 then 1 when 62 then 2"
        " when 74 then 4 when 65 then 5 when 66 then 6 else 7 end",
    ),
    # Colombia: fixed lines have 60 before their eight digits since 1 September 2021 (CRC).
    _Rule(
        "{key} between 5710000000 and 5789999999",
        "576000000000 + {key} % 100000000",
        "{key} between 576010000000 and 576089999999",
        "5700000000 + {key} % 100000000",
    ),
)


def same_number_key(key: str) -> str:
    """Return the expression of the digits that all forms of a number share, over that of the digits of its E.164."""
    cases = " ".join(f"when {rule.is_old.format(key=key)} then {rule.shared.format(key=key)}" for rule in _RULES)
    # Numbers of North America never had another form: they, most of many lists, are spared the questions.
    return f"(case when {key} between 10000000000 and 19999999999 then {key} {cases} else {key} end)::ubigint"


def old_form(key: str) -> str:
    """Return the expression of the other digits that a number was written with, over those that all forms share; null
    where there are none. To look for both of them leaves the digits in a large table as they are.
    """
    cases = " ".join(f"when {rule.may_be_old.format(key=key)} then {rule.old.format(key=key)}" for rule in _RULES)
    return f"(case {cases} end)::ubigint"


def may_have_old_form(key: str) -> str:
    """Return a condition that all numbers with an old form fulfil, and few others: these are spared the expression."""
    return f"({key} between 24111000000 and 5600000000000)"


def in_each_form(table: str, *columns: str) -> str:
    """Return a query of `columns` and `key` of a table of identifiers (`kind`, and `key` that all forms share), a phone
    under each form that it may have in the store.
    """
    others = "".join(f"{column}, " for column in columns)
    return (
        f"select {others}key from {table} union all select {others}{old_form('key')} as key from {table}"  # noqa: S608
        f" where kind = 'phone' and {may_have_old_form('key')}"
    )
