"""Logs, Sentry and notes: the fix where errors are collected."""

from __future__ import annotations

import json

BOIL = "raise RuntimeError(\"no water in kettle 'green', fill it before it boils\")"
LOGGING = f"""
import logging
from tracekb_client.logs import KnownFix
handler = logging.StreamHandler()
handler.addFilter(KnownFix(wait=30))
handler.setFormatter(logging.Formatter("%(message)s|%(kb)s|"))
logging.getLogger().addHandler(handler)
logging.warning("nothing wrong")
for _ in range(3):
    try:
        {BOIL}
    except RuntimeError:
        logging.exception("it failed")
try:
    raise LookupError("zorkmid")
except LookupError:
    logging.exception("unknown")
logging.error("nobody", exc_info=(None, None, None))
"""
SENTRY = """
import json
import sentry_sdk
from sentry_sdk.transport import Transport
import tracekb_client.sentry
sent = []
class Kept(Transport):
    def capture_envelope(self, envelope):
        sent.extend(item.payload.json for item in envelope.items if item.type == "event")
tracekb_client.sentry.WAIT = 30
sentry_sdk.init("https://key@localhost/1", transport=Kept, before_send={hook}, default_integrations=False)
for message in ("no water in kettle 'green', fill it before it boils", "zorkmid"):
    try:
        raise RuntimeError(message)
    except RuntimeError as error:
        sentry_sdk.capture_exception(error)
sentry_sdk.capture_message("hello")
print(json.dumps([[e.get("tags", {{}}), e["contexts"].get("knowledge_base")] for e in sent]))
"""
NOTING = f"""
import asyncio, traceback, tracekb_client
@tracekb_client.noting(wait=30)
def boil():
    {BOIL}
async def slow():
    with tracekb_client.noting(wait=30):
        {BOIL}
class Frozen(RuntimeError):
    def __setattr__(self, name, value):
        raise TypeError("frozen")
for function in (boil, lambda: asyncio.run(slow())):
    try:
        function()
    except RuntimeError as error:
        print(error.__notes__, tracekb_client.annotate(error), len(error.__notes__))
print(tracekb_client.annotate(KeyError("zorkmid"), wait=30))
print(tracekb_client.annotate(KeyboardInterrupt()), tracekb_client.annotate(None))
tracekb_client.annotate(Frozen("no water in kettle 'red', fill it before it boils"), wait=30)
"""


def test_log_records_carry_the_fix(host, any_python):
    done = host.run("-c", LOGGING, python=any_python)
    lines = [line for line in done.stderr.splitlines() if "|" in line]
    fix = "it failed|Kettle without water (kb show tea/kettle)|"
    assert lines == ["nothing wrong||", fix, fix, fix, "unknown||", "nobody||"], done.stderr


def test_a_log_doesnt_wait_for_a_knowledge_base_that_hangs(host, kb_that):
    done = host.run("-c", LOGGING.replace("wait=30", "wait=0.1"), **kb_that("sleep 20"))
    assert done.returncode == 0
    assert done.stderr.count("it failed||") == 3


def test_sentry_events_get_a_tag_and_a_context(host):
    done = host.run("-c", SENTRY.format(hook="tracekb_client.sentry.before_send"))
    known, unknown, message = json.loads(done.stdout)
    assert known[0]["kb.match"] == "tea/kettle"
    assert known[1]["title"] == "Kettle without water"
    assert known[1]["where"] == "kb show tea/kettle"
    assert "kb.match" not in unknown[0]
    assert message[1] is None


def test_a_before_send_of_ones_own_stays_in_charge(host):
    hook = "tracekb_client.sentry.after(lambda event, hint: event if 'exc_info' in hint else None)"
    events = json.loads(host.run("-c", SENTRY.format(hook=hook)).stdout)
    assert len(events) == 2
    assert events[0][0]["kb.match"] == "tea/kettle"


def test_without_a_knowledge_base_events_are_sent_as_they_are(host, kb_that):
    done = host.run("-c", SENTRY.format(hook="tracekb_client.sentry.before_send"), **kb_that("exit 3"))
    assert [event[1] for event in json.loads(done.stdout)] == [None, None, None]


def test_exceptions_get_one_note_and_go_on(host, any_python):
    done = host.run("-c", NOTING, python=any_python)
    note = "['known fix: Kettle without water (kb show tea/kettle)'] True 1"
    assert done.stdout.splitlines() == [note, note, "False", "False False"], done.stderr
    assert done.returncode == 0
