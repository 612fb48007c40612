"""A picture is what its bytes say; it is kept once, and shown to everybody who has its address."""

from collections.abc import Callable

import httpx
import pytest

from bot.knowledge import images
from tests.knowledge.editing import pictures
from tests.people import StaffMember
from tests.sites import Site


def bring(cleo: StaffMember, content: bytes, *, name: str = "page.html", kind: str = "text/html") -> httpx.Response:
    return cleo.http.post("/knowledge/images", files={"file": (name, content, kind)})


@pytest.mark.parametrize(
    ("made", "media_type", "ending"),
    [
        (pictures.png, "image/png", "png"),
        (pictures.gif, "image/gif", "gif"),
        (pictures.jpeg, "image/jpeg", "jpg"),
        (pictures.webp_lossy, "image/webp", "webp"),
        (pictures.webp_lossless, "image/webp", "webp"),
        (pictures.webp_extended, "image/webp", "webp"),
    ],
)
def test_each_kind_is_known_by_its_bytes_and_shown_as_it_came(
    site: Site, cleo: StaffMember, made: Callable[[int, int], bytes], media_type: str, ending: str
) -> None:
    content = made(640, 480)
    kept = bring(cleo, content)
    assert kept.status_code == 201, kept.text
    told = kept.json()
    assert told["url"] == f"/images/{told['image_id']}.{ending}"
    assert {**told, "image_id": "", "url": ""} == {
        "image_id": "",
        "url": "",
        "bytes": len(content),
        "media_type": media_type,
        "width": 640,
        "height": 480,
    }
    assert bring(cleo, content).json() == told
    shown = httpx.get(site.url + told["url"], trust_env=False)
    assert (shown.content, shown.headers["content-type"]) == (content, media_type)
    assert "immutable" in shown.headers["cache-control"]
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in shown.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 422),
        (b"\x89PNG\r\n\x1a\n", 422),
        (pictures.png()[:-12], 422),
        (b"GIF89a\1", 422),
        (b"\xff\xd8\xff\xe0\x00\x04ab", 422),
        (b"\xff\xd8\xff" + b"\xff" * 1000, 422),
        (b"RIFF\xff\xff\x00\x00WEBPVP8 ", 422),
        (b"RIFF\x0c\x00\x00\x00WEBPVP8L\x00\x00\x00\x00", 422),
        (pictures.png(0, 5), 422),
        (pictures.png(10_001, 1), 422),
        (pictures.webp_lossless(9_000, 9_000), 422),
        (b"x" * (images.LARGEST_BYTES + 1), 413),
    ],
)
def test_what_is_no_picture_or_no_page_could_hold_is_refused(cleo: StaffMember, content: bytes, status: int) -> None:
    answer = bring(cleo, content, name="picture.png", kind="image/png")
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]


def test_a_form_without_a_file_is_refused_and_a_stranger_before_it_is_read(site: Site, cleo: StaffMember) -> None:
    for form in ({"data": {"file": "text"}}, {"files": {"other": ("x.png", pictures.png(), "image/png")}}):
        assert cleo.http.post("/knowledge/images", **form).status_code == 422
    assert cleo.http.post("/knowledge/images", content=b"{}").status_code == 422
    big = {"file": ("x.png", b"x" * 3_000_000, "image/png")}
    assert cleo.http.post("/knowledge/images", files=big).status_code == 413
    stranger = httpx.post(f"{site.url}/api/v1/knowledge/images", content=b"not even a form", trust_env=False)
    assert stranger.status_code == 401


def test_an_address_that_names_no_picture_is_not_found(site: Site, cleo: StaffMember) -> None:
    url = bring(cleo, pictures.png()).json()["url"]
    for wrong in (url.replace(".png", ".gif"), url.replace(".png", ""), "/images/nothing.png", "/images/%00"):
        assert httpx.get(site.url + wrong, trust_env=False).status_code in (404, 422), wrong
