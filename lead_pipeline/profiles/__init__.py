"""The bundled profiles, and loading and checking profiles."""

from lead_pipeline.profiles.loader import (
    ProfileListing,
    load_profile,
    parse_profile,
    profile_names,
    profile_text,
    resolved_profile_text,
)

__all__ = [
    "ProfileListing",
    "load_profile",
    "parse_profile",
    "profile_names",
    "profile_text",
    "resolved_profile_text",
]
