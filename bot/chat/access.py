"""Who may open which conversation, and how one begins."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels import registry
from bot.chat.models import ChannelIdentity, Conversation, Customer
from bot.chat.schemas import ConversationIn, CustomerIn
from bot.core import clock, errors, tokens
from bot.core.settings import Settings
from bot.core.tables import insert_if_absent, new_id
from bot.core.tokens import Keyring


def check_token(keys: Keyring, conversation_id: str, token: str | None) -> None:
    """Refuse a token that is missing (401), invalid (401) or of another conversation (404)."""
    if not token:
        raise errors.Unauthenticated("This call needs the conversation's bearer token.")
    if tokens.subject_of(keys, token) != conversation_id:
        raise errors.NotFound


def identity_claims(settings: Settings, token: str | None) -> dict[str, Any] | None:
    """The host's word on who this is. Raises Unauthenticated when it is needed and missing, or not valid."""
    if token is None:
        if settings.identity_required:
            raise errors.Unauthenticated("This shop asks customers to sign in first: identity_token is missing.")
        return None
    if not settings.identity_secret:
        raise errors.Invalid(
            "Identity tokens are not set up here (FIREBREAK_IDENTITY_SECRET).", fields={"identity_token": "not set up"}
        )
    return tokens.identity_of(token, secret=settings.identity_secret, audience=settings.identity_audience)


def do_start(session: Session, *, wanted: ConversationIn, claims: dict[str, Any] | None) -> Conversation:
    """Begin a conversation for the person that the claims, else the visitor_id, name."""
    channel = registry.named(wanted.channel)
    conversation_id = new_id()
    customer = _person(session, wanted=wanted, claims=claims, conversation_id=conversation_id)
    language = "zh" if (wanted.language or "").lower().startswith("zh") else "en"
    conversation = Conversation(
        id=conversation_id,
        customer_id=customer.id,
        channel=channel.name,
        family=channel.family,
        language=language,
        created_at=clock.now(),
    )
    session.add(conversation)
    session.flush()
    return conversation


def _person(
    session: Session, *, wanted: ConversationIn, claims: dict[str, Any] | None, conversation_id: str
) -> Customer:
    address = str(claims["sub"]) if claims else wanted.visitor_id or conversation_id
    prefix = "host" if claims else "visitor" if wanted.visitor_id else "conversation"
    person_key = f"{prefix}:{address}"
    insert_if_absent(session, Customer, {"person_key": person_key, "created_at": clock.now()})
    customer = session.scalars(select(Customer).where(Customer.person_key == person_key)).one()
    _describe(customer, wanted.customer, claims or {})
    session.flush()
    door = {"customer_id": customer.id, "channel": wanted.channel, "address": person_key}
    insert_if_absent(session, ChannelIdentity, door)
    return customer


def _describe(customer: Customer, told: CustomerIn | None, claims: dict[str, Any]) -> None:
    """Keep what the host vouches for, then what the customer says, then what was known."""
    said = told or CustomerIn()
    customer.name = claims.get("name") or said.name or customer.name
    customer.email = claims.get("email") or said.email or customer.email
    customer.phone = claims.get("phone") or said.phone or customer.phone
    customer.tier = claims.get("tier") or customer.tier
    customer.account = claims.get("account") or customer.account
