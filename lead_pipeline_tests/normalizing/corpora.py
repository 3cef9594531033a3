"""Where the outside test material is, when it is there. Reading a particular file belongs in the test that uses it."""

from pathlib import Path

import pytest

_CORPORA = Path(__file__).parents[2] / ".." / "shared" / "corpora"


def corpus(name: str) -> Path:
    """Return the file or folder `name` of the corpora; skip the test when they are not beside this checkout."""
    path = (_CORPORA / name).resolve()
    if not path.exists():
        pytest.skip(f"the corpora are not at ../shared/corpora (looked for {name})")
    return path
