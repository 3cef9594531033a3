"""Puts the YAML of each bundled profile into its page: `python -m lead_pipeline_tests.make_profile_pages`."""

import re
from pathlib import Path

from lead_pipeline.profiles import profile_names, profile_text

PAGES = Path(__file__).parents[1] / "docs" / "profiles"

#: Where the YAML of the profile as a whole stands; what extends it stands in other blocks.
_WHOLE = re.compile(r"(## The profile\n\n```yaml\n).*?(\n```)", re.DOTALL)


def page_of(name: str) -> Path:
    return PAGES / f"{name}.md"


def with_profile(page: str, name: str) -> str:
    """Return the text of a page with the profile's YAML as it is now."""
    text = profile_text(name, folder=None).rstrip("\n")
    return _WHOLE.sub(lambda found: f"{found[1]}{text}{found[2]}", page)


if __name__ == "__main__":
    for entry in profile_names(None):
        page = page_of(entry.name)
        page.write_text(with_profile(page.read_text(encoding="utf-8"), entry.name), encoding="utf-8")
