"""The password of a home's pages: kept as a hash (argon2id), never as it was typed. Sessions do not belong here."""

import hashlib
from pathlib import Path

from lead_pipeline.filing.atomic import published
from lead_pipeline.filing.home import Home
from lead_pipeline.model.errors import UsageError

#: A password that nobody guesses among the tries that are let through (NIST SP 800-63B, 5.1.1.2: at least 8).
SHORTEST, LONGEST = 10, 1_000


def write_password(home: Home, password: str) -> None:
    """Set the password, replacing the one before; raises UsageError for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(
            f"The password has {len(password)} characters, and needs {SHORTEST} at least ({LONGEST:,} at most). "
            "Several words are easy to remember and hard to guess."
        )
    from argon2 import PasswordHasher

    with published(_path(home)) as file:
        file.write(PasswordHasher().hash(password).encode())


def password_version(home: Home) -> str:
    """Return what changes with the password, empty when there is none."""
    try:
        return hashlib.sha256(_path(home).read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def is_password(home: Home, given: str) -> bool:
    """Return whether this is the password; takes a tenth of a second, whatever is given."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(_path(home).read_text(), given[: LONGEST + 1])
    except (FileNotFoundError, VerificationError, InvalidHashError):
        return False


def _path(home: Home) -> Path:
    return home.root / "access" / "password"
