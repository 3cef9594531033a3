"""Sessions of people, kept in this process: a cookie names one, and only its digest is kept. Stopped, everybody is
signed out. Which pages need one is not decided here.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

#: A session ends so long after it was used last, and so long after it began.
IDLE_SECONDS, LONGEST_SECONDS = 2 * 3600.0, 12 * 3600.0

#: Nobody signs in from so many browsers; the oldest session makes room.
_MOST_SESSIONS = 1_000


@dataclass(slots=True)
class _Session:
    began: float
    used: float
    password: str  # the version of the password that was given


@dataclass
class Sessions:
    """Who is signed in. Cookies are 256 bits by chance; forms carry a token that belongs to their cookie."""

    clock: Callable[[], float] = time.monotonic
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _known: dict[str, _Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @staticmethod
    def new_cookie() -> str:
        """Return a cookie that nobody has."""
        return secrets.token_urlsafe(32)

    def sign_in(self, cookie: str, password: str) -> None:
        """Begin a session; `password` is the version of the one that was given."""
        now = self.clock()
        with self._lock:
            if len(self._known) >= _MOST_SESSIONS:
                del self._known[min(self._known, key=lambda key: self._known[key].used)]
            self._known[_digest(cookie)] = _Session(now, now, password)

    def sign_out(self, cookie: str) -> None:
        """End a session."""
        with self._lock:
            self._known.pop(_digest(cookie), None)

    def is_signed_in(self, cookie: str, password: str) -> bool:
        """Return whether the session lasts, and began with the password that there is now; it was used, then."""
        now, key = self.clock(), _digest(cookie)
        with self._lock:
            session = self._known.get(key)
            if session is None:
                return False
            if (
                now - session.used > IDLE_SECONDS
                or now - session.began > LONGEST_SECONDS
                or not hmac.compare_digest(session.password, password)
            ):
                del self._known[key]
                return False
            session.used = now
            return True

    def token_for(self, cookie: str) -> str:
        """Return the token that forms carry which are shown to the browser with this cookie."""
        return hmac.new(self._secret, cookie.encode(), hashlib.sha256).hexdigest()

    def is_token(self, cookie: str, given: str) -> bool:
        """Return whether a form was shown to the browser with this cookie."""
        return hmac.compare_digest(self.token_for(cookie).encode(), given.encode())


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
