"""Pictures of articles: what one is by its bytes, whatever its name says, and its row."""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.core import clock, errors
from bot.core.auth import Staff
from bot.core.tables import insert_if_absent
from bot.knowledge.models import Image

LARGEST_BYTES = 2 * 1024 * 1024
LONGEST_SIDE = 10_000
MOST_PIXELS = 40_000_000
"""A few bytes can stand for a picture that no browser can hold."""
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
WITHOUT_A_SIZE = frozenset((0x01, *range(0xD0, 0xD8)))
"""JPEG's markers that stand alone."""
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers that begin a picture; the other three hold tables."""
Size = tuple[int, int]


@dataclass(frozen=True)
class Picture:
    media_type: str
    width: int
    height: int


def read(content: bytes) -> Picture:
    """What `content` is. Raises Invalid for all but the four kinds, and for what is cut off or too large to show."""
    if len(content) > LARGEST_BYTES:
        raise errors.TooLarge("A picture has at most {most:,} bytes.", words={"most": LARGEST_BYTES})
    for media_type, (begins, size_of) in KINDS.items():
        if begins(content):
            width, height = _measured(content, size_of)
            return Picture(media_type, width, height)
    raise errors.Invalid("A picture is a PNG, JPEG, GIF or WebP file.", fields={"file": "unknown kind"})


def do_keep(session: Session, *, content: bytes, by: Staff) -> Image:
    """Keep a picture, once however often it comes. Raises Invalid and TooLarge as `read` does."""
    picture = read(content)
    image_id = hashlib.sha256(content).hexdigest()[:32]
    row = {
        "id": image_id,
        "media_type": picture.media_type,
        "content": content,
        "width": picture.width,
        "height": picture.height,
        "at": clock.now(),
        "by": by.id,
    }
    insert_if_absent(session, Image, row)
    found = session.get(Image, image_id)
    assert found is not None
    return found


def find(session: Session, name: str) -> Image:
    """The picture of a path's last part, `<id>.<ending>`. Raises NotFound."""
    image_id, _, ending = name.partition(".")
    found = session.get(Image, image_id)
    if found is None or ENDINGS[found.media_type] != ending:
        raise errors.NotFound
    return found


def path_of(image: Image) -> str:
    return f"/images/{image.id}.{ENDINGS[image.media_type]}"


def _measured(content: bytes, size_of: Callable[[bytes], Size]) -> Size:
    try:
        width, height = size_of(content)
    except (struct.error, IndexError, ValueError) as error:
        raise errors.Invalid("This picture is cut off or damaged.", fields={"file": "damaged"}) from error
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and width * height <= MOST_PIXELS):
        raise errors.Invalid(
            "A picture has at most {most:,} pixels a side and {pixels:,} in all.",
            words={"most": LONGEST_SIDE, "pixels": MOST_PIXELS},
            fields={"file": f"{width} x {height}"},
        )
    return width, height


def _png(content: bytes) -> Size:
    length, kind, width, height = struct.unpack(">I4sII", content[8:24])
    if (length, kind) != (13, b"IHDR") or b"IEND" not in content[-16:]:
        raise ValueError
    return width, height


def _gif(content: bytes) -> Size:
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _jpeg(content: bytes) -> Size:
    """From the frame's header; the segments before it are stepped over."""
    place = 2
    while True:
        if content[place] != 0xFF:
            raise ValueError
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker in WITHOUT_A_SIZE:
            place += 2
        elif marker in FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        else:
            (length,) = struct.unpack(">H", content[place + 2 : place + 4])
            place += 2 + max(2, length)


def _webp(content: bytes) -> Size:
    """Of the three forms each has its own header."""
    (length,) = struct.unpack("<I", content[4:8])
    if length + 8 > len(content):
        raise ValueError
    match content[12:16]:
        case b"VP8 ":
            if content[23:26] != b"\x9d\x01\x2a":
                raise ValueError
            width, height = struct.unpack("<HH", content[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack("<I", content[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return _of_24_bits(content[24:27]) + 1, _of_24_bits(content[27:30]) + 1
    raise ValueError


def _of_24_bits(three: bytes) -> int:
    if len(three) < 3:
        raise ValueError
    return int.from_bytes(three, "little")


KINDS: dict[str, tuple[Callable[[bytes], bool], Callable[[bytes], Size]]] = {
    "image/png": (lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    "image/jpeg": (lambda content: content.startswith(b"\xff\xd8\xff"), _jpeg),
    "image/gif": (lambda content: content.startswith((b"GIF87a", b"GIF89a")), _gif),
    "image/webp": (lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP", _webp),
}
