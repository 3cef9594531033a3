"""What LeadPipeline can be asked about profiles, the bundled ones and those in the home; a part of it, kept apart for
its length. Nothing is decided here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lead_pipeline.model.listings import ProfileCheck, ProfileSummary
from lead_pipeline.model.profile import ImportProfile

if TYPE_CHECKING:
    from lead_pipeline.filing.home import Home


class ProfileCalls:
    """The calls of LeadPipeline about profiles."""

    home: Home

    def profiles(self) -> tuple[ProfileSummary, ...]:
        """Return the profiles that can be named, in alphabetical order; raises ProfileError when one is wrong."""
        from lead_pipeline.profiles.loader import profile_names

        return tuple(
            ProfileSummary(name=one.name, origin=one.origin, description=self.profile(one.name).description)
            for one in profile_names(self.home.profiles)
        )

    def profile(self, profile: str | ImportProfile) -> ImportProfile:
        """Return the profile of that name; one that is a profile already stays as it is.

        Raises: ProfileError, a line for each fault, when there is none or it is wrong.
        """
        from lead_pipeline.profiles.loader import load_profile

        return load_profile(profile, folder=self.home.profiles) if isinstance(profile, str) else profile

    def profile_text(self, name: str) -> str:
        """Return the YAML of a profile, with what it takes over by `extends:`; raises ProfileError."""
        from lead_pipeline.profiles.loader import resolved_profile_text

        return resolved_profile_text(name, folder=self.home.profiles)

    def check_profiles(self, *names: str) -> tuple[ProfileCheck, ...]:
        """Return what is wrong with profiles, each by its name or the path of a .yaml file; without names, with all."""
        from lead_pipeline.profiles.checking import check_profile, names_to_check, warnings_of

        folder = self.home.profiles
        found = {name: check_profile(name, folder=folder) for name in names or names_to_check(folder)}
        return tuple(
            ProfileCheck(name=name, problems=tuple(text.split("\n")))
            if text
            else ProfileCheck(name=name, warnings=warnings_of(name, folder=folder))
            for name, text in found.items()
        )

    def suggest(
        self, file: str | Path, *, name: str | None = None, region: str | None = None, extends: str | None = None
    ) -> str:
        """Return the YAML of a draft profile, with comments, that imports the file as it is; writes nothing.

        Args:
            file: a file of the kind.
            name: what the profile is called; by default after the file.
            region: country (ISO code) of numbers that are written without +; by default worked out.
            extends: the profile to draft on top of: the draft says only which column is which.

        Raises: FileRefusedError or a subclass, UsageError for a region that there is not, ProfileError.
        """
        from lead_pipeline.drafting.draft import draft_profile

        return draft_profile(Path(file), name=name, region=region, extends=extends, folder=self.home.profiles)

    def sample(self, profile: str | ImportProfile, *, output: str | Path | None = None) -> bytes:
        """Return a sample file of a profile: its headers, and two rows of nobody that it imports as they are.

        It is written to `output` as well, if that is given.

        Raises: ProfileError; UsageError when no sample can be made, or `output` exists or cannot be written.
        """
        from lead_pipeline.drafting.sample import sample_file, write_sample

        sample = sample_file(self.profile(profile))
        if output is not None:
            write_sample(Path(output), sample)
        return sample

    @staticmethod
    def profile_schema() -> dict[str, Any]:
        """Return the JSON schema of profiles, for editors that complete and check YAML."""
        from lead_pipeline.profiles.json_schema import profile_schema

        return profile_schema()
