"""Everybody who may knock, each with the token in their hand, and the things that they knock for."""

import secrets
from collections.abc import Callable
from datetime import timedelta

import jwt
from sqlalchemy import select, update

from bot.core import auth, clock, tokens
from bot.core.auth import PasswordKind, Staff, StaffSession
from bot.desk import procedures
from bot.desk.models import Ticket
from bot.policy.load import load
from tests.people import Ada, StaffMember
from tests.sites import PASSWORD, Site

LIFE = auth.Life(timedelta(hours=1), timedelta(hours=1))
TEAM, OTHER_TEAM = "service", "technical"
TEAMS = {"of_team": [TEAM], "elsewhere": [OTHER_TEAM], "holder": [OTHER_TEAM]}
AGENTS = ("agent", "anywhere", "one_time", "left", "ended", *TEAMS)


class Callers:
    """One for each column of the matrix. `token(name)` is what that caller shows; None: nothing."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.ada, self.other = Ada(site.url), Ada(site.url)
        self._staff = {name: self._hired(name, role) for name, role in _roles()}
        self._hand_over()

    def token(self, name: str) -> str | None:
        special: dict[str, Callable[[], str | None]] = {
            "nobody": lambda: None,
            "own": lambda: self.ada.token,
            "customer": lambda: self.ada.token,
            "other": lambda: self.other.token,
            "staff": lambda: self.session("supervisor"),
            "expired": lambda: self._signed(self._site.app.state.token_keys.signing, -timedelta(seconds=1)),
        }
        return special[name]() if name in special else self.session(name)

    def forged(self, *, customer: bool) -> str:
        return self._signed(secrets.token_hex(32), timedelta(days=1)) if customer else secrets.token_urlsafe(32)

    def session(self, name: str) -> str:
        """A new session of this member of staff: one call may end it."""
        with self._site.db.transaction() as session:
            token, _ = auth.do_sign_in(session, self._staff[name], life=LIFE)
            if name == "ended":
                auth.do_end_sessions(session, StaffSession.token_hash == auth.hash_of(token))
        return token

    def restore(self) -> None:
        """The ticket as it was: one call may move it or give it to its caller."""
        with self._site.db.transaction() as session:
            values = {"team": TEAM, "holder_id": self._staff["holder"].id}
            session.execute(update(Ticket).where(Ticket.number == self.number).values(values))

    def follow(self, procedure: str) -> None:
        """The ticket has this procedure's steps."""
        with self._site.db.transaction() as session:
            staff = self._staff["admin"]
            procedures.do_take_up(session, policy=load(), number=self.number, staff=staff, article_id=procedure)

    def _signed(self, key: str, lasts: timedelta) -> str:
        return jwt.encode({"sub": self.ada.id, "exp": clock.now() + lasts}, key, tokens.ALGORITHM)

    def _hired(self, name: str, role: str) -> Staff:
        with self._site.db.transaction() as session:
            staff = auth.do_add_staff(
                session,
                email=f"{name}@door.example",
                name=name,
                roles=[role],
                password=PASSWORD,
                teams=[] if name == "holder" else TEAMS.get(name, []),
            )
            staff.active = name != "left"
            staff.password_kind = PasswordKind.ONE_TIME if name == "one_time" else PasswordKind.OWN
        return staff

    def _hand_over(self) -> None:
        """Ada has a ticket, which `holder` claims before being moved to another team."""
        self.ada.asks("I want to talk to a person please")
        with self._site.db.snapshot() as session:
            ticket = session.scalars(select(Ticket).where(Ticket.conversation_id == self.ada.id)).one()
        assert ticket.team == TEAM
        self.number = ticket.number
        StaffMember(self._site.url, "holder@door.example", PASSWORD).post(f"/desk/tickets/{self.number}/claim")
        with self._site.db.transaction() as session:
            session.execute(update(Staff).where(Staff.email == "holder@door.example").values(teams=TEAMS["holder"]))


def _roles() -> list[tuple[str, str]]:
    return [*((name, "agent") for name in AGENTS), *((role.value, role.value) for role in auth.Role if role != "agent")]
