"""What somebody writes in an afternoon: each phone to phonenumbers, each email to email-validator, the good rows into
DuckDB unless their phone is there. The rival of `import_rows`: `python -m ... FILE STORE`. No reasons, no report, no
history, nothing recovered after a crash.
"""

import sys

import duckdb
import phonenumbers
import polars as pl
from email_validator import EmailNotValidError, validate_email


def phone_of(text: str | None) -> str | None:
    """Return E.164, or None for what is no valid number."""
    try:
        number = phonenumbers.parse(text or "", "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email_of(text: str | None) -> str | None:
    """Return the normalized address, or None."""
    try:
        return validate_email(text or "", check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def main(file: str, store: str) -> None:
    """Import a file."""
    rows = pl.read_csv(file, infer_schema=False)
    rows = rows.with_columns(
        phone=pl.Series([phone_of(one) for one in rows["caller_id"]], dtype=pl.String),
        email=pl.Series([email_of(one) for one in rows["email"]], dtype=pl.String),
    )
    good = rows.filter(pl.col("phone").is_not_null()).unique("phone", keep="first")
    con = duckdb.connect(store)
    con.register("good", good.to_arrow())
    con.execute("create table if not exists leads as select * from good limit 0")
    con.execute("insert into leads by name select * from good anti join leads using (phone)")
    con.close()
    rows.filter(pl.col("phone").is_null()).write_csv(f"{store}.rejected.csv")


if __name__ == "__main__":
    main(*sys.argv[1:])
