"""Commands on staff accounts, and on the keys that sign tokens."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.commands.trouble import Trouble
from bot.core import auth, clock, passwords, tokens
from bot.core.audit import Happened, do_note
from bot.core.db import Database
from bot.core.settings import Settings

STANDING = {
    auth.PasswordKind.OWN: "own password",
    auth.PasswordKind.GIVEN: "given password",
    auth.PasswordKind.ONE_TIME: "one-time password",
}


def add(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    given = _password_from_stdin() if arguments.password_stdin else ""
    password = given or passwords.one_time()
    with _database(settings) as database, database.transaction() as session:
        account = auth.do_add_staff(
            session,
            email=arguments.email,
            name=arguments.name or arguments.email.partition("@")[0].title(),
            roles=arguments.role,
            password=password,
            teams=arguments.team,
        )
    yield f"{account.email} may sign in as {', '.join(account.roles)}."
    if not given:
        yield f"Password, shown this once: {password}"


def list_(settings: Settings, _arguments: argparse.Namespace) -> Iterator[str]:
    with _database(settings) as database, database.snapshot() as session:
        for account in session.scalars(select(auth.Staff).order_by(auth.Staff.email)):
            running = auth.running_sessions(session, account.id)
            state = STANDING[auth.PasswordKind(account.password_kind)] if account.active else "disabled"
            seen = f", last seen {clock.iso(running[0].seen_at)}" if running else ""
            yield f"{account.email:<32} {','.join(account.roles):<20} {state:<18} {len(running)} sessions{seen}"


def disable(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    with _database(settings) as database, database.transaction() as session:
        account = _account(session, arguments.email)
        auth.do_disable(session, account)
        do_note(session, Happened.DISABLED, staff_id=account.id)
    yield f"{account.email} cannot sign in any more; every session has ended."


def reset_password(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    password = passwords.one_time()
    hashed = passwords.hashed(password)
    with _database(settings) as database, database.transaction() as session:
        account = _account(session, arguments.email)
        auth.do_set_password(session, account, hashed, kind=auth.PasswordKind.ONE_TIME)
        do_note(session, Happened.PASSWORD_RESET, staff_id=account.id)
    yield f"{account.email}: every session has ended. The next sign-in has to choose a password."
    yield f"One-time password, shown this once: {password}"


def rotate_keys(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    with _database(settings) as database, database.transaction() as session:
        accepted = tokens.do_rotate(session, tokens.CUSTOMERS, days=settings.token_days, at_once=arguments.at_once)
    if arguments.at_once:
        yield f"Within {tokens.READ_AGAIN_SECONDS} seconds every customer's token ends."
    else:
        yield f"The new key signs in {tokens.SETTLE_SECONDS} seconds. Keys accepted meanwhile: {accepted}."


def _database(settings: Settings) -> closing[Database]:
    return closing(Database(settings.resolved_database_url))


def _account(session: Session, email: str) -> auth.Staff:
    account = auth.account_of(session, email)
    if account is None:
        raise Trouble(f"There is no account of {email}. `firebreak staff list` shows them all.")
    return account


def _password_from_stdin() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise Trouble("--password-stdin: there was no password on standard input.")
    return password
