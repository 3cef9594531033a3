"""Whom the rules would leave out of a file, under one or several settings: each a dry run of which nothing stays."""

from collections.abc import Collection, Iterator, Sequence
from itertools import product
from pathlib import Path

from lead_pipeline.filing.home import Home
from lead_pipeline.importing.dry_running import dry_run
from lead_pipeline.importing.progress import Listener
from lead_pipeline.model.errors import FileRefusedError, UsageError, did_you_mean, listed
from lead_pipeline.model.listings import ScrubPreview
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.profile import ImportProfile
from lead_pipeline.model.reasons import Reason, reasons_causing
from lead_pipeline.model.results import ImportResult
from lead_pipeline.model.scrub.scrub_rules import Scrub
from lead_pipeline.model.scrub.waterfall import rule_of
from lead_pipeline.reporting.waterfall_wording import usable_rows
from lead_pipeline.store.settings import OnWait, StoreSettings

#: The rules that a row can be left out by.
RULES = tuple(rule_of(code) for code in (Reason.DUPLICATE_EXISTING, *reasons_causing(Outcome.SUPPRESSED)))


def preview_scrub(
    home: Home,
    file: Path,
    profile: ImportProfile,
    *,
    scopes: Sequence[str],
    lookback_days: Sequence[str | int],
    without: Collection[str],
    settings: StoreSettings,
    on_wait: OnWait,
    listener: Listener,
) -> tuple[ScrubPreview, ...]:
    """Return what would be left out under each scope and each number of days; without any, as the profile says.

    Raises: UsageError for a rule that does not exist, and what a dry run raises; FileRefusedError for a file that an
    import would refuse.
    """
    unknown = next((rule for rule in without if rule not in RULES), None)
    if unknown is not None:
        raise UsageError(
            f"There is no rule '{unknown}'.{did_you_mean(unknown, RULES)} The rules are {listed(RULES, 20)}."
        )
    found = []
    for scrub in _settings(profile, scopes, lookback_days):
        tried = profile.model_copy(update={"scrub": scrub})
        # A name that no import has: the file is screened also when it was imported before.
        result = dry_run(
            home,
            file,
            tried,
            identity_name=f"scrub/{profile.name}/{tried.fingerprint}",
            settings=settings,
            on_wait=on_wait,
            listener=listener,
        )
        _forget_rows(home, result)
        if result.rows_read is None:
            raise FileRefusedError(result.message)
        found.append(
            ScrubPreview(
                scope=scrub.scope or profile.scrub_scope,
                lookback_days=scrub.lookback_days,
                without=tuple(without),
                rows_read=result.rows_read,
                rows_rejected=result.counts.rejected,
                rows_usable=usable_rows(result),
                waterfall=result.waterfall.without(without),
            )
        )
    return tuple(found)


def _settings(profile: ImportProfile, scopes: Sequence[str], days: Sequence[str | int]) -> Iterator[Scrub]:
    own = profile.scrub
    for scope, back in product(scopes or (own.scope,), days or (own.lookback_days,)):
        yield Scrub.model_validate(own.model_dump() | {"scope": scope, "lookback_days": back})


def _forget_rows(home: Home, result: ImportResult) -> None:
    """Remove the file that says row by row what would become of it."""
    if result.dry_run_file is not None:
        path = home.root / result.dry_run_file
        path.unlink(missing_ok=True)
        path.parent.rmdir()
