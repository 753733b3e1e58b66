"""What a photo file holds beside its picture stays and is still right, or is left out in words and no longer claimed."""

import io
import re
import struct
import time
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from box_files import with_auxiliary
from photo_files import full_jpeg, jpeg_bytes, jpeg_with, picture, read, rewrite
from PIL import Image as Pillow

from rainapp.base.errors import UnwritableFile
from rainapp.jobs.records import Output
from rainapp.media.metadata import xmp_claims
from rainapp.media.metadata.companions import CLIP_KEPT, CLIP_LOST, DEPTH_LOST, FURTHER_LOST, GAIN_LOST
from rainapp.media.metadata.metadata import EXTENSION
from rainapp.media.photo.photo_file import PhotoSource

XAP = b"http://ns.adobe.com/xap/1.0/\0"
RDF = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PHOTOS = b"http://ns.google.com/photos/1.0/"
CLIP = (
    struct.pack(">I", 24) + b"ftypmp42\0\0\0\0mp42isom" + struct.pack(">I", 1200) + b"mdat" + bytes(range(256)) * 4 + bytes(168)
)
NOTE = {"Model": "quick", "Strength": "1", "Version": "1.0"}


def packet(attributes: bytes, inside: bytes = b"") -> bytes:
    """An XMP packet with a title of the person's own beside what a test puts in."""
    return (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="' + RDF + b'">'
        b'<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" ' + attributes + b">" + inside
        + b"<photoshop:Headline>Rain</photoshop:Headline></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>"
    )  # fmt: skip


def directory(*items: bytes) -> bytes:
    listed = b"".join(b'<rdf:li rdf:parseType="Resource"><Container:Item ' + item + b"/></rdf:li>" for item in items)
    return b"<Container:Directory><rdf:Seq>" + listed + b"</rdf:Seq></Container:Directory>"


CONTAINER = b'xmlns:Container="' + PHOTOS + b'container/" xmlns:Item="' + PHOTOS + b'container/item/"'
PRIMARY = b'Item:Mime="image/jpeg" Item:Semantic="Primary" Item:Length="0" Item:Padding="12"'


def clip_item(length: int) -> bytes:
    return b'Item:Mime="video/mp4" Item:Semantic="MotionPhoto" Item:Length="%d" Item:Padding="0"' % length


GAIN_ITEM = b'Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="2587"'


def google(prefix: bytes = b"GCamera", length: int = len(CLIP)) -> bytes:
    names = b"%s:MotionPhoto='1' %s:MotionPhotoVersion='1' %s:MotionPhotoPresentationTimestampUs='200000'" % ((prefix,) * 3)
    declared = b"xmlns:" + prefix + b'="' + PHOTOS + b'camera/" ' + CONTAINER + b" " + names
    return packet(declared, directory(PRIMARY, clip_item(length)))


def micro_video() -> bytes:
    """The older form, as elements instead of attributes."""
    inside = b"<GCamera:MicroVideo>1</GCamera:MicroVideo><GCamera:MicroVideoOffset>%d</GCamera:MicroVideoOffset>" % len(CLIP)
    return packet(b'xmlns:GCamera="' + PHOTOS + b'camera/"', inside)


def samsung_trailer(*more: tuple[int, bytes, bytes]) -> bytes:
    """Blocks, and a directory of them that counts backwards from its own head."""

    def block(kind: int, name: bytes, body: bytes) -> bytes:
        return struct.pack("<HHI", 0, kind, len(name)) + name + body

    blocks = [(0x0A30, block(0x0A30, b"MotionPhoto_Data", CLIP)), (0x0A01, block(0x0A01, b"Image_UTC_Data", b"1700000000000"))]
    blocks += [(kind, block(kind, name, body)) for kind, name, body in more]
    whole = b"".join(body for _, body in blocks)
    entries, at = b"", 0
    for kind, body in blocks:
        entries += struct.pack("<HHII", 0, kind, len(whole) - at, len(body))
        at += len(body)
    head = b"SEFH" + struct.pack("<II", 107, len(blocks)) + entries
    return whole + head + struct.pack("<I", len(head)) + b"SEFT"


def jpeg_of(xmp: bytes, *more: tuple[int, bytes]) -> bytes:
    return jpeg_with(jpeg_bytes(picture()), (0xE1, XAP + xmp), *more)


def xmp_of(path: Path) -> bytes:
    return PhotoSource(path).header.meta.xmp or b""


def is_free_of_claims(xmp: bytes) -> bool:
    words = rb"MotionPhoto|MicroVideo|GainMap|hdrgm|hdr-gain-map|GDepth|GImage|depthmap|Container|HasExtendedXMP|photos/"
    assert b"Headline>Rain<" in xmp  # what the person wrote is still there
    return re.search(words, xmp) is None


MOTION = {
    "google": jpeg_of(google()) + CLIP,
    "google, other prefix": jpeg_of(google(b"Camera")) + CLIP,
    "micro video": jpeg_of(micro_video()) + CLIP,
    "samsung": jpeg_of(google(length=len(samsung_trailer()))) + samsung_trailer(),
    "samsung without a packet": jpeg_bytes(picture()) + samsung_trailer(),
    "a length that is wrong": jpeg_of(google(length=77)) + CLIP,
    "no packet": jpeg_bytes(picture()) + CLIP,
}


@pytest.mark.parametrize("maker", list(MOTION))
def test_the_clip_of_a_motion_photo_stays_at_the_end(tmp_path: Path, maker: str) -> None:
    (tmp_path / "rain.jpg").write_bytes(MOTION[maker])
    assert CLIP_KEPT in rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg", note=NOTE)
    result = (tmp_path / "dry.jpg").read_bytes()
    tail = samsung_trailer() if maker.startswith("samsung") else CLIP
    assert result.endswith(b"\xff\xd9" + tail)
    xmp = xmp_of(tmp_path / "dry.jpg")
    lengths = [
        int(number)
        for number in re.findall(rb'Semantic="MotionPhoto" Item:Length="(\d+)"|Offset>(\d+)<', xmp)
        for number in number
        if number
    ]
    if lengths and "wrong" not in maker:
        assert lengths == [len(tail)]
    assert b'Item:Padding="12"' not in xmp  # nothing lies between the picture and the clip now


@pytest.mark.parametrize("target", [".png", ".webp", ".tif", ".heic", ".avif"])
@pytest.mark.parametrize("maker", list(MOTION))
def test_a_clip_that_another_format_does_not_keep_is_told_and_not_claimed(tmp_path: Path, maker: str, target: str) -> None:
    (tmp_path / "rain.jpg").write_bytes(MOTION[maker])
    assert CLIP_LOST in rewrite(tmp_path / "rain.jpg", tmp_path / f"dry{target}")
    assert CLIP not in (tmp_path / f"dry{target}").read_bytes()
    assert "packet" in maker or is_free_of_claims(xmp_of(tmp_path / f"dry{target}"))


@pytest.mark.parametrize("metadata", ["strip", "no-location"])
def test_a_clip_goes_with_the_metadata_since_it_may_tell_a_place(tmp_path: Path, metadata: str) -> None:
    (tmp_path / "rain.jpg").write_bytes(MOTION["google"])
    notes = rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg", Output(metadata=metadata))  # type: ignore[arg-type]
    assert CLIP_LOST in notes
    result = (tmp_path / "dry.jpg").read_bytes()
    assert CLIP not in result
    assert metadata == "strip" or is_free_of_claims(xmp_of(tmp_path / "dry.jpg"))


def test_a_claim_of_a_clip_that_is_not_there_goes(tmp_path: Path) -> None:
    (tmp_path / "rain.jpg").write_bytes(jpeg_of(google()))
    rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg")
    assert is_free_of_claims(xmp_of(tmp_path / "dry.jpg"))


def heic(xmp: bytes | None = None) -> bytes:
    held = io.BytesIO()
    pillow_heif.encode("RGB", (51, 37), picture().tobytes(), held, quality=90, xmp=xmp)
    return held.getvalue()


@pytest.mark.parametrize("target", [".heic", ".jpg"])
def test_the_clip_box_of_a_heic_stays_or_is_told(tmp_path: Path, target: str) -> None:
    box = struct.pack(">I", 8 + len(CLIP)) + b"mpvd" + CLIP
    (tmp_path / "rain.heic").write_bytes(heic(google()) + box)
    notes = rewrite(tmp_path / "rain.heic", tmp_path / f"dry{target}")
    result = (tmp_path / f"dry{target}").read_bytes()
    assert (CLIP_KEPT in notes) == result.endswith(box) == (target == ".heic")
    assert (CLIP_LOST in notes) == (target == ".jpg") == is_free_of_claims(xmp_of(tmp_path / f"dry{target}"))
    assert read(tmp_path / f"dry{target}")[0].width == 51


def gain_map_jpeg(*, element: bool = False, clip: bool = False) -> bytes:
    """Ultra HDR: the picture, a directory of pictures, and a gain map behind it; with a clip behind that if asked."""
    hdrgm = b'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"'
    version = b"<hdrgm:Version>1.0</hdrgm:Version>" if element else b""
    declared = hdrgm + (b"" if element else b' hdrgm:Version="1.0"') + b" " + CONTAINER
    if clip:
        declared += b' xmlns:GCamera="' + PHOTOS + b'camera/" GCamera:MotionPhoto="1"'
    items = [PRIMARY, GAIN_ITEM, *([clip_item(len(CLIP))] if clip else [])]
    xmp = packet(declared, version + directory(*items))
    second = jpeg_with(jpeg_bytes(picture(9, 12)), (0xE1, XAP + packet(hdrgm + b' hdrgm:GainMapMax="2.3"')))
    return jpeg_of(xmp, (0xE2, b"MPF\0II*\0" + bytes(70))) + second + (CLIP if clip else b"")


@pytest.mark.parametrize("target", [".jpg", ".png", ".heic"])
@pytest.mark.parametrize("element", [False, True])
def test_a_gain_map_is_left_out_in_words_and_not_claimed(tmp_path: Path, target: str, element: bool) -> None:
    (tmp_path / "rain.jpg").write_bytes(gain_map_jpeg(element=element))
    notes = (*rewrite(tmp_path / "rain.jpg", tmp_path / f"dry{target}"), *read(tmp_path / "rain.jpg")[1].notes)
    assert notes.count(GAIN_LOST) == 1
    assert FURTHER_LOST not in notes
    assert is_free_of_claims(xmp_of(tmp_path / f"dry{target}"))
    assert b"MPF\0" not in (tmp_path / f"dry{target}").read_bytes()


def test_a_clip_stays_where_a_gain_map_before_it_goes(tmp_path: Path) -> None:
    (tmp_path / "rain.jpg").write_bytes(gain_map_jpeg(clip=True))
    assert CLIP_KEPT in rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg")
    assert GAIN_LOST in read(tmp_path / "rain.jpg")[1].notes
    result, xmp = (tmp_path / "dry.jpg").read_bytes(), xmp_of(tmp_path / "dry.jpg")
    assert result.endswith(b"\xff\xd9" + CLIP)
    assert b"GainMap" not in xmp
    assert b"hdrgm" not in xmp
    assert re.findall(rb'Semantic="(\w+)"', xmp) == [b"Primary", b"MotionPhoto"]


def test_apples_gain_map_and_further_views_in_a_jpeg_are_told_apart(tmp_path: Path) -> None:
    directory_of_pictures = (0xE2, b"MPF\0II*\0" + bytes(70))
    apple = packet(b'xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/" HDRGainMap:HDRGainMapVersion="65536"')
    (tmp_path / "apple.jpg").write_bytes(jpeg_with(jpeg_bytes(picture()), directory_of_pictures) + jpeg_of(apple))
    (tmp_path / "views.jpg").write_bytes(jpeg_with(jpeg_bytes(picture()), directory_of_pictures) + jpeg_bytes(picture(seed=2)))
    assert read(tmp_path / "apple.jpg")[1].notes == (GAIN_LOST,)
    assert read(tmp_path / "views.jpg")[1].notes == (FURTHER_LOST,)


def test_a_trailer_with_a_depth_map_is_left_out_in_words(tmp_path: Path) -> None:
    (tmp_path / "rain.jpg").write_bytes(jpeg_of(google()) + samsung_trailer((0x0AB3, b"DualShot_DepthMap_1", bytes(99))))
    notes = (*rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg"), *read(tmp_path / "rain.jpg")[1].notes)
    assert sorted(notes) == sorted((DEPTH_LOST, CLIP_LOST))
    assert is_free_of_claims(xmp_of(tmp_path / "dry.jpg"))
    assert b"SEFT" not in (tmp_path / "dry.jpg").read_bytes()


def depth_jpeg() -> bytes:
    """A depth map as phones wrote it: its facts in the packet, itself in base64 in the packet's extension."""
    depth, image = PHOTOS + b"depthmap/", PHOTOS + b"image/"
    xmp = packet(
        b'xmlns:GDepth="' + depth + b'" xmlns:GImage="' + image + b'" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" '
        b'GDepth:Format="RangeInverse" GDepth:Near="0.4" GImage:Mime="image/jpeg" xmpNote:HasExtendedXMP="' + b"A" * 32 + b'"'
    )
    extended = packet(b'xmlns:GDepth="' + depth + b'" GDepth:Data="' + b"iVBORw0KGgo" * 40 + b'"')
    body = EXTENSION + b"A" * 32 + struct.pack(">II", len(extended), 0) + extended
    return jpeg_of(xmp, (0xE1, body))


@pytest.mark.parametrize("target", [".jpg", ".webp"])
def test_a_depth_map_is_left_out_in_words_and_not_claimed(tmp_path: Path, target: str) -> None:
    (tmp_path / "rain.jpg").write_bytes(depth_jpeg())
    notes = (*rewrite(tmp_path / "rain.jpg", tmp_path / f"dry{target}"), *read(tmp_path / "rain.jpg")[1].notes)
    assert notes.count(DEPTH_LOST) == 1
    assert is_free_of_claims(xmp_of(tmp_path / f"dry{target}"))
    assert EXTENSION not in (tmp_path / f"dry{target}").read_bytes()


def test_an_extended_packet_stays_in_a_jpeg_and_is_told_elsewhere(tmp_path: Path) -> None:
    extended = EXTENSION + b"B" * 32 + struct.pack(">II", 9, 0) + b"<history>"
    xmp = packet(b'xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="' + b"B" * 32 + b'"')
    (tmp_path / "rain.jpg").write_bytes(jpeg_of(xmp, (0xE1, extended)))
    assert rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg") == ()
    assert extended in (tmp_path / "dry.jpg").read_bytes()
    assert xmp_of(tmp_path / "dry.jpg") == xmp
    notes = rewrite(tmp_path / "rain.jpg", tmp_path / "dry.tif")
    assert notes == ("TIFF has no place for some of the metadata (the second part of XMP).",)
    assert is_free_of_claims(xmp_of(tmp_path / "dry.tif"))
    rewrite(tmp_path / "rain.jpg", tmp_path / "placeless.jpg", Output(metadata="no-location"))
    assert EXTENSION not in (tmp_path / "placeless.jpg").read_bytes()
    assert is_free_of_claims(xmp_of(tmp_path / "placeless.jpg"))


@pytest.mark.parametrize("suffix", [".heic", ".avif"])
@pytest.mark.parametrize(
    ("urn", "note"),
    [
        (b"urn:com:apple:photo:2020:aux:hdrgainmap", GAIN_LOST),
        (b"urn:mpeg:hevc:2015:auxid:2", DEPTH_LOST),
        (b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth", DEPTH_LOST),
        (b"urn:com:apple:photo:2018:aux:portraiteffectsmatte", DEPTH_LOST),
    ],
)
def test_gain_and_depth_maps_of_heic_and_avif_are_told(tmp_path: Path, suffix: str, urn: bytes, note: str) -> None:
    held = io.BytesIO()
    if suffix == ".avif":
        Pillow.fromarray(picture()).save(held, "AVIF", quality=95)
    (tmp_path / f"rain{suffix}").write_bytes(with_auxiliary(held.getvalue() or heic(), urn))
    image, facts = read(tmp_path / f"rain{suffix}")
    assert facts.notes == (note,)
    assert np.abs(image.pixels.astype(int) - picture()).mean() < 4


def padded(size: int) -> bytes:
    """A packet of so many bytes, four fifths of it padding."""
    words = packet(b'photoshop:Instructions="' + b"x" * (size // 5) + b'"')
    end = words.rindex(b"<?xpacket end")
    return words[:end] + b" " * (size - len(words) - 1) + b"\n" + words[end:]


@pytest.mark.parametrize("size", [2_000, 65_480, 65_504])
def test_our_note_uses_the_padding_of_a_packet(tmp_path: Path, size: int) -> None:
    (tmp_path / "rain.jpg").write_bytes(jpeg_of(padded(size)))
    assert rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg", note=NOTE) == ()
    xmp = xmp_of(tmp_path / "dry.jpg")
    assert len(xmp) == size
    assert b'rainapp:Model="quick"' in xmp
    assert b"x" * (size // 5) in xmp
    rewrite(tmp_path / "dry.jpg", tmp_path / "again.jpg", note={**NOTE, "Model": "other"})
    assert len(xmp_of(tmp_path / "again.jpg")) == size
    assert xmp_of(tmp_path / "again.jpg").count(b"rainapp:Model") == 1


def test_our_note_is_left_out_where_a_full_packet_has_no_padding(tmp_path: Path) -> None:
    words = packet(b'photoshop:Instructions="' + b"x" * 65_000 + b'"')
    xmp = packet(b'photoshop:Instructions="' + b"x" * (65_000 + 65_490 - len(words)) + b'"')
    (tmp_path / "rain.jpg").write_bytes(jpeg_of(xmp))
    assert rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg", note=NOTE) == ()
    assert xmp_of(tmp_path / "dry.jpg") == xmp


def test_the_padding_of_a_packet_of_another_format_goes_where_a_jpeg_has_no_room(tmp_path: Path) -> None:
    Pillow.fromarray(picture()).save(tmp_path / "rain.webp", xmp=padded(90_000))
    assert rewrite(tmp_path / "rain.webp", tmp_path / "dry.jpg", note=NOTE) == ()
    assert b"x" * 18_000 in xmp_of(tmp_path / "dry.jpg")
    assert b'rainapp:Model="quick"' in xmp_of(tmp_path / "dry.jpg")


def test_an_ordinary_photo_has_nothing_to_tell(tmp_path: Path) -> None:
    (tmp_path / "rain.jpg").write_bytes(full_jpeg())
    assert rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg", note=NOTE) == ()
    assert read(tmp_path / "rain.jpg")[1].notes == ()


def test_a_clip_without_room_on_the_disk_leaves_no_part_of_a_result(small_disk: Path, tmp_path: Path) -> None:
    (tmp_path / "rain.jpg").write_bytes(jpeg_bytes(picture()) + CLIP[:24] + bytes(2_000_000))
    with pytest.raises(UnwritableFile):
        rewrite(tmp_path / "rain.jpg", small_disk / "dry.jpg")
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize(
    "filling",
    [
        b"<rdf:li " + b"x" * 400_000,
        b"<rdf:li>" * 50_000,
        b"<rdf:li>" + b"z" * 400_000,
        b"<rdf:li><" + b"<b " * 130_000,
        b"<GCamera:MotionPhoto " * 20_000,
        b"<GCamera:MotionPhoto>" * 20_000,
        b" GCamera:MotionPhoto=" * 20_000,
        b"<GDepth:x>" * 40_000,
        b"".join(b"<GDepth:x%d>" % number for number in range(30_000)),
        b"".join(b'xmlns:a%d="http://ns.google.com/photos/1.0/depthmap/" ' % number for number in range(8_000)),
        b"a:" * 200_000,
        b"a" * 400_000 + b":",
    ],
    ids=lambda filling: filling[:24].decode(),
)
def test_a_packet_made_to_be_slow_is_gone_through_all_the_same(filling: bytes) -> None:
    names = b'xmlns:GDepth="' + PHOTOS + b'depthmap/" xmlns:GCamera="' + PHOTOS + b'camera/" ' + CONTAINER
    xmp = packet(names, filling + directory(PRIMARY, GAIN_ITEM))
    started = time.process_time()
    xmp_claims.of_clip(xmp), xmp_claims.of_depth(xmp), xmp_claims.of_gain_map(xmp), xmp_claims.clip_lengths(xmp)
    xmp_claims.without_gap(xmp_claims.without(xmp, clip=True, pictures=True, extension=True))
    assert time.process_time() - started < 10  # a fraction of a second; a pattern that begins anew everywhere takes minutes
