"""Copying an index between a folder and a cluster, in any direction."""

import threading

import pytest

from timviet.index import ClusterOptions, Document, copy, open_index, skipped_files, sync
from timviet.index.errors import IndexLockedError, IndexVersionError, NotAnIndexError
from timviet.index.opensearch import creating, layout, replacing
from timviet.index.opensearch.lease import Lease

DOCUMENTS = [
    Document(id="1", title="Quyết định", path="qd/1.txt", text="Đảng ủy xã\n\nHọp lúc 7 giờ", metadata={"Năm": 2024}),
    Document(id="2", text=""),
    Document(id="ba", paragraphs=[f"đoạn {number}" for number in range(2_500)], metadata={"loại": ["a", "b"]}),
]


def fill(index, documents=DOCUMENTS):
    with index.writer() as writer:
        for document in documents:
            writer.add(document)


def held(location):
    """What an index keeps of all documents, in any order."""
    with open_index(location) as index:
        return sorted(index.prepared_documents(), key=lambda own: own.stored["id"])


def concrete(index):
    return list(index.connection.client.indices.get_alias(name=index.connection.name))


@pytest.fixture
def folder(tmp_path):
    """A folder with an index of some documents."""
    with open_index(tmp_path / "kho", create=True) as index:
        fill(index)
    return tmp_path / "kho"


def test_to_a_cluster_and_back(folder, location, tmp_path):
    """What is copied to a cluster, from there to another name, and from there to a folder is what it was."""
    told = []
    copied = copy(folder, location, progress=lambda done, total: told.append((done, total)))
    assert (copied.location, copied.documents, copied.paragraphs) == (location, 3, 2503)
    assert told[-1] == (2503, 2503)
    copy(location, f"{location}-b")
    copy(f"{location}-b", tmp_path / "về")
    assert held(location) == held(f"{location}-b") == held(tmp_path / "về") == held(folder)


def test_between_folders(folder, tmp_path):
    """An index is copied into a new folder, and into none that has one or something else."""
    copy(folder, tmp_path / "bản sao")
    assert held(tmp_path / "bản sao") == held(folder)
    with pytest.raises(NotAnIndexError, match="there is an index"):
        copy(folder, tmp_path / "bản sao")
    (tmp_path / "khác").mkdir()
    (tmp_path / "khác" / "tin.txt").touch()
    with pytest.raises(NotAnIndexError, match="something else is there"):
        copy(folder, tmp_path / "khác")


def test_replacing_at_once(folder, location):
    """An index that is replaced is searched as before until the copy is whole; then nothing is left of it."""
    with open_index(location, create=True) as index:
        fill(index, [Document(id="cũ", text="một")])
        before, seen = concrete(index), []
        copy(folder, location, progress=lambda *_: seen.append(("cũ" in index, index.document_count, index.generation)))
        assert set(seen) == {(True, 1, 1)}
        assert ("cũ" in index, index.document_count, index.generation) == (False, 3, 2)
        assert concrete(index) != before
        assert not index.connection.client.indices.exists(index=before[0])
        fill(index, [Document(id="mới", text="hai")])
        assert (index.document_count, index.generation) == (4, 3)


def test_onto_itself(location):
    """An index is laid out anew by being copied to where it is; what is not said stays."""
    with open_index(location, create=True, cluster=ClusterOptions(shards=2, replicas=1)) as index:
        fill(index)
    before = held(location)
    copy(location, location, cluster=ClusterOptions(shards=3))
    assert held(location) == before
    with open_index(location) as index:
        (own,) = index.connection.client.indices.get_settings(index=index.connection.name).values()
    assert (own["settings"]["index"]["number_of_shards"], own["settings"]["index"]["number_of_replicas"]) == ("3", "1")


def test_built_by_other_rules(location, monkeypatch):
    """An index of another version's rules is not opened, and is built anew by being copied to where it is."""
    monkeypatch.setattr(layout, "rules_fingerprint", lambda: "khác")
    with pytest.raises(IndexVersionError, match="timviet copy"):
        open_index(location, create=True)
    monkeypatch.undo()
    with pytest.raises(IndexVersionError, match=f"rules khác.*timviet copy {location} {location}"):
        open_index(location)
    copy(location, location)
    with open_index(location) as index:
        assert index.document_count == 0


def test_a_copy_that_fails(folder, location):
    """An index that is not replaced after all stays as it was, and may be written to and replaced again."""
    with open_index(location, create=True) as index:
        fill(index, [Document(id="cũ", text="một")])
        before = concrete(index)

        def fail(_done, _total):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            copy(folder, location, progress=fail)
        assert (concrete(index), list(index.ids())) == (before, ["cũ"])
        assert list(index.connection.client.indices.get(index=f"{index.connection.name}*")) == before
        fill(index, [Document(id="mới", text="hai")])
    copy(folder, location)
    assert held(location) == held(folder)


def test_a_copy_that_is_interrupted_at_its_end(folder, location, monkeypatch):
    """A copy that is interrupted when it has taken the index's place, though it does not know, is there."""

    def interrupted(*own):
        creating.swing(*own)
        raise KeyboardInterrupt

    with open_index(location, create=True) as index:
        fill(index, [Document(id="cũ", text="một")])
    monkeypatch.setattr(replacing, "swing", interrupted)
    with pytest.raises(KeyboardInterrupt):
        copy(folder, location)
    assert held(location) == held(folder)


def test_what_a_copy_left_that_was_killed(folder, location):
    """What a copy left behind that was killed is in nobody's way."""
    with open_index(location, create=True) as index:
        client, name = index.connection.client, index.connection.name
        client.indices.create(index=f"{name}-00000002", body=layout.index_body("", 1, 0))
    copy(folder, location)
    assert held(location) == held(folder)


def test_nobody_else_writes_meanwhile(folder, location):
    """While an index is replaced nobody else writes to it, and it waits for who does."""
    with open_index(location, create=True) as index, open_index(location) as other:
        errors = []

        def write(_done, _total):
            with pytest.raises(IndexLockedError) as caught:
                other.writer(timeout=0)
            errors.append(caught.value)

        lease = Lease(index.connection, 0)
        threading.Timer(0.5, lease.give_back, [True]).start()
        copy(folder, location, progress=write)
        assert errors


def test_files_are_known_by_the_copy(location, tmp_path):
    """A copy on a cluster knows the files that were indexed, and those that could not be: none is read again."""
    (tmp_path / "tin.txt").write_text("Đảng ủy xã", "utf-8")
    (tmp_path / "hỏng.docx").write_bytes(b"no zip")
    with open_index(tmp_path / ".timviet", create=True) as index:
        sync(index, [tmp_path])
        expected = list(map(str, skipped_files(index)))
    copy(tmp_path / ".timviet", location)
    with open_index(location) as index:
        assert list(map(str, skipped_files(index))) == expected != []
        summary = sync(index, [tmp_path])
        assert (summary.unchanged, summary.new, list(index.ids())) == (1, 0, ["tin.txt"])
