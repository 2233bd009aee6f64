"""Whatever is done to an index, it holds what a dictionary would, for writers, readers and searchers alike."""

import itertools
import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, precondition, rule

from helpers import found
from timviet.index import Document, open_index, sync, verify
from timviet.index.errors import DocumentError, IndexLockedError, UnknownKeyError
from timviet.search import Searcher

IDS = ["a", "b", "ab", "Đ", "số 7"]
BASE = [*IDS[:3], *(f"nền {number}" for number in range(37))]
TITLES = ["Quyết định", "Công văn", "Quyết nghị"]
WORDS = ["đảng", "dang", "ủy", "an", "31,77", "công an"]
QUERIES = ["dang uy", "đảng ủy công an", '"dang uy"~2', "da*", "-an", "quyet dinh"]

texts = st.lists(st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join), min_size=1, max_size=3)
lines = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3)
contents = st.fixed_dictionaries(
    {"texts": texts}, optional={"title": st.sampled_from(TITLES), "year": st.integers(2022, 2024)}
)
changes = st.lists(st.tuples(st.sampled_from(IDS), st.none() | contents), max_size=4)


class Text(NamedTuple):
    """What a document is made of.

    Attributes:
        own: a word that no other document has, or had before; it is the first one.
        texts: its paragraphs.
        title: its title, if it has one.
        year: a value in its metadata, if it has one.
    """

    own: str
    texts: tuple[str, ...]
    title: str | None = None
    year: int | None = None

    def document(self, identity):
        """The document."""
        return Document(
            identity, paragraphs=self.texts, title=self.title, metadata={} if self.year is None else {"Năm": self.year}
        )


class FailedError(Exception):
    """What goes wrong on purpose."""


class Reader(NamedTuple):
    """A searcher, and what it ought to find.

    Attributes:
        searcher: the searcher.
        commit: the number of the commit that it sees.
        held: the documents of that commit.
    """

    searcher: Searcher
    commit: int
    held: dict[str, Text]


class IndexMachine(RuleBasedStateMachine):
    """An index, what its last commit holds, and what its open writer has made of that."""

    readers = Bundle("readers")

    @initialize(is_real=st.booleans(), is_large=st.booleans())
    def create(self, is_real, is_large):
        """Begin with an index in a folder or in memory: an empty one, or one with a segment that stays as it is."""
        self.folder = Path(tempfile.mkdtemp()) if is_real else None
        self.index = open_index(self.folder / "chỉ mục" if is_real else ":memory:", create=True)
        self.committed, self.commit_number, self.files = {}, 0, {}
        self.draft = self.writer = None
        self.clock = itertools.count(1)
        self.gone = []
        self.standing = Searcher(self.index)
        if is_large:
            self.begin(size=10**6)
            self.change([(identity, {"texts": [word]}) for identity, word in zip(BASE, itertools.cycle(WORDS))])
            self.commit()

    def teardown(self):
        """Leave nothing behind."""
        if self.draft is not None:
            self.writer.rollback()
        self.index.close()
        if self.folder:
            shutil.rmtree(self.folder)

    # What a writer does

    @precondition(lambda self: self.draft is None)
    @rule(size=st.sampled_from([1, 30, 10**6]))
    def begin(self, size):
        """Begin to write; a writer of little memory builds segments on the way."""
        with patch("timviet.index.whoosh_writer._BYTES_PER_CODE_POINT", 512_000_000 // size):
            self.writer = self.index.writer(timeout=0)
        self.draft = dict(self.committed)

    @precondition(lambda self: self.draft is not None)
    @rule(several=changes)
    def change(self, several):
        """Add documents, replace them, and remove them, there or not."""
        for identity, content in several:
            self.gone += [self.draft.pop(identity).own] if identity in self.draft else []
            if content is None:
                self.writer.remove(identity)
            else:
                self.draft[identity] = self.text(**content)
                text = self.draft[identity]
                assert self.writer.add(text.document(identity)) == len(text.texts)

    @precondition(lambda self: self.draft is not None)
    @rule(identity=st.sampled_from(IDS))
    def refuse(self, identity):
        """A document that cannot be kept changes nothing."""
        with pytest.raises(DocumentError):
            self.writer.add(Document(identity, text="Đảng ủy", metadata={"Năm": object()}))

    @precondition(lambda self: self.draft is not None)
    @rule()
    def commit(self):
        """Make the changes count."""
        self.writer.commit()
        self.committed, self.commit_number = self.draft, self.commit_number + 1
        self.draft = None
        self.check()

    @precondition(lambda self: self.draft is not None)
    @rule()
    def roll_back(self):
        """Take the changes back."""
        self.writer.rollback()
        self.draft = None
        self.check()

    @precondition(lambda self: self.draft is not None)
    @rule()
    def fail(self):
        """An exception that passes through takes the changes back."""
        with pytest.raises(FailedError), self.writer:
            raise FailedError
        self.draft = None
        self.check()

    @precondition(lambda self: self.draft is not None)
    @rule(place=st.sampled_from(["commit.write_contents", "commit.segments_to_merge", "builder.write_documents"]))
    def fail_to_commit(self, place):
        """So does one that comes up while a commit is made; what is not needed for it does no harm."""
        try:
            with patch(f"timviet.index.{place}", side_effect=FailedError):
                self.writer.commit()
        except FailedError:
            self.draft = None
            self.check()
        else:
            self.committed, self.commit_number = self.draft, self.commit_number + 1
            self.draft = None
            self.check()

    @precondition(lambda self: self.draft is not None)
    @rule()
    def be_refused(self):
        """Another writer, of another process, too, has to wait until this one has ended."""
        for index in (self.index, open_index(self.folder / "chỉ mục") if self.folder else self.index):
            with pytest.raises(IndexLockedError):
                index.writer(timeout=0)

    @precondition(lambda self: self.draft is None)
    @rule(several=st.lists(contents, min_size=3, max_size=6))
    def commit_often(self, several):
        """Make a commit of each change, so that segments are merged."""
        for identity, content in zip(itertools.cycle(IDS), several, strict=False):
            self.begin(size=10**6)
            self.change([(identity, content)])
            self.writer.commit()
            self.committed, self.draft = self.draft, None
            self.commit_number += 1
        self.check()

    @precondition(lambda self: self.draft is None and self.folder)
    @rule(changed=st.dictionaries(st.sampled_from(["x.txt", "sâu/y.md"]), st.none() | lines))
    def sync(self, changed):
        """Bring the index up to date with files; other documents stay."""
        folder = self.folder / "kho"
        folder.mkdir(exist_ok=True)
        for name, content in changed.items():
            path, identity = folder / name, f"kho/{name}"
            path.unlink(missing_ok=True)
            self.gone += [self.files.pop(identity).own] if identity in self.files else []
            if content is not None:
                self.files[identity] = self.text(content)
                path.parent.mkdir(exist_ok=True)
                path.write_text("\n".join(self.files[identity].texts))
                os.utime(path, ns=(0, next(self.clock)))
        before = self.committed
        others = {identity: text for identity, text in before.items() if not identity.startswith("kho/")}
        summary = sync(self.index, [folder], prune=True)
        self.committed = others | self.files
        changed_count = sum(text != before.get(identity) for identity, text in self.files.items())
        assert summary.documents == changed_count
        assert summary.removed == len(before.keys() - self.committed.keys())
        self.commit_number += bool(summary.documents or summary.removed)
        self.check()

    @precondition(lambda self: self.draft is None and self.folder)
    @rule()
    def reopen(self):
        """Close the index, and open it again."""
        self.index.close()
        self.index = open_index(self.folder / "chỉ mục")
        self.check()

    # What readers do

    @rule(target=readers)
    def open_searcher(self):
        """A searcher sees the last commit."""
        return self.checked(Reader(Searcher(self.index), self.commit_number, self.committed))

    @rule(target=readers, reader=consumes(readers))
    def search_again(self, reader):
        """A searcher sees what it saw, whatever was committed meanwhile."""
        return self.checked(reader)

    @rule(target=readers, reader=consumes(readers))
    def refresh(self, reader):
        """A searcher that is refreshed sees the last commit."""
        assert reader.searcher.refresh() == (reader.commit != self.commit_number)
        assert not reader.searcher.refresh()
        return self.checked(Reader(reader.searcher, self.commit_number, self.committed))

    @rule(reader=consumes(readers))
    def close_searcher(self, reader):
        """A searcher that is closed leaves the index and other searchers alone."""
        reader.searcher.close()
        self.check()

    # What has to hold

    def text(self, texts, title=None, year=None):
        """The next text: its own word comes first."""
        own = f"riêng{next(self.clock)}"
        return Text(own, (f"{own} {texts[0]}".strip(), *texts[1:]), title, year)

    def check(self):
        """The index holds what was committed, is whole, and a new searcher finds it; so does one that is refreshed."""
        assert {document.id: (document.title, document.metadata) for document in self.index.documents()} == {
            identity: (text.title, {} if text.year is None else {"Năm": text.year})
            for identity, text in self.committed.items()
        }
        assert self.index.document_count == len(self.committed)
        assert self.index.paragraph_count == sum(len(text.texts) for text in self.committed.values())
        assert [identity in self.index for identity in IDS] == [identity in self.committed for identity in IDS]
        assert verify(self.index).problems == ()
        self.standing.refresh()
        with Searcher(self.index) as new:
            some = next(iter(self.committed), None)
            assert answers(self.standing, some) == answers(new, some)
            self.checked(Reader(new, self.commit_number, self.committed))

    def checked(self, reader):
        """The reader, which finds all that it ought to, and nothing else."""
        searcher, _, held = reader
        for identity in held.keys() - BASE[6:]:
            text = held[identity]
            hits = searcher.search(text.own, match="all", marks="strict")
            assert [(hit.document_id, hit.text, hit.title) for hit in hits] == [(identity, text.texts[0], text.title)]
        words = {text.own for text in held.values()}
        for own in set(self.gone[-5:]) - words:
            assert searcher.search(own, match="all", marks="strict").total == 0
        for word in WORDS[:3]:
            having = sum(word in own.split() for text in held.values() for own in text.texts)
            found_as_typed = searcher.search(word, match="all", marks="strict")
            assert (0 if found_as_typed.relaxed else found_as_typed.total) == having
        for title in TITLES:
            expected = sorted(identity for identity, text in held.items() if text.title == title)
            assert sorted(hit.document_id for hit in searcher.lookup(title) if hit.kind == "exact") == expected
        for year in {text.year for text in held.values()} - {None}:
            expected = sorted(identity for identity, text in held.items() if text.year == year)
            assert sorted(set(found(searcher, "-zzz", filters={"Năm": year}))) == expected
        return reader


def answers(searcher, identity):
    """What a searcher answers to some of each kind of question, also about a document, if there is one."""
    results = [searcher.search(query, limit=50) for query in QUERIES]
    results.append(searcher.search("an", sort="title", group_by_document=True))
    if identity is not None:
        results.append(searcher.similar(identity))
    try:
        years = searcher.search("an", facets=["Năm"], sort="-nam", filters={"Năm": (2023, None)}).facets
    except UnknownKeyError as error:
        years = error.keys
    return (
        [(own.total, own.hits, own.relaxed, [hit.snippet for hit in own]) for own in results],
        years,
        searcher.suggest("dang u"),
        searcher.correct("ddarng uyr"),
        searcher.lookup("quyet", ["title", "path"]),
        identity and searcher.explain("dang uy", identity),
    )


IndexMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
TestIndex = IndexMachine.TestCase
