"""Entries as the store writes them down."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.models import Avoid, Cause, Entry, ErrorForm, EvidenceRule, Fix, Proof
from kb.store import entry_from_json, entry_to_json

words = st.text(st.characters(), max_size=20)
several = st.lists(words, max_size=3).map(tuple)
lines = st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9))
mapping = st.dictionaries(words, words, max_size=3)
proofs = st.builds(Proof, words, mapping, words)
evidence = st.builds(EvidenceRule, words, words)
entries = st.builds(
    Entry,
    id=words,
    title=words,
    library=words,
    origin=st.sampled_from(["authored", "extracted"]),
    errors=st.lists(st.builds(ErrorForm, words, words, st.none() | words), max_size=3).map(tuple),
    summary=words,
    causes=st.lists(
        st.builds(Cause, words, words, words, words, st.lists(evidence, max_size=2).map(tuple), several, lines),
        max_size=2,
    ).map(tuple),
    fixes=st.lists(
        st.builds(
            Fix, words, st.none() | words, words, words, several, words, st.lists(proofs, max_size=2).map(tuple), lines
        ),
        max_size=2,
    ).map(tuple),
    avoid=st.lists(st.builds(Avoid, words, words), max_size=2).map(tuple),
    codes=several,
    references=several,
    tags=several,
    general=st.booleans(),
    moved_to=st.none() | words,
    confidence=st.floats(0, 1),
    url=st.none() | words,
    reproduction=several,
    table=st.dictionaries(words, mapping, max_size=2),
)


@settings(max_examples=200, deadline=None)
@given(entries)
def test_an_entry_survives_its_json(entry: Entry) -> None:
    text = entry_to_json(entry)
    assert text.isascii()
    assert entry_from_json(text) == entry
