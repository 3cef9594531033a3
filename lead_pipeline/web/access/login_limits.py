"""How often a password may be tried: a few times a minute from one address, and not without end from all of them."""

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

_OF_ONE_ADDRESS, _OF_ALL = "5/minute", "60/hour"


class LoginLimits:
    """Counts tries; those that were right count as well, for nobody signs in so often."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._each: RateLimitItem = parse(_OF_ONE_ADDRESS)
        self._all: RateLimitItem = parse(_OF_ALL)

    def may_try(self, address: str) -> bool:
        """Count a try from an address, and return whether it may be made."""
        return self._limiter.hit(self._each, address) and self._limiter.hit(self._all)
