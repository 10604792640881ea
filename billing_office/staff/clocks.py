"""A session's clocks: when it began, when somebody last pressed something, when they last proved who they are."""

import time

from django.conf import settings

RESOLUTION = 30  # seconds: a press is written down when the last one written is older, so most pages write nothing
STARTED, SEEN, PROVED, FACTOR, ENDED_FOR = "started", "seen", "proved", "second_factor", "ended_for"


def begin(sender, request, **_):
    """Django calls this at each sign-in (user_logged_in), so that no session is without its clocks."""
    for clock in (STARTED, SEEN, PROVED):
        request.session[clock] = int(time.time())


def why_ended(session, now: float) -> str:
    """Why this session has ended: "idle", "day", "second factor"; "" while it lasts."""
    if settings.SECOND_FACTOR_REQUIRED and not session.get(FACTOR):
        return "second factor"
    if now - session.get(STARTED, 0) >= settings.SESSION_ABSOLUTE:
        return "day"
    return "idle" if now - session.get(SEEN, 0) >= settings.SESSION_IDLE else ""


def seconds_left(session, now: float) -> int:
    """Until the session ends if nothing is pressed."""
    ends = min(session.get(SEEN, 0) + settings.SESSION_IDLE, session.get(STARTED, 0) + settings.SESSION_ABSOLUTE)
    return max(0, int(ends - now))


def proven(session, now: float) -> bool:
    """Whether a password or a second factor was given in this session within the last PROOF_LASTS seconds."""
    return now - session.get(PROVED, 0) < settings.PROOF_LASTS


def left(request):
    """Context processor: `session_left`, in seconds, from which the page knows when to warn (office.js)."""
    user = getattr(request, "user", None)
    return {"session_left": seconds_left(request.session, time.time())} if user and user.is_authenticated else {}
