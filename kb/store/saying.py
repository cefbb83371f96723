"""What users say: votes for fixes, and errors that they want to be known. Bounded, because anybody can say anything.

Who spoke is known for one day, as a hash of a voice (an address and a browser's name) with a salt of that day. It
keeps one voice from speaking twice of the same thing; when the day is over the salt and the hashes are thrown away.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from kb.errors import SaidTooMuch
from kb.store import tables as t
from kb.store.codec import clean
from kb.store.rows import Wanted
from kb.wanted import Unknown, joined

WANTED_LIMIT = 10_000
"""How many wanted errors are kept."""
WANTED_OF_A_TYPE = 200
"""The same of one exception type: a new one is compared with all of them."""
A_VOICE_A_DAY = 60
"""How often one voice may speak in a day."""
ALL_VOICES_A_DAY = 5_000


def vote(connection: Connection, fix: tuple[str, str], worked: bool, fingerprint: str, voice: str) -> str:
    """Keeps a vote for a fix (ids of entry and fix), in place of the one that the same voice gave for it today; answers
    the token by which it can be taken back, which nobody can guess. Raises SaidTooMuch."""
    speaker = _speaker(connection, voice)
    token = secrets.token_urlsafe(18)
    values = {"entry": clean(fix[0]), "fix": clean(fix[1]), "fingerprint": clean(fingerprint), "voice": speaker}
    if speaker:
        said = (t.vote.c.voice == speaker, t.vote.c.entry == values["entry"], t.vote.c.fix == values["fix"])
        connection.execute(delete(t.vote).where(*said))
    connection.execute(insert(t.vote).values(token=token, worked=worked, created=_now(), **values))
    return token


def unvote(connection: Connection, token: str) -> bool:
    """Takes a vote back; False where there is none of that token."""
    return bool(connection.execute(delete(t.vote).where(t.vote.c.token == clean(token))).rowcount)


def want(connection: Connection, error: Unknown, voice: str) -> tuple[Wanted, str]:
    """Counts an error that nothing is known about, once for each voice and day, with those near enough to be the
    same; answers what is kept now and the token that takes it back while the day lasts. Raises SaidTooMuch."""
    speaker = _speaker(connection, voice)
    kept = _counted(connection, error, 1, _now())
    if speaker:
        mine = (t.ask.c.voice == speaker, t.ask.c.wanted == kept.fingerprint)
        again = connection.execute(delete(t.ask).where(*mine)).rowcount
        if again:
            _less(connection, kept.fingerprint)
            kept = _row(connection, kept.fingerprint)
    token = secrets.token_urlsafe(18)
    connection.execute(insert(t.ask).values(token=token, wanted=kept.fingerprint, voice=speaker))
    return kept, token


def unwant(connection: Connection, token: str) -> bool:
    """Takes back what `want` counted; False where there is nothing of that token, or no longer."""
    found = connection.execute(select(t.ask.c.wanted).where(t.ask.c.token == clean(token))).scalar()
    if found is None:
        return False
    connection.execute(delete(t.ask).where(t.ask.c.token == clean(token)))
    _less(connection, found)
    return True


def bring(connection: Connection, error: Unknown, count: int, last: str) -> None:
    """Adds an error that was wanted elsewhere, so often, and last at that time."""
    _counted(connection, error, count, last)


def forget(connection: Connection, fingerprint: str) -> bool:
    """Drops a wanted error; False where there is none of that fingerprint."""
    connection.execute(delete(t.ask).where(t.ask.c.wanted == clean(fingerprint)))
    return bool(connection.execute(delete(t.wanted).where(t.wanted.c.fingerprint == clean(fingerprint))).rowcount)


def _counted(connection: Connection, error: Unknown, count: int, last: str) -> Wanted:
    near = select(t.wanted.c.fingerprint, t.wanted.c.normal).where(t.wanted.c.exception == clean(error.exception))
    # The oldest first: which cluster takes an error must not depend on the order of rows.
    known = connection.execute(near.order_by(t.wanted.c.first, t.wanted.c.fingerprint)).all()
    fitting = [(row.fingerprint, both) for row in known if (both := _joined(*row, error)) is not None]
    exact = [one for one in fitting if error.fingerprint == one[0] or one[1] == clean(error.normal)]
    if fitting:
        fingerprint, normal = (exact or fitting)[0]
        row = t.wanted.c.fingerprint == fingerprint
        values = {"normal": normal, "count": t.wanted.c.count + count, "last": func.max(t.wanted.c.last, last)}
        connection.execute(update(t.wanted).where(row).values(values))
        return _row(connection, fingerprint)
    all_kept = connection.execute(select(func.count()).select_from(t.wanted)).scalar() or 0
    if all_kept >= WANTED_LIMIT or len(known) >= WANTED_OF_A_TYPE:
        least = select(t.wanted.c.fingerprint).order_by(t.wanted.c.count, t.wanted.c.last).limit(1)
        if len(known) >= WANTED_OF_A_TYPE:
            least = least.where(t.wanted.c.exception == clean(error.exception))
        connection.execute(delete(t.wanted).where(t.wanted.c.fingerprint.in_(least)))
    values = {"exception": clean(error.exception), "normal": clean(error.normal), "library": clean(error.library)}
    fingerprint = error.fingerprint
    connection.execute(insert(t.wanted).values(fingerprint=fingerprint, count=count, first=last, last=last, **values))
    return _row(connection, fingerprint)


def _joined(kept: str, normal: str, error: Unknown) -> str | None:
    """The normal form of a kept error with this one counted in; None where they aren't one. What was kept under its own
    fingerprint is, however far others have widened it since."""
    both = joined(normal, clean(error.normal))
    return normal if both is None and kept == error.fingerprint else both


def _row(connection: Connection, fingerprint: str) -> Wanted:
    columns = (t.wanted.c.fingerprint, t.wanted.c.exception, t.wanted.c.normal, t.wanted.c.count, t.wanted.c.first)
    found = select(*columns, t.wanted.c.last, t.wanted.c.library).where(t.wanted.c.fingerprint == fingerprint)
    return Wanted(*connection.execute(found).one())


def _less(connection: Connection, fingerprint: str) -> None:
    row = t.wanted.c.fingerprint == fingerprint
    connection.execute(update(t.wanted).where(row).values(count=t.wanted.c.count - 1))
    connection.execute(delete(t.wanted).where(row, t.wanted.c.count < 1))


def _speaker(connection: Connection, voice: str) -> str:
    """The voice as it may be kept today, counted; empty where it isn't known whose it is."""
    today = _now()[:10]
    salt = connection.execute(select(t.day.c.salt).where(t.day.c.day == today)).scalar()
    if salt is None:
        salt = secrets.token_hex(16)
        for table in (t.day, t.voice, t.ask):
            connection.execute(delete(table))
        connection.execute(update(t.vote).where(t.vote.c.voice != "").values(voice=""))
        connection.execute(insert(t.day).values(day=today, salt=salt))
    speaker = hashlib.sha256(f"{salt}{clean(voice)}".encode()).hexdigest()[:32] if voice else ""
    said = connection.execute(select(t.voice.c.said).where(t.voice.c.voice == speaker)).scalar() or 0
    everybody = connection.execute(select(func.sum(t.voice.c.said))).scalar() or 0
    if (speaker and said >= A_VOICE_A_DAY) or everybody >= ALL_VOICES_A_DAY:
        raise SaidTooMuch("that is more than can be taken from one place in a day", "come back tomorrow")
    if said:
        connection.execute(update(t.voice).where(t.voice.c.voice == speaker).values(said=said + 1))
    else:
        connection.execute(insert(t.voice).values(voice=speaker, said=1))
    return speaker


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
