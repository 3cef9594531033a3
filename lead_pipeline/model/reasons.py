"""The registry of reasons: what each code causes, its field, title and guidance. Rules emit codes only; the text is
joined in where it is shown to people.
"""

from collections.abc import Iterable

from lead_pipeline.model.guidance.consent_reasons import CONSENT_REASONS
from lead_pipeline.model.guidance.contact_reasons import CONTACT_REASONS
from lead_pipeline.model.guidance.lead_management_reasons import LEAD_MANAGEMENT_REASONS
from lead_pipeline.model.guidance.people_reasons import PEOPLE_REASONS
from lead_pipeline.model.guidance.reason_info import Effect, ReasonInfo
from lead_pipeline.model.guidance.row_reasons import ROW_REASONS
from lead_pipeline.model.guidance.scrub_reasons import SCRUB_REASONS
from lead_pipeline.model.guidance.value_reasons import VALUE_REASONS
from lead_pipeline.model.outcomes import Outcome
from lead_pipeline.model.reason_codes import Reason

__all__ = ["REASONS", "Effect", "Reason", "ReasonInfo", "in_registry_order", "reasons_causing"]

REASONS: dict[Reason, ReasonInfo] = (
    ROW_REASONS
    | VALUE_REASONS
    | CONTACT_REASONS
    | CONSENT_REASONS
    | LEAD_MANAGEMENT_REASONS
    | PEOPLE_REASONS
    | SCRUB_REASONS
)

#: Codes of rows that are no lead and nobody's mistake; nothing else is said of such a row.
SKIPPED_CODES = [reason.value for reason, info in REASONS.items() if info.effect is Outcome.SKIPPED]

_ORDER = {reason: position for position, reason in enumerate(Reason)}


def in_registry_order(codes: Iterable[str]) -> list[Reason]:
    """Return the distinct reasons in registry order, the order in which people read them."""
    return sorted({Reason(code) for code in codes}, key=_ORDER.__getitem__)


def reasons_causing(effect: Effect) -> tuple[Reason, ...]:
    """Return the reasons with that effect, in registry order."""
    return tuple(reason for reason in Reason if REASONS[reason].effect == effect)
