"""Python as it is where only the pipeline and what it requires are installed: no extra and no test tools."""

import subprocess
import sys
from importlib.metadata import packages_distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: Finds as before, but for some names; also for who asks whether a package is there.
_HOOK = """
import sys
class Without:
    def __init__(self, finder):
        self._finder = finder
    def __getattr__(self, name):
        return getattr(self._finder, name)
    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in {names!r} else self._finder.find_spec(name, path, target)
sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
"""


def required(distribution: str, extras: frozenset[str] = frozenset()) -> set[tuple[str, frozenset[str]]]:
    """Return the distributions that an installation brings along, each with the extras that are asked of it."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [(canonicalize_name(distribution), extras)]
    while waiting:
        name, wanted = one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        for requirement in map(Requirement, requires(name) or ()):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *wanted)):
                waiting.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return found


def not_required(distribution: str) -> list[str]:
    """Return the packages that can be imported here and could not be where `distribution` alone is installed."""
    there = {name for name, _extras in required(distribution)}
    return sorted(
        package
        for package, distributions in packages_distributions().items()
        if package.isidentifier() and there.isdisjoint(map(canonicalize_name, distributions))
    )


def run_where_installed(code: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run code in a process that can import nothing else than an installation without extras could."""
    hook = _HOOK.format(names=set(not_required("lead-pipeline")))
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", hook + code], env=environment, capture_output=True, text=True
    )
