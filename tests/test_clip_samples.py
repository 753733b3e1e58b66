"""A clip that claims more samples than its bytes is refused before a table of them is made."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest
from video_clips import make_clip

from rainapp.base.errors import UnreadableFile
from rainapp.media import open_source
from rainapp.media.clip.container.fragment_samples import check_samples

OPEN = """
import resource, sys
from pathlib import Path
from rainapp.base.errors import RainError
from rainapp.media import open_source
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    open_source(Path(sys.argv[1]))
except RainError as error:
    print(error.message)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.fixture
def fragmented(tmp_path: Path) -> Path:
    """A whole clip of fragments."""
    whole = make_clip(tmp_path / "whole.mp4", times=range(12))
    path = tmp_path / "fragments.mp4"
    import av

    with av.open(str(whole)) as source, av.open(str(path), "w", options={"movflags": "frag_every_frame+empty_moov"}) as sink:
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    assert path.read_bytes().count(b"trun") >= 12
    return path


def claiming(path: Path, count: int, runs: int = 1) -> Path:
    """The clip with runs in the place of that of its first fragment, which say nothing of their samples but their number."""
    data = bytearray(path.read_bytes())
    at = data.index(b"trun") - 4
    size = struct.unpack_from(">I", data, at)[0]
    made = struct.pack(">I4sII", 16, b"trun", 0, count) * runs
    data[at : at + size] = made
    for kind in (b"moof", b"traf"):
        place = data.index(kind) - 4
        struct.pack_into(">I", data, place, struct.unpack_from(">I", data, place)[0] + len(made) - size)
    other = path.with_name("claims.mp4")
    other.write_bytes(data)
    return other


@pytest.mark.parametrize(("count", "runs"), [(50_000_000, 1), (1_000_000, 100), (20_000, 100_000)])
def test_a_clip_that_claims_more_samples_than_bytes_costs_no_memory(fragmented: Path, count: int, runs: int) -> None:
    path = claiming(fragmented, count, runs)
    done = subprocess.run([sys.executable, "-c", OPEN, str(path)], capture_output=True, text=True, timeout=300, check=True)
    words, grown_mb = done.stdout.splitlines()
    assert words == "claims.mp4 is damaged or not a clip."
    assert int(grown_mb) < 400


def test_boxes_that_hide_runs_are_looked_into(fragmented: Path, tmp_path: Path) -> None:
    run = struct.pack(">I4sII", 16, b"trun", 0, 50_000_000)
    for kind in (b"moov", b"udta"):
        (tmp_path / "hidden.mp4").write_bytes(fragmented.read_bytes() + struct.pack(">I4s", 8 + len(run), kind) + run)
        with pytest.raises(ValueError, match="samples"):
            check_samples(tmp_path / "hidden.mp4")
    padding = bytes((1 << 20) - 20)  # so that the run lies over the end of a block that is read at a time
    (tmp_path / "hidden.mp4").write_bytes(struct.pack(">I4s", 8 + len(padding) + 16, b"moov") + padding + run)
    with pytest.raises(ValueError, match="samples"):
        check_samples(tmp_path / "hidden.mp4")


def test_a_sparse_file_may_not_claim_as_many_samples_as_bytes(fragmented: Path) -> None:
    path = claiming(fragmented, 50_000_000)
    with path.open("r+b") as file:
        file.truncate(1 << 33)
    with pytest.raises(UnreadableFile, match="damaged"):
        open_source(path)


def test_honest_clips_are_opened(fragmented: Path, tmp_path: Path) -> None:
    for path in (fragmented, tmp_path / "whole.mp4", make_clip(tmp_path / "other.mkv", times=range(3))):
        check_samples(path)
        with open_source(path) as source:
            assert sum(1 for _ in source) >= 3
