"""Settings and policy, the database, whom it lets in, what failed, and whether index and models belong to it."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.engine import make_url

from bot.commands.checks.finding import Finding, Wrong, ok, warning
from bot.core import auth, clock
from bot.core.db import Database
from bot.core.settings import PREFIX, PROJECT_ROOT, Settings
from bot.up.health import get
from bot.up.places import Places

CLOCKS_APART_SECONDS = 5
NO_DATABASE = "there is none yet; `firebreak up` or `firebreak migrate` makes it"


def settings_in_force(settings: Settings) -> Iterator[Finding]:
    yield ok(f"data directory {settings.data_dir.resolve()}, engine {settings.engine}")
    if settings.identity_required and not settings.identity_secret:
        says = f"{PREFIX}IDENTITY_REQUIRED is set without a secret: no conversation can begin"
        raise Wrong(says, f"Set {PREFIX}IDENTITY_SECRET_FILE.")
    if settings.host not in ("127.0.0.1", "::1", "localhost") and not settings.secure_cookies:
        says = f"others reach {settings.host}, and staff's cookies may travel without TLS"
        yield warning(says, f"Put a proxy with HTTPS before it and set {PREFIX}SECURE_COOKIES=true.")


def policy(settings: Settings) -> Iterator[Finding]:
    from bot.policy import load
    from bot.policy.load import PolicyError

    try:
        found = load.load(settings.policy_dir)
    except PolicyError as error:
        raise Wrong(str(error), "Mend the file; the shipped ones are in bot/policy/.") from error
    yield ok(f"{len(found.teams.teams)} teams, {len(found.topics.topics)} topics")
    doubts = [*found.help_lines.doubts()]
    if doubts:
        says = f"customers in danger are told no number they can call. help_lines.yml: {'; '.join(doubts)}"
        raise Wrong(says, "Copy bot/policy/help_lines.yml into your policy folder and confirm it, as its head says.")


def database(settings: Settings) -> Iterator[Finding]:
    from bot import migrations

    if not _exists(settings):
        yield ok(NO_DATABASE)
        return
    with _opened(settings) as db:
        with db.engine.connect() as connection:
            present, newest = migrations.revision_of(connection), migrations.revisions()[-1]
            apart = 0.0 if db.is_sqlite else _clocks_apart(connection)
        if present != newest:
            raise Wrong(f"its schema is {present or 'none'}, this version's is {newest}", "Run `firebreak migrate`.")
        yield ok(f"reachable, schema {newest}")
        if apart > CLOCKS_APART_SECONDS:
            yield warning(f"its clock and ours are {apart:.0f} s apart", "Let NTP keep both machines' clocks.")


def people(settings: Settings) -> Iterator[Finding]:
    from bot.commands.shop import DEMO_STAFF

    if not _exists(settings):
        yield ok(NO_DATABASE)
        return
    demo = [email for email, _, _ in DEMO_STAFF]
    with _opened(settings) as db, db.snapshot() as session:
        staff = session.scalar(select(func.count()).where(auth.Staff.active))
        unchanged = select(auth.Staff.email).where(auth.Staff.active, auth.Staff.email.in_(demo))
        first = auth.Staff.password_kind != auth.PasswordKind.OWN
        left = [*session.scalars(unchanged.where(first).order_by(auth.Staff.email))]
    if left:
        says = f"accounts of the demo that keep the password of the first start: {', '.join(left)}"
        yield warning(says, "Change each password on the staff page, or give the account to nobody.")
    yield ok(f"{staff} active accounts")


def failures(settings: Settings) -> Iterator[Finding]:
    from bot.operations import work

    if not _exists(settings):
        yield ok(NO_DATABASE)
        return
    with _opened(settings) as db, db.snapshot() as session:
        failed = work.failed(session)
    if failed:
        yield warning(f"{failed} pieces of work failed for good", "See `firebreak jobs`; try again with --replay.")
    else:
        yield ok("nothing failed for good")


def index(settings: Settings) -> Iterator[Finding]:
    from bot.knowledge import service

    health = _knowledge(settings) if _exists(settings) else None
    if health is None:
        yield ok(f"no service at {settings.knowledge_url}; it is checked while `firebreak up` runs")
        return
    with _opened(settings) as db, db.snapshot() as session:
        wanted = service.digest(session)
    if health.get("digest") != wanted:
        raise Wrong("it does not hold the published articles", "Wait a minute; then `firebreak reindex`.")
    yield ok(f"{health.get('articles')} articles, equal to the published ones")


def models(settings: Settings) -> Iterator[Finding]:
    """The embedding models by the index's own note of them, the dialogue model by the name that its sources give."""
    from bot.up import training

    places = Places(settings.data_dir.resolve())
    health = _knowledge(settings)
    noted = _noted(places.root / "index" / "manifest.json")
    if health is None:
        yield ok("compared while `firebreak up` runs")
        return
    if noted is not None and noted != health.get("models"):
        raise Wrong("the index on disk was made by other embedding models", "Restart; it is built anew.")
    name = training.fingerprint(PROJECT_ROOT, health.get("models"))
    if settings.engine == "rasa" and not (places.kept_models / f"{name}.tar.gz").exists():
        yield warning("the dialogue model is older than its sources", "It is trained at the next start.")
        return
    yield ok("index and dialogue model were made by the models and sources that are here")


def _noted(manifest: Path) -> Any:
    try:
        return json.loads(manifest.read_text(encoding="utf-8")).get("models")
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise Wrong(f"{manifest} is damaged", "Remove the folder index/; it is built anew.") from error


def _knowledge(settings: Settings) -> dict[str, Any] | None:
    status, health = get(f"{settings.knowledge_url}/healthz")
    return health if status == 200 and isinstance(health, dict) and health.get("state") == "ready" else None


def _clocks_apart(connection: Connection) -> float:
    theirs: datetime = connection.execute(text("select now()")).scalar_one()
    return abs((clock.now() - theirs).total_seconds())


def _exists(settings: Settings) -> bool:
    """Opening an SQLite file that is not there would make it."""
    url = make_url(settings.resolved_database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    with closing(Database(settings.resolved_database_url)) as db:
        yield db
