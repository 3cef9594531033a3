"""The bundled profiles and the loader of all of them. What a profile can say belongs in model/profile.py."""

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
