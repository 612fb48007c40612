"""The editor's page in a real browser: the list, writing, publishing, two editors at once, the other language."""

import base64
import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from bot.knowledge import link_watch
from tests.people import StaffMember, until
from tests.sites import PASSWORD, Site
from tests.web.test_every_page import fits, tab_to
from tests.web.windows import NARROW, Windows

pytestmark = pytest.mark.browser
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC"
PICTURE: FilePayload = {"name": "dot.png", "mimeType": "image/png", "buffer": base64.b64decode(DOT)}
WITHOUT_SEARCH = "status of 503"
"""No knowledge service runs beside these pages: what is like an article cannot be looked up."""


@pytest.fixture
def word() -> str:
    """By which this test's articles are told from those of others."""
    return f"w{secrets.token_hex(4)}"


def stored(cleo: StaffMember, question: str, *, publish: bool = False, **more: Any) -> dict[str, Any]:
    """An article as the API makes it."""
    given = {"language": "en", "answer": "It is so.", "tags": [], "audience": "public", **more, "question": question}
    article: dict[str, Any] = cleo.post("/knowledge/articles", given, status=201)
    return cleo.post(f"/knowledge/articles/{article['id']}/publish") if publish else article  # type: ignore[no-any-return]


def change(editor: StaffMember, article_id: str, **more: Any) -> None:
    """What another editor does meanwhile."""
    now = editor.get(f"/knowledge/articles/{article_id}")
    kept = {name: now[name] for name in ("language", "question", "variants", "answer", "tags", "audience", "version")}
    answer = editor.http.put(f"/knowledge/articles/{article_id}", json={**kept, **more})
    assert answer.status_code == 200, answer.text


def opened(windows: Windows, article_id: str, **more: Any) -> Page:
    page = windows.staff("cleo", f"/knowledge#{article_id}", **more)
    expect(page.locator("#open")).to_be_visible()
    return page


def is_kept(page: Page) -> None:
    expect(page.locator("#kept")).to_have_attribute("data-state", "saved")


def confirm(page: Page) -> None:
    page.locator("dialog .main").click()
    expect(page.locator("dialog")).to_have_count(0)


def test_an_article_is_written_seen_kept_through_a_crash_and_published(
    windows: Windows, cleo: StaffMember, word: str
) -> None:
    windows.expect_complaints(WITHOUT_SEARCH)
    page = windows.staff("cleo", "/knowledge")
    page.keyboard.press("n")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type(f"Where is {word}?")
    page.fill("#answer", "**Here**:\n\n- by [phone](tel:123)\n- at the [desk](/desk)")
    page.locator("#variants input").last.fill(f"{word} place")
    page.locator("#tag").fill("places, found")
    expect(page.locator(".answered strong")).to_have_text("Here")
    page.set_input_files("input[type=file]", files=[PICTURE])
    expect(page.locator(".answered img")).to_be_visible()
    expect(page.locator(".links .ok", has_text="/desk")).to_be_visible()
    is_kept(page)
    page.reload()
    expect(page.locator("#question")).to_have_value(f"Where is {word}?")
    expect(page.locator("#notices")).to_contain_text("not saved yet")
    expect(page.locator(".row .badge.draft").first).to_have_text("Not saved yet")
    page.keyboard.press("Control+s")
    expect(page.locator("#standing .badge")).to_have_text("Draft")
    expect(page.locator("#card-title")).to_be_focused()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("dialog")).to_contain_text("from the next question on")
    expect(page.locator("dialog")).to_contain_text("none in Chinese yet")
    confirm(page)
    expect(page.locator("#standing .badge")).to_have_text("Published")
    article = cleo.get(f"/knowledge/articles/{page.evaluate('location.hash.slice(1)')}")
    assert article["status"] == "published"
    assert article["variants"] == [f"{word} place"]
    assert article["tags"] == ["places", "found"]
    assert re.search(r"!\[.+\]\(/images/[0-9a-f]+\.png\)", article["answer"])
    assert not [draft for draft in cleo.get("/knowledge/drafts")["items"] if word in draft["content"]["question"]]


def test_the_list_is_searched_filtered_and_walked_by_keyboard_and_its_address_says_so(
    windows: Windows, cleo: StaffMember, word: str
) -> None:
    stored(cleo, f"First {word}?", publish=True, tags=[word])
    draft = stored(cleo, f"Second {word}?", category="shipping/returns")
    stored(cleo, f"第三 {word}？", language="zh")
    page = windows.staff("cleo", "/knowledge")
    page.keyboard.press("/")
    page.keyboard.type(word)
    expect(page.locator("#list .row")).to_have_count(3)
    expect(page.locator("#count")).to_have_text("3 articles")
    page.select_option('#filters [name="status"]', "draft")
    expect(page.locator("#list .row")).to_have_count(2)
    page.select_option('#filters [name="language"]', "en")
    expect(page.locator("#list .row")).to_have_count(1)
    expect(page.locator("#list .row .what")).to_have_text(f"Second {word}?")
    page.locator("#list").focus()
    page.keyboard.press("j")
    expect(page.locator("#card-title")).to_have_text(f"Second {word}?")
    assert page.evaluate("location.hash") == f"#{draft['id']}?q={word}&language=en&status=draft"
    page.reload()
    expect(page.locator("#card-title")).to_have_text(f"Second {word}?")
    expect(page.locator("#list .row")).to_have_count(1)
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#list .row", has_text=f"First {word}?")).to_be_visible()
    page.fill("#q", "no article says this")
    expect(page.locator("#none")).to_contain_text("Take a filter away")


def test_what_two_editors_changed_is_put_together_field_by_field(
    site: Site, windows: Windows, cleo: StaffMember, word: str
) -> None:
    windows.expect_complaints(WITHOUT_SEARCH, "status of 409")
    article = stored(cleo, f"One {word}?", publish=True, variants=["one"])
    page = opened(windows, article["id"])
    page.fill("#answer", "Mine.")
    page.locator("#variants input").last.fill("two")
    is_kept(page)
    admin = StaffMember(site.url, "admin@emberly.example", PASSWORD)
    change(admin, article["id"], answer="Theirs.", tags=["theirs"])
    page.get_by_role("button", name="Publish changes").click()
    page.locator("dialog .main").click()
    merge = page.locator("dialog.merge")
    expect(merge).to_contain_text("Admin saved version 3")
    expect(merge.locator("fieldset")).to_have_count(3)
    expect(merge.locator("fieldset", has_text="Answer")).to_contain_text("both changed it")
    expect(merge.locator('[name="tags"][value="theirs"]')).to_be_checked()
    expect(merge.locator('[name="variants"][value="mine"]')).to_be_checked()
    merge.locator('[name="answer"][value="mine"]').check()
    merge.locator(".main").click()
    expect(page.locator("#by")).to_contain_text("Version 3")
    expect(page.locator("#answer")).to_have_value("Mine.")
    page.get_by_role("button", name="Publish changes").click()
    confirm(page)
    expect(page.locator("#by")).to_contain_text("Version 4")
    now = cleo.get(f"/knowledge/articles/{article['id']}")
    assert (now["answer"], now["tags"], now["variants"]) == ("Mine.", ["theirs"], ["one", "two"])


def test_versions_are_compared_and_brought_back_and_nothing_is_ever_gone(
    windows: Windows, cleo: StaffMember, word: str
) -> None:
    article = stored(cleo, f"Now {word}?", publish=True)
    change(cleo, article["id"], answer="It is otherwise.")
    page = opened(windows, article["id"])
    page.locator('#panes [data-pane="versions"]').click()
    page.get_by_role("button", name="What changed").first.click()
    expect(page.locator(".changes ins")).to_contain_text("otherwise")
    page.get_by_role("button", name="Restore").first.click()
    confirm(page)
    expect(page.locator("#answer")).to_have_value("It is so.")
    expect(page.locator(".versions > li")).to_have_count(4)
    page.get_by_role("button", name="Take back").click()
    confirm(page)
    expect(page.locator("#standing .badge")).to_have_text("Taken back")
    page.get_by_role("button", name="Archive").click()
    confirm(page)
    expect(page.locator("#notices")).to_contain_text("Archived")
    expect(page.locator("#write")).to_be_hidden()
    page.get_by_role("button", name="Fetch back").click()
    expect(page.locator("#write")).to_be_visible()


def test_the_translation_is_written_beside_its_original_at_360_pixels_in_chinese(
    windows: Windows, cleo: StaffMember, word: str
) -> None:
    windows.expect_complaints(WITHOUT_SEARCH)
    article = stored(cleo, f"What is {word}?", answer="It is **good**.", tags=[word])
    page = opened(windows, article["id"], size=NARROW, lang="zh")
    fits(page)
    page.locator('#panes [data-pane="translation"]').click()
    page.locator("#translate").click()
    expect(page.locator("#question")).to_be_focused()
    page.fill("#question", f"{word}是什么？")
    page.fill("#answer", "**很好**。")
    fits(page)
    page.locator('#panes [data-pane="translation"]').click()
    expect(page.locator(".reading strong")).to_have_text("good")
    fits(page)
    page.locator('[data-verb="publish"]').click()
    confirm(page)
    expect(page.locator("#standing .badge")).to_have_text("已发布")
    found = cleo.get(f"/knowledge/articles/{article['id']}")
    assert [one["language"] for one in found["translations"]] == ["zh"]
    chinese = cleo.get(f"/knowledge/articles/{found['translations'][0]['id']}")
    assert (chinese["question"], chinese["tags"]) == (f"{word}是什么？", [word])


def test_lines_tags_steps_and_marks_are_edited_as_people_expect(windows: Windows, cleo: StaffMember, word: str) -> None:
    article = stored(cleo, f"How {word}?", answer="one\ntwo")
    page = opened(windows, article["id"])
    lines = page.locator("#variants input")
    lines.last.focus()
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text", "- first\\n- second\\n\\n3. third");
          const paste = { clipboardData: data, cancelable: true, bubbles: true };
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", paste));
        }"""
    )
    expect(lines).to_have_count(4)
    expect(lines.nth(2)).to_have_value("third")
    page.get_by_role("button", name="Remove this way to ask").nth(1).click()
    expect(lines).to_have_count(3)
    page.get_by_role("button", name="Put back: second").click()
    expect(lines.nth(1)).to_have_value("second")
    page.locator("#answer").select_text()
    page.get_by_role("button", name="Numbered list").click()
    expect(page.locator("#answer")).to_have_value("1. one\n2. two")
    page.locator("#answer").press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("three")
    expect(page.locator("#answer")).to_have_value("1. one\n2. two\n3. three")
    page.keyboard.press("Control+b")
    expect(page.locator("#answer")).to_have_value("1. one\n2. two\n3. three**words**")
    page.keyboard.press("Control+z")
    expect(page.locator("#answer")).to_have_value("1. one\n2. two\n3. three")
    page.select_option('#write [name="kind"]', "procedure")
    page.locator('#steps [data-part="text"]').fill("Ask for the number.")
    page.locator("#add-step").click()
    page.locator('#steps [data-part="text"]').last.fill("Send it.")
    page.locator('#steps [data-part="minutes"]').last.fill("15")
    page.get_by_role("button", name="Move up").last.click()
    page.keyboard.press("Control+s")
    expect(page.locator("#by")).to_contain_text("Version 2")
    now = cleo.get(f"/knowledge/articles/{article['id']}")
    assert now["variants"] == ["first", "second", "third"]
    steps = [(step["text"], step.get("minutes")) for step in now["steps"]]
    assert steps == [("Send it.", 15), ("Ask for the number.", None)]


def test_what_an_article_lacks_is_said_beside_its_field_and_a_lost_connection_loses_nothing(
    windows: Windows, cleo: StaffMember, word: str
) -> None:
    windows.expect_complaints("net::ERR_FAILED")
    article = stored(cleo, f"Why {word}?")
    page = opened(windows, article["id"])
    page.fill("#answer", "")
    page.keyboard.press("Control+s")
    expect(page.locator("#answer-problem")).to_have_text("Write the answer first.")
    expect(page.locator("#answer")).to_be_focused()
    page.route("**/drafts/*", lambda route: route.abort())
    page.keyboard.type("Because.")
    expect(page.locator("#kept")).to_have_attribute("data-state", "away")
    expect(page.locator("#answer-problem")).to_be_empty()
    page.unroute("**/drafts/*")
    is_kept(page)
    draft = cleo.get(f"/knowledge/drafts/{article['id']}")
    assert draft["content"]["answer"] == "Because."
    page.get_by_role("button", name="Discard changes").click()
    confirm(page)
    expect(page.locator("#answer")).to_have_value("It is so.")
    assert article["id"] not in [draft["key"] for draft in cleo.get("/knowledge/drafts")["items"]]


def test_an_editor_hears_of_another_and_an_agent_only_reads(
    site: Site, windows: Windows, cleo: StaffMember, word: str
) -> None:
    article = stored(cleo, f"Who {word}?", publish=True, answer="**Both**.")
    admin = StaffMember(site.url, "admin@emberly.example", PASSWORD)
    body = {"article_id": article["id"], "based_on": 2, "content": {"question": "Who else?"}}
    assert admin.http.put(f"/knowledge/drafts/{article['id']}", json=body).status_code == 200
    page = opened(windows, article["id"])
    expect(page.locator("#notices")).to_contain_text("Admin is writing on this article as well")
    reader = windows.staff("ben", f"/knowledge#{article['id']}")
    expect(reader.locator(".answered strong")).to_have_text("Both")
    expect(reader.locator("#write")).to_be_hidden()
    expect(reader.locator("#new")).to_be_hidden()
    expect(reader.locator("#verbs button")).to_have_count(0)
    tab_to(page, '[data-pane="versions"]', most=60)


def test_an_answers_marks_are_drawn_in_the_chat_and_on_the_desk(windows: Windows) -> None:
    chat = windows.chat()
    source = "echo **bold** of [the desk](/desk) and [nowhere](javascript:alert(1))"
    chat.page.fill("#message", source)
    chat.page.press("#message", "Enter")
    expect(chat.bot.locator(".bubble strong")).to_have_text("bold")
    link = chat.bot.locator(".bubble a")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    number = chat.asks_for_a_person()
    desk = windows.staff("ben", f"/desk#{number}")
    expect(desk.locator(".said.bot .words strong")).to_have_text("bold")


def test_an_answer_that_is_lost_makes_no_second_article(windows: Windows, cleo: StaffMember, word: str) -> None:
    windows.expect_complaints(WITHOUT_SEARCH, "net::ERR_FAILED")
    page = windows.staff("cleo", "/knowledge")
    page.route("**/api/v1/knowledge/articles", lambda route: (route.fetch(), route.abort()))
    page.locator("#new").click()
    page.fill("#question", f"Where is {word}?")
    page.fill("#answer", "Here.")
    page.keyboard.press("Control+s")
    expect(page.locator("#toast")).not_to_be_empty()
    (made,) = cleo.get("/knowledge/articles", q=word)["items"]
    page.unroute_all()
    page.fill("#answer", "There.")
    page.keyboard.press("Control+s")
    expect(page.locator("#standing .badge")).to_have_text("Draft")
    (article,) = cleo.get("/knowledge/articles", q=word)["items"]
    assert (article["id"], article["answer"]) == (made["id"], "There.")
    assert page.evaluate("location.hash.slice(1)") == made["id"]
    assert not [draft for draft in cleo.get("/knowledge/drafts")["items"] if word in draft["content"]["question"]]


def test_what_is_searched_in_vain_is_one_click_from_being_written(windows: Windows, word: str) -> None:
    windows.expect_complaints(WITHOUT_SEARCH)
    page = windows.staff("cleo", f"/knowledge#?q={word}&language=zh", size=NARROW)
    page.get_by_role("button", name="Write an article on it").click()
    expect(page.locator("#question")).to_have_value(word)
    expect(page.locator('#write [name="language"]')).to_have_value("zh")
    fits(page)
    page = windows.staff("ben", f"/knowledge#?q={word}")
    expect(page.locator("#none-words")).to_be_visible()
    expect(page.locator("#write-it")).to_be_hidden()


def test_an_imported_article_may_be_called_new(windows: Windows, cleo: StaffMember, word: str) -> None:
    windows.expect_complaints(WITHOUT_SEARCH)
    file = f"id,language,question,answer\nnew-{word},en,What is new of {word}?,All.\n"
    cleo.http.post("/knowledge/imports", files={"file": ("new.csv", file, "text/csv")}).raise_for_status()
    until(lambda: cleo.http.get(f"/knowledge/articles/new-{word}").status_code == 200)
    page = opened(windows, f"new-{word}")
    expect(page.locator("#question")).to_have_value(f"What is new of {word}?")


def test_a_broken_link_is_found_by_its_filter_and_told_on_the_article(
    site: Site, windows: Windows, cleo: StaffMember, word: str
) -> None:
    windows.expect_complaints(WITHOUT_SEARCH, "/images/0")
    nowhere = f"/images/{'0' * 32}.png"
    article = stored(cleo, f"Where is {word}?", answer=f"![Here]({nowhere})", publish=True)
    stored(cleo, f"Who is {word}?", publish=True)
    link_watch.follow(site.db)
    until(lambda: cleo.get(f"/knowledge/articles/{article['id']}")["broken_links"] == [nowhere])
    page = windows.staff("cleo", f"/knowledge#?q={word}&broken=true")
    expect(page.locator("#list .row")).to_have_count(1)
    expect(page.locator("#list .row")).to_contain_text("broken link")
    expect(page.locator("#broken-words")).to_have_text("Broken link (1)")
    page.locator("#list .row").click()
    expect(page.locator("#notices")).to_contain_text(f"1 link leads nowhere: {nowhere}")
    page.get_by_role("button", name="See why").click()
    expect(page.locator(".links .broken")).to_contain_text("no such picture")
