"""Very many templates: packed postings lead where those in memory lead, and templates stay in the store until then."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import knowledge, stored_templates
from kb.models import Entry, ErrorForm, Fix
from kb.normalize import core
from kb.opening import open_knowledge_base
from kb.packed_postings import KEY_WORDS, Filed, PackedPostings, pack
from kb.postings import MemoryPostings, key_of, literal_words, message_words, rank_words
from kb.store import Change, Source, Store, Upsert
from kb.template_index import Held, TemplateIndex, TemplateRow
from kb.templates import SLOT, Squeezed, Template, fits
from tests import small

WORDS = ("cup", "pot", "tea", "is", "not", "the", "lid", "on", "a", "saucer", "spoon", "milk")
skeletons = st.lists(st.lists(st.sampled_from([*WORDS, SLOT]), max_size=9).map(" ".join), max_size=60)
templates = st.lists(
    st.sampled_from(
        [*WORDS, "{a}", "{b}", "{c}", "it's:", "(Background on this error at: https://sqlalche.me/e/20/ab12)"]
    ),
    min_size=1,
    max_size=8,
    unique=True,
).map(" ".join)
messages = st.lists(st.sampled_from([*WORDS, "unheard"]), max_size=12).map(" ".join)


def packed(bones):
    return PackedPostings(dict(pack(lambda: (Filed(number, one, False) for number, one in enumerate(bones, 100)))))


@given(skeletons, messages)
def test_packed_postings_lead_to_every_template_whose_key_a_message_holds(bones, message):
    small_one, memory = packed(bones), MemoryPostings(bones)
    words = message_words(message)
    ranks = small_one.ranks(words)
    assert [rank - 1 for rank in ranks] == memory.ranks(words)
    counts = {word: sum(word in literal_words(one) for one in bones) for word in WORDS}
    ranked = rank_words({word: count for word, count in counts.items() if count})
    due = {
        row
        for row, one in enumerate(bones, 100)
        if literal_words(one)
        and set(key_of(literal_words(one), ranked)[:KEY_WORDS]) <= {ranked.get(word) for word in words}
    }
    assert sorted(small_one.fitting(ranks)) == sorted(due)
    assert list(small_one.wordless()) == [row + 100 for row in memory.wordless()]
    assert len(small_one) == len(bones)


@given(skeletons, messages)
def test_packed_postings_know_what_is_near(bones, message):
    small_one, memory = packed(bones), MemoryPostings(bones)
    found = small_one.near(small_one.ranks(message_words(message)), 1000)
    assert {row - 100 for row in found} == set(memory.near(memory.ranks(message_words(message)), 1000))


@given(st.lists(templates, max_size=30), st.lists(st.text("abc :'", min_size=1, max_size=6), min_size=4, max_size=4))
def test_no_template_that_a_message_fits_is_left_out_by_its_signature(texts, values):
    held = [Held.of(i, TemplateRow(i, "tea/e", "TeaError", text, 0)) for i, text in enumerate(texts)]
    postings = PackedPostings(
        dict(pack(lambda: (Filed(one.number, one.filed_by, one.core is not None) for one in held)))
    )
    for one in held:
        message = Squeezed(Template.parse(one.row.message).text.format(a=values[0], b=values[1], c=values[2]))
        bare = Squeezed(core(message.message))
        if not literal_words(one.filed_by) or not fits(one.bones.split(SLOT), message.text):
            continue
        assert one.number in postings.fitting(postings.ranks(message_words(message.text)), message.text, bare.text)


def test_a_crowd_of_one_word_is_told_apart_by_the_next_ones():
    bones = [f"the cup {WORDS[i % 12]} {WORDS[i * 7 % 11]} number{i}" for i in range(300)]
    postings = packed(bones)
    for number in (0, 17, 299):
        assert list(postings.fitting(postings.ranks(message_words(bones[number])))) == [number + 100]


def entries(count):
    """So many errors of a tea shop, and one that SQLAlchemy quotes."""
    fix = Fix("fill", None, "Fill it", "Fill it.")
    made = [
        Entry(
            f"tea/e{i}",
            f"Kettle {i}",
            "tea",
            "authored",
            (ErrorForm("TeaError", f"kettle {i} holds {{x}}"),),
            fixes=(fix,),
        )
        for i in range(count)
    ]
    quoted = ErrorForm("sqlalchemy.exc.IntegrityError", "(teadb.Broken) the cup {cup} broke")
    bare = ErrorForm("tea.Whistle", "{noise}")
    return [*made, Entry("tea/quoted", "Cup", "tea", "authored", (quoted, bare), fixes=(fix,))]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with so many entries that everything stays in it."""
    monkeypatch.setattr(stored_templates, "MANY", 20)
    monkeypatch.setattr(knowledge, "MOST_BODIES", 20)
    settings = small.settings(tmp_path, engine_url="memory:")
    with Store.create(settings.database_url) as store:
        upsert = Upsert("shop", "all.md", "0" * 64, entries=tuple(entries(40)))
        store.publish(Change("rules", 0, (Source("shop", "here"),), (upsert,)))
    return settings.database_url


@pytest.fixture
def base(url, tmp_path):
    opened = open_knowledge_base(small.settings(tmp_path, engine_url="memory:"))
    yield opened
    opened.close()


def paste(error):
    return f'Traceback (most recent call last):\n  File "/srv/shop.py", line 3, in <module>\n    boil()\n{error}\n'


@pytest.mark.parametrize(
    ("error", "entry"),
    [
        ("TeaError: kettle 17 holds water", "tea/e17"),
        ("teadb.Broken: the cup 'blue' broke", "tea/quoted"),
        ("sqlalchemy.exc.IntegrityError: (teadb.Broken) the cup 'blue' broke", "tea/quoted"),
        ("tea.Whistle: wheee", "tea/quoted"),
    ],
)
def test_lookups_find_what_stays_in_the_store(base, error, entry):
    assert base.matcher.lookup(paste(error)).answer.matches[0].entry.id == entry


def test_heads_are_read_one_by_one_and_all_at_once(base):
    heads = base.matcher.knowledge().heads
    assert len(heads) == 41
    assert heads["tea/e3"].title == "Kettle 3"
    assert "tea/none" not in heads
    assert (
        sorted(heads) == sorted(head.id for head in heads.values()) == sorted(identity for identity, _ in heads.items())
    )
    assert [item["id"] for item in base.matcher.suggest("kettle 39")] == ["tea/e39"]
    assert len(base.matcher.knowledge().heads) == 41


def test_what_is_gone_from_the_store_is_no_longer_found(base, url):
    matcher = base.matcher
    knowledge_before = matcher.knowledge()
    with Store.open(url) as store:
        upsert = Upsert("shop", "all.md", "1" * 64, entries=tuple(entries(30)))
        store.publish(Change("rules", 1, (), (upsert,)))
    # A lookup that began before the change may still use what it has; nothing of it breaks.
    assert knowledge_before.index.find("TeaError", "kettle 35 holds water") is not None
    found = matcher.lookup(paste("TeaError: kettle 35 holds water")).answer
    assert not any(match.entry.id == "tea/e35" for match in found.matches)
    assert matcher.lookup(paste("TeaError: kettle 5 holds water")).answer.matches[0].entry.id == "tea/e5"


def test_few_templates_are_filed_in_memory_only(tmp_path):
    url = small.settings(tmp_path).database_url
    with Store.create(url) as store:
        store.publish(
            Change("r", 0, (Source("shop", "here"),), (Upsert("shop", "a.md", "0" * 64, entries=tuple(entries(3))),))
        )
        with store.snapshot() as now:
            assert now.postings() == {}
            assert now.entry_count() == 4


def test_templates_that_were_read_are_kept_and_bounded(monkeypatch):
    monkeypatch.setattr(stored_templates, "KEPT", 4)
    rows = {key: TemplateRow(key, "tea/e", "TeaError", f"kettle {key}", 0) for key in range(10)}
    asked = []

    def fetch(keys):
        asked.extend(keys)
        return [rows[key] for key in keys if key in rows]

    source = stored_templates.StoredTemplates(fetch, 10)
    number = stored_templates.VARIANTS
    assert [held.row.message for held in source.held([number * 7, number * 2])] == ["kettle 7", "kettle 2"]
    assert [held.row.message for held in source.held([number * 2, number * 99, number * 3])] == ["kettle 2", "kettle 3"]
    assert asked == [2, 7, 3, 99]
    for key in range(10):
        source.held([number * key])
    assert [held.row.id for held in source.held(number * key for key in range(10))] == list(range(10))


def test_an_index_over_any_source_answers_alike():
    rows = [
        TemplateRow(i, f"e/{i}", "TeaError", text, 0) for i, text in enumerate(["cup {a} is dry", "pot {a}", "{a}"])
    ]
    held = [Held.of(i, row) for i, row in enumerate(rows)]

    class Stored:
        def __len__(self):
            return len(held)

        def held(self, numbers):
            return [held[number] for number in numbers]

    other = TemplateIndex(
        Stored(), PackedPostings(dict(pack(lambda: (Filed(one.number, one.filed_by, False) for one in held))))
    )
    index = TemplateIndex.build(rows)
    assert len(index) == len(other) == 3
    for message in ("cup 7 is dry", "pot x", "anything", ""):
        assert [hit.row for hit in other.find("TeaError", message)] == [
            hit.row for hit in index.find("TeaError", message)
        ]
