"""How long a drop waits between two requests for a run. What is requested, and when it is given up, does not
belong here.
"""

from datetime import timedelta

#: Whatever the first pause is, the longest has come long before; a number of days cannot be doubled without end.
_DOUBLED_AT_MOST = 16


def pause_after(attempts: int, first: timedelta, longest: timedelta) -> timedelta:
    """Return the pause after so many attempts: it doubles with each, from the first to the longest."""
    return min(first * (1 << min(max(attempts - 1, 0), _DOUBLED_AT_MOST)), longest)
