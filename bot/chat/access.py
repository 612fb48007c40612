"""Who may open which conversation, and how one begins."""

from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels import registry
from bot.chat.models import ChannelIdentity, Conversation, Customer
from bot.chat.schemas import ConversationIn, CustomerIn, Identity, Vouched
from bot.core import clock, errors, refusals, tokens
from bot.core.settings import Settings
from bot.core.tables import insert_if_absent, new_id
from bot.core.tokens import Keyring


def check_token(keys: Keyring, conversation_id: str, token: str | None) -> datetime:
    """When `token` ends. Refuses one that is missing (401), invalid (401) or of another conversation (404)."""
    if not token:
        raise errors.Unauthenticated("This call needs the conversation's bearer token.")
    claims = tokens.claims_of(keys, token)
    if claims.subject != conversation_id:
        raise errors.NotFound
    return claims.ends_at


def identity(settings: Settings, token: str | None) -> Identity | None:
    """The host's word on who this is.

    Raises Unauthenticated when it is needed and missing, or not the host's; RequestValidationError when a claim in it
    cannot be kept.
    """
    if token is None:
        if settings.identity_required:
            raise errors.Unauthenticated("This shop asks customers to sign in first: identity_token is missing.")
        return None
    if not settings.identity_secret:
        raise errors.Invalid(
            "Identity tokens are not set up here (FIREBREAK_IDENTITY_SECRET).", fields={"identity_token": "not set up"}
        )
    claims = tokens.identity_of(token, secret=settings.identity_secret, audience=settings.identity_audience)
    try:
        return Identity.model_validate(claims)
    except ValidationError as error:
        raise refusals.unfit(error, "identity_token") from error


def do_start(session: Session, *, wanted: ConversationIn, host: Identity | None) -> Conversation:
    """Begin a conversation for the person whom the host, else the visitor_id, names."""
    channel = registry.named(wanted.channel)
    conversation_id = new_id()
    customer = _person(session, wanted=wanted, host=host, conversation_id=conversation_id)
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


def _person(session: Session, *, wanted: ConversationIn, host: Identity | None, conversation_id: str) -> Customer:
    address = host.sub if host else wanted.visitor_id or conversation_id
    prefix = "host" if host else "visitor" if wanted.visitor_id else "conversation"
    person_key = f"{prefix}:{address}"
    insert_if_absent(session, Customer, {"person_key": person_key, "created_at": clock.now()})
    customer = session.scalars(select(Customer).where(Customer.person_key == person_key)).one()
    _describe(customer, wanted.customer, host)
    session.flush()
    door = {"customer_id": customer.id, "channel": wanted.channel, "address": person_key}
    insert_if_absent(session, ChannelIdentity, door)
    return customer


def _describe(customer: Customer, told: CustomerIn | None, host: Identity | None) -> None:
    """Keep what the host vouches for, then what the customer says, then what was known."""
    vouched, said = host or Vouched(), told or CustomerIn()
    customer.name = vouched.name or said.name or customer.name
    customer.email = vouched.email or said.email or customer.email
    customer.phone = vouched.phone or said.phone or customer.phone
    customer.tier = vouched.tier or customer.tier
    customer.account = vouched.account or customer.account
