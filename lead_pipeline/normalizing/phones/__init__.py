"""Phone numbers: spellings in, E.164 and what is known of each number out; phonenumbers is the authority."""

from lead_pipeline.normalizing.phones.normalizer import normalize_phones

__all__ = ["normalize_phones"]
