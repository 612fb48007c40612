"""The calls that take what people write, each with a good body and the fields that hold words."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.people import Ada, StaffMember, until
from tests.sites import PASSWORD, Site

_numbers = itertools.count(1)
ARTICLE = {"language": "en", "question": "How loud is it?", "variants": ["Volume?"], "answer": "Not at all."}
TOPICS = ("staff_attitude", "product_defect", "delivery_late", "refund_delay")


@dataclass(frozen=True)
class Call:
    """`words`: fields that must say something, with their greatest length; `keys`: other texts. `again`: a second
    good one may be refused, since the first changed what stands."""

    who: str
    method: str
    path: str
    body: dict[str, Any]
    words: dict[str, int] = field(default_factory=dict)
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


CALLS = [
    Call("ada", "POST", "/conversations/{conversation}/messages", {"client_message_id": "{new}", "text": "hello"},
         {"text": 4000}, ("client_message_id", "choice")),
    Call("ada", "POST", "/conversations/{conversation}/messages/2/feedback", {"helpful": True}, {}, ("reason",)),
    Call("ada", "POST", "/conversations", {"channel": "web"}, {}, ("channel", "language", "visitor_id")),
    Call("ben", "POST", "/desk/tickets/{ticket}/reply",
         {"text": "hello", "based_on_seq": 9, "client_message_id": "{new}"}, {"text": 4000}, ("client_message_id",)),
    Call("ben", "POST", "/desk/tickets/{ticket}/note", {"text": "hello"}, {"text": 4000}),
    Call("ben", "POST", "/desk/wording", {"text": "hello"}, {"text": 4000}),
    Call("ben", "POST", "/desk/tickets/{ticket}/wait", {"reason": "hello"}, {"reason": 500}),
    Call("ben", "POST", "/desk/tickets/{ticket}/transfer", {"team": "service", "reason": "hello"},
         {"reason": 500}, ("team",)),
    Call("ben", "POST", "/desk/tickets/{ticket}/resolve", {"summary": "hello", "cause": "hello"},
         {"summary": 4000, "cause": 200}),
    Call("ben", "POST", "/desk/tickets/{ticket}/reopen", {"reason": "hello"}, {"reason": 500}),
    Call("cleo", "POST", "/knowledge/articles", ARTICLE, {"question": 500, "answer": 20_000}, ("language",)),
    Call("cleo", "POST", "/knowledge/articles", {**ARTICLE, "category": "a/b"}, {"category": 200},
         ("subject", "team", "translation_of")),
    Call("cleo", "PUT", "/knowledge/drafts/new-one", {"content": {"question": "half"}}, {}, ("article_id",)),
    Call("cleo", "POST", "/knowledge/preview", {"answer": "**hello**"}, {}, ("answer",)),
    Call("cleo", "POST", "/knowledge/links/check", {"urls": ["/help/en"]}),
    Call("cleo", "POST", "/knowledge/gaps/{gap}/dismiss", {"reason": "hello"}, {"reason": 4000}),
    Call("cleo", "POST", "/knowledge/gaps/{gap}/answer", {"article_id": "{article}", "as_variant": True}, {},
         ("article_id",)),
    Call("cleo", "POST", "/knowledge/gaps/{gap}/assign", {"staff_id": None}, {}, ("staff_id",)),
    Call("cleo", "POST", "/knowledge/gaps/{gap}/tell", {"text": "hello"}, {}, ("text",)),
    Call("dan", "POST", "/knowledge/wishes/{wish}/verdict", {"verdict": "no", "why": "hello"}, {"why": 4000},
         ("verdict",)),
    Call("dan", "POST", "/knowledge/wishes/{wish}/owner", {"department": "legal"}, {}, ("department",)),
    Call("dan", "POST", "/knowledge/wishes/{wish}/tell", {"text": "hello"}, {}, ("text",)),
    Call("dan", "POST", "/alerts", {"topic": "{topic}", "note": "hello"}, {"note": 4000}, ("topic",)),
    Call("dan", "POST", "/alerts/{alert}/pass-on", {"department": "logistics", "note": "hello"},
         {"note": 4000}, ("department",)),
    Call("dan", "POST", "/alerts/{alert}/dismiss", {"reason": "hello", "kind": "other"}, {"reason": 4000}, ("kind",)),
    Call("dan", "POST", "/alerts/{alert}/confirm", {"level": "advisory"}, {}, ("level", "note")),
    Call("nobody", "POST", "/staff/login", {"email": "ben@emberly.example", "password": PASSWORD}, {},
         ("email", "password")),
    Call("ben", "POST", "/desk/tickets/{ticket}/correct", {"intent": "greet"}, {}, ("intent", "topic", "request_type")),
    Call("cleo", "POST", "/learning/corrections/{correction}/accept",
         {"version": 1, "intent": "greet", "example": "hello"}, {"example": 500}, ("intent",)),
]  # fmt: skip


class Scene:
    """A conversation with a ticket, an alert, a gap and a wish that every call can be tried on."""

    def __init__(self, site: Site, cast: dict[str, StaffMember]) -> None:
        self.cast = cast
        self.ada = Ada(site.url)
        self.ada.asks("hello")
        self.nobody = httpx.Client(base_url=f"{site.url}/api/v1", timeout=30, trust_env=False)
        self.ada.asks("Please let me talk to a person")
        self.ticket = self.ada.ticket()["number"]
        self.alert = self._alert()
        self.correction = self._correction()
        self.article = cast["cleo"].post("/knowledge/articles", ARTICLE, status=201)["id"]
        self.gap = self._gap()
        self.wish = self._wish()

    def _alert(self) -> str:
        """An alert of any phase: bad input is refused before the phase is looked at."""
        body = {"topic": TOPICS[0], "note": "Looks like a wave."}
        self.cast["dan"].http.post("/alerts", json=body)
        return str(self.cast["dan"].get("/alerts")["items"][0]["id"])

    def _correction(self) -> str:
        self.cast["ben"].post(f"/desk/tickets/{self.ticket}/correct", {"intent": "track_order"})
        return str(self.cast["cleo"].get("/learning/corrections")["items"][0]["id"])

    def _gap(self) -> str:
        self.ada.http.post(f"/conversations/{self.ada.id}/messages/2/feedback", json={"helpful": False})
        listed = until(lambda: self.cast["cleo"].get("/knowledge/gaps", state="all")["items"], what="no gap")
        return str(listed[0]["id"])

    def _wish(self) -> str:
        self.cast["ben"].post(f"/desk/tickets/{self.ticket}/correct", {"request_type": "suggestion"})
        return str(self.cast["dan"].get("/knowledge/wishes", state="all")["items"][0]["id"])

    def client(self, call: Call) -> httpx.Client:
        if call.who == "nobody":
            return self.nobody
        return self.ada.http if call.who == "ada" else self.cast[call.who].http

    def path(self, call: Call) -> str:
        return call.path.format(
            conversation=self.ada.id,
            ticket=self.ticket,
            alert=self.alert,
            correction=self.correction,
            gap=self.gap,
            wish=self.wish,
        )

    def body(self, call: Call, **other: Any) -> dict[str, Any]:
        number = next(_numbers)
        fresh = {"{article}": self.article, "{new}": f"m{number}", "{topic}": TOPICS[number % len(TOPICS)]}
        return {name: fresh.get(str(value), value) for name, value in call.body.items()} | other

    def send(self, call: Call, content: bytes, **headers: str) -> httpx.Response:
        named = {"Content-Type": "application/json", **headers}
        return self.client(call).request(call.method, self.path(call), content=content, headers=named)


def refused(answer: httpx.Response, *, status: int = 422, code: str = "invalid") -> dict[str, Any]:
    """The error of a refusal in its one shape."""
    assert answer.status_code == status, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert set(error) <= {"code", "message", "fields"}
    assert error["code"] == code
    assert error["message"]
    return error
