"""What may be odd about a good address: a throw-away domain, an office's mailbox, a typo in the domain. Hints never
change or refuse an address.

Throw-away domains come from the package disposable-email-domains, the other lists from data/ (source and date in each).
"""

from functools import cache, lru_cache
from importlib.resources import files

import polars as pl

from lead_pipeline.model.reasons import Reason
from lead_pipeline.normalizing.phones.regions import supported_regions

#: Endings that are no top level, with the one that was meant.
_TOP_LEVEL_SLIPS = {"con": "com", "cmo": "com", "ocm": "com", "vom": "com", "xom": "com", "comm": "com", "coom": "com"}
_TOP_LEVEL_SLIPS |= {"nte": "net", "ent": "net", "ogr": "org", "rog": "org"}
#: Providers with domains in many countries (Microsoft, Yahoo, GMX, AOL, Terra, Orange, Vodafone, Tiscali).
_INTERNATIONAL = frozenset(
    {"hotmail", "outlook", "live", "msn", "windowslive", "yahoo", "ymail", "gmx", "aol", "terra", "orange", "vodafone"}
    | {"tiscali"}
)
#: Top levels of countries that are far oftener a slip for .com.
_SLIPS_THAT_EXIST = ("cm", "co", "om")


def hint_emails(emails: pl.Series) -> pl.DataFrame:
    """Say what may be odd about each address.

    Args:
        emails: String, as `normalize_emails` gives them, or null.

    Returns:
        One row per value, in order: `warnings` (List(String), codes in registry order, empty for none) and
        `suggestion` (String, the whole address with the domain that was probably meant; null for none).
    """
    sides = pl.col("email").str.splitn("@", 2).struct  # a normalized address has one @
    parts = emails.cast(pl.String).rename("email").to_frame()
    parts = parts.select(local=sides[0], domain=sides[1].str.to_lowercase())
    meant = _meant_domains(parts["domain"].drop_nulls().unique())
    hinted = parts.join(meant, on="domain", how="left", maintain_order="left")
    warnings = [
        _when(pl.col("disposable"), Reason.EMAIL_DISPOSABLE),
        _when(_mailbox().is_in(_listed("role_mailboxes.txt")), Reason.EMAIL_ROLE),
        _when(pl.col("meant").is_not_null(), Reason.EMAIL_DOMAIN_TYPO),
    ]
    return hinted.select(
        warnings=pl.concat_list(warnings).list.drop_nulls(),
        suggestion=pl.concat_str("local", pl.lit("@"), "meant"),
    )


def _mailbox() -> pl.Expr:
    """The local part without its tag (RFC 5233): `sales+x` is still the sales office."""
    return pl.col("local").str.to_lowercase().str.replace(r"\+.*$", "")


def _when(found: pl.Expr, reason: Reason) -> pl.Expr:
    return pl.when(found.fill_null(value=False)).then(pl.lit(reason.value))


def _meant_domains(domains: pl.Series) -> pl.DataFrame:
    """Return for distinct domains whether they are `disposable`, and the provider probably `meant`, null for none."""
    rows = [(domain, *_hints_on_domain(domain)) for domain in domains]
    return pl.DataFrame(rows, schema={"domain": pl.String, "disposable": pl.Boolean, "meant": pl.String}, orient="row")


@lru_cache(maxsize=100_000)  # the batches of a list have much the same domains
def _hints_on_domain(domain: str) -> tuple[bool, str | None]:
    return _is_below(domain, _disposable_domains()), meant_domain(domain)


def _is_below(domain: str, known: frozenset[str]) -> bool:
    labels = domain.split(".")
    return any(".".join(labels[start:]) in known for start in range(len(labels) - 1))


def meant_domain(domain: str) -> str | None:
    """Return the domain that a slip of the finger turned into `domain`, or None: one letter left out, added, changed or
    swapped from a well-known provider's, or an ending that does not exist.
    """
    providers = _listed("mail_providers.txt")
    if domain in providers or _is_national(domain):
        return None
    name, _, ending = domain.rpartition(".")
    mended = f"{name}.{_TOP_LEVEL_SLIPS[ending]}" if name and ending in _TOP_LEVEL_SLIPS else domain
    if mended in providers:
        return mended
    near = {provider for variant in _shortened(mended) for provider in _providers_by_variant().get(variant, ())}
    slipped = sorted(provider for provider in near if is_one_slip(mended, provider))
    return slipped[0] if slipped else (mended if mended != domain else None)


def _is_national(domain: str) -> bool:
    """True for another country's domain of a provider that has many: `hotmail.be`, `yahoo.com.tw`."""
    label, _, ending = domain.partition(".")
    country = ending.removeprefix("com.").removeprefix("co.")
    known = country.upper() in supported_regions() or country in ("uk", "eu")
    return label in _INTERNATIONAL and known and ending not in _SLIPS_THAT_EXIST


@cache
def _providers_by_variant() -> dict[str, tuple[str, ...]]:
    """Providers by their spellings with one letter left out (symmetric deletes), long enough for a typo to show."""
    variants: dict[str, tuple[str, ...]] = {}
    for provider in sorted(_listed("mail_providers.txt")):
        if len(provider.partition(".")[0]) >= 5:
            for variant in _shortened(provider):
                variants[variant] = (*variants.get(variant, ()), provider)
    return variants


def _shortened(text: str) -> set[str]:
    return {text, *(text[:place] + text[place + 1 :] for place in range(len(text)))}


def is_one_slip(typed: str, meant: str) -> bool:
    """True when one letter was left out, added, changed, or swapped with the next (optimal string alignment of 1)."""
    if len(typed) > len(meant):
        typed, meant = meant, typed
    start = next((place for place, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), len(typed))
    if len(typed) < len(meant):
        return typed[start:] == meant[start + 1 :]
    changed = typed[start + 1 :] == meant[start + 1 :]
    swapped = typed[start : start + 2] == meant[start : start + 2][::-1] and typed[start + 2 :] == meant[start + 2 :]
    return changed or swapped


@cache
def _disposable_domains() -> frozenset[str]:
    from disposable_email_domains import blocklist  # 10,000 names, read only when hints are asked for

    return frozenset(blocklist)


@cache
def _listed(name: str) -> frozenset[str]:
    text = (files("lead_pipeline.normalizing") / "data" / name).read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
