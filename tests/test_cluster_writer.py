"""Writing to an index on a cluster: what a commit shows, what a rollback leaves, and that one writes at a time."""

import json
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timviet.index import ClusterOptions, Document, Source, open_index, sync
from timviet.index.errors import ClusterError, DocumentError, IndexLockedError, IndexNotFoundError
from timviet.index.opensearch import lease as leases
from timviet.index.opensearch import writer as writers


@pytest.fixture
def index(location):
    """A new index on a cluster, of two shards without copies."""
    with open_index(location, create=True, cluster=ClusterOptions(shards=2, replicas=0, retries=4)) as index:
        yield index


def texts(index):
    """The texts of the paragraphs of each document, by its id."""
    return {own.stored["id"]: [text for _, _, text, _, _ in own.paragraphs] for own in index.prepared_documents()}


def settle(index):
    """Make visible what was sent, as the cluster may do by itself."""
    index.connection.client.indices.refresh(index=index.connection.name)


def test_a_commit(index):
    """What was added is there after the commit and not before, and the commit has a number, a time and an id."""
    before = index.generation, index.last_commit().commit_id
    with index.writer() as writer:
        assert writer.add(Document(id="1", text="Đảng ủy xã\nHọp lúc 7 giờ")) == 2
        assert writer.commit_id == before[1]
        assert (index.document_count, index.paragraph_count, "1" in index) == (0, 0, False)
    assert (index.document_count, index.paragraph_count, "1" in index) == (1, 2, True)
    assert index.generation == before[0] + 1 == 1
    assert index.last_commit().commit_id == writer.commit_id != before[1]
    assert abs(index.committed.timestamp() - time.time()) < 60


def test_replacing_by_fewer_paragraphs(index):
    """Of a document that has got shorter nothing is left, be it replaced in a later commit or in the same one."""
    with index.writer() as writer:
        writer.add(Document(id="1", text="một\nhai\nba"))
        writer.add(Document(id="2", text="một\nhai\nba"))
        writer.add(Document(id="2", text="bốn"))
    assert texts(index) == {"1": ["một", "hai", "ba"], "2": ["bốn"]}
    with index.writer() as writer:
        writer.add(Document(id="1", text="năm"))
    assert texts(index) == {"1": ["năm"], "2": ["bốn"]}


def test_removing(index):
    """A removed document is gone, be it committed, of this writer, or not there; and it may come back."""
    with index.writer() as writer:
        writer.add(Document(id="1", text="một"))
        writer.add(Document(id="2", text="hai"))
        writer.remove("2")
        writer.remove("không có")
    assert texts(index) == {"1": ["một"]}
    with index.writer() as writer:
        writer.remove("1")
        writer.add(Document(id="2", text="ba"))
    assert texts(index) == {"2": ["ba"]}
    with index.writer() as writer:
        writer.remove("2")
        writer.add(Document(id="2", text="bốn"))
    assert texts(index) == {"2": ["bốn"]}


CHANGES = st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4)), max_size=5), max_size=4)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commits=CHANGES)
def test_any_changes(index, commits):
    """After any changes, the index has what was written last, as one here has."""
    expected = {}
    with index.writer() as writer:
        for identity in "abc":
            writer.remove(identity)
    for number, changes in enumerate(commits):
        with index.writer() as writer:
            for identity, count in changes:
                if count:
                    paragraphs = [f"đoạn {number} {place} của {count}" for place in range(count)]
                    writer.add(Document(id=identity, paragraphs=paragraphs))
                    expected[identity] = paragraphs
                else:
                    writer.remove(identity)
                    expected.pop(identity, None)
        assert texts(index) == expected


def test_many_in_small_chunks(index, monkeypatch):
    """All paragraphs of many documents arrive, some of which are replaced while they are under way."""
    monkeypatch.setattr(writers, "_LEAST_CHUNK", 1 << 10)
    monkeypatch.setattr(writers, "_LARGEST_CHUNK", 1 << 10)
    with index.writer(jobs=4) as writer:
        for turn in range(3):
            for number in range(200):
                writer.add(Document(id=str(number), text="\n".join(f"{turn} {place}" for place in range(4 - turn))))
    assert texts(index) == {str(number): ["2 0", "2 1"] for number in range(200)}


def test_rolling_back(index):
    """What was added and rolled back is not seen, and the next writer starts from the commit before."""
    with index.writer() as writer:
        writer.add(Document(id="1", text="một"))
    with pytest.raises(KeyError), index.writer() as writer:
        writer.add(Document(id="2", text="hai"))
        raise KeyError
    assert writer.is_ended
    assert texts(index) == {"1": ["một"]}
    with index.writer(timeout=0) as again:
        assert again.commit_id == index.last_commit().commit_id
    writer.rollback()
    with pytest.raises(ValueError, match="has ended"):
        writer.add(Document(id="3", text="ba"))


def test_what_was_sent_and_not_committed_is_read_again(index, monkeypatch, tmp_path):
    """A file of which a writer sent a part, and that writer did not commit, is read again by the next run."""
    file = tmp_path / "tin.txt"
    file.write_text("một\nhai\nba", "utf-8")
    sync(index, [tmp_path])
    (known,) = index.documents()
    monkeypatch.setattr(writers, "_LEAST_CHUNK", 1)
    monkeypatch.setattr(writers, "_LARGEST_CHUNK", 1)
    writer = index.writer()
    status = file.stat()
    writer.add(Document(id=known.id, text="nửa chừng"), Source(known.source.path, status.st_size, status.st_mtime_ns))
    writer.rollback()
    monkeypatch.undo()
    settle(index)
    assert texts(index)[known.id] == ["nửa chừng", "hai", "ba"]
    summary = sync(index, [tmp_path])
    assert (summary.changed, summary.unchanged) == (1, 0)
    assert texts(index) == {known.id: ["một", "hai", "ba"]}
    assert sync(index, [tmp_path]).unchanged == 1


def test_leftovers_of_a_writer_that_did_not_commit(index, monkeypatch):
    """Who writes a document has it whole, whatever more of it a writer sent that did not commit."""
    monkeypatch.setattr(writers, "_LEAST_CHUNK", 1)
    monkeypatch.setattr(writers, "_LARGEST_CHUNK", 1)
    writer = index.writer()
    writer.add(Document(id="1", text="một\nhai\nba"))
    writer.rollback()
    with index.writer() as writer:
        writer.add(Document(id="1", text="bốn"))
    assert texts(index) == {"1": ["bốn"]}
    with index.writer() as writer:
        assert writer._lease.unfinished == []


def test_one_writer_at_a_time(index, location):
    """Another writer waits, and then says who is at work; when that has ended, it is its turn."""
    with open_index(location) as other, index.writer() as writer:
        with pytest.raises(IndexLockedError, match=r"another writer is at work on it \(process \d+ on ") as caught:
            other.writer(timeout=0.3)
        assert (caught.value.waited, caught.value.location) == (0.3, index.location)
        assert caught.value.holder.process > 0
        threading.Timer(0.3, writer.commit).start()
        with other.writer(timeout=10):
            pass


def test_a_writer_that_died(index, monkeypatch):
    """A lease that is not renewed may be taken over, and who has lost it commits nothing more."""
    monkeypatch.setattr(leases, "_SECONDS", 0.5)
    monkeypatch.setattr(leases, "_RENEWED_AFTER", 1_000)
    dead = index.writer()
    dead.add(Document(id="1", text="một"))
    with index.writer(timeout=5) as writer:
        writer.add(Document(id="2", text="hai"))
    with pytest.raises(ClusterError, match="another one may be at work"):
        dead.commit()
    assert "2" in index


def test_a_lease_is_renewed(index, location, monkeypatch):
    """A writer that is at work for longer than a lease holds is not taken over."""
    monkeypatch.setattr(leases, "_SECONDS", 0.6)
    monkeypatch.setattr(leases, "_RENEWED_AFTER", 0.1)
    with open_index(location) as other, index.writer() as writer:
        writer.add(Document(id="1", text="một"))
        with pytest.raises(IndexLockedError):
            other.writer(timeout=1.5)
    assert "1" in index


def test_the_index_is_gone(index):
    """A writer whose index was deleted says so, and the cluster makes no other one of its name."""
    client, name = index.connection.client, index.connection.name
    with pytest.raises((IndexNotFoundError, ClusterError), match="index"), index.writer() as writer:
        client.indices.delete(index=f"{name}-*")
        writer.add(Document(id="1", text="một"))
    assert not client.indices.exists(index=name)
    with pytest.raises(IndexNotFoundError):
        index.writer()
    with pytest.raises(IndexNotFoundError):
        _ = index.generation
    assert not client.indices.exists(index=name)


def test_a_long_id(index):
    """A document whose id is too long for a term is refused, and the writer goes on."""
    with index.writer() as writer:
        with pytest.raises(DocumentError, match="an id has 32,766 bytes at most"):
            writer.add(Document(id="ỷ" * 11_000, text="một"))
        writer.add(Document(id="ỷ" * 10_000, text="hai", metadata={"k": "ỷ" * 40_000, "s": "𝒶 " * 40_000}))
    assert index.document_count == 1
    assert "ỷ" * 10_000 in index


def test_a_full_disk(index):
    """Where the cluster takes nothing because a disk is full, that is told; what was committed is still there."""
    with index.writer() as writer:
        writer.add(Document(id="1", text="một"))
    block(index, "read_only_allow_delete")
    try:
        with pytest.raises(ClusterError, match=r"a disk is nearly full.*make room on its disks") as caught:
            index.writer()
        assert (caught.value.operation, caught.value.status) == ("write to", 429)
    finally:
        unblock(index, "read_only_allow_delete")
    assert texts(index) == {"1": ["một"]}


def test_a_full_disk_on_the_way(index):
    """A writer tries again what was refused, and gives up with an error; where there is room meanwhile, it goes on."""
    writer = index.writer()
    writer.add(Document(id="1", text="một"))
    block(index, "read_only_allow_delete")
    lift = threading.Timer(0.15, unblock, [index, "read_only_allow_delete"])
    lift.start()
    writer._sender.flush()
    lift.join()
    writer.commit()
    assert texts(index) == {"1": ["một"]}
    writer = index.writer()
    writer.add(Document(id="2", text="hai"))
    block(index, "read_only_allow_delete")
    try:
        with pytest.raises(ClusterError, match="disk is nearly full"):
            writer.commit()
    finally:
        unblock(index, "read_only_allow_delete")
    assert texts(index) == {"1": ["một"]}


def test_a_block(index):
    """Where writing was forbidden, that is told at once."""
    block(index, "write")
    try:
        with pytest.raises(ClusterError, match=r"lets nothing be written.*lift the block"):
            index.writer()
    finally:
        unblock(index, "write")


def test_an_item_that_is_refused(index):
    """A paragraph that the cluster does not take ends the writer with an error that says why."""
    index.connection.client.indices.put_settings(
        index=index.connection.name, body={"index.mapping.total_fields.limit": 30}
    )
    with pytest.raises(ClusterError, match="Limit of total fields"), index.writer() as writer:
        writer.add(Document(id="1", text="một", metadata={f"k{number}": number for number in range(40)}))
    assert index.document_count == 0


def block(index, kind):
    index.connection.client.indices.put_settings(index=index.connection.name, body={f"index.blocks.{kind}": True})


def unblock(index, kind):
    index.connection.client.indices.put_settings(index=index.connection.name, body={f"index.blocks.{kind}": None})


def test_records(index, tmp_path):
    """What folders remember beside the documents is there at once, also for others, and another one takes its place."""
    assert index.load_record("skipped.json", 100) is None
    index.save_record("skipped.json", b'{"a": "\\u0111"}')
    index.save_record("skipped.json", b'{"b": 1}')
    assert index.load_record("skipped.json", 100) == b'{"b": 1}'
    assert index.load_record("skipped.json", 3) == b'{"b'
    (tmp_path / "hỏng.docx").write_bytes(b"no zip")
    assert [error.path.name for error in sync(index, [tmp_path]).errors] == ["hỏng.docx"]
    assert json.loads(index.load_record("skipped.json", 1 << 20))["files"][0]["source"]["path"].endswith("hỏng.docx")


def test_files_keep_whole_names(index, tmp_path, monkeypatch):
    """An index on a cluster knows files by their whole names, from whichever folder they are indexed."""
    (tmp_path / "kho").mkdir()
    (tmp_path / "kho" / "tin.txt").write_text("Đảng ủy", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert sync(index, [Path("kho")]).new == 1
    monkeypatch.chdir(tmp_path / "kho")
    assert sync(index, [Path("tin.txt")]).unchanged == 1
    assert list(index.ids()) == [str(tmp_path / "kho" / "tin.txt")]
