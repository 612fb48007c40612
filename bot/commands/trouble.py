"""Which errors are told to the operator as a sentence, and how."""


class Trouble(Exception):
    """A command cannot do what it was asked. The message says why and what to do."""

    exit_code = 2


def expected() -> tuple[type[Exception], ...]:
    """Errors that end a command with a sentence; all others are our mistakes and keep their traceback."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.backup import BackupError
    from bot.core.errors import FirebreakError
    from bot.core.settings import SettingsError
    from bot.migrations import SchemaError
    from bot.policy.load import PolicyError
    from bot.up.addresses import PortTakenError
    from bot.up.lock import DataDirInUseError
    from bot.up.run import PrepareError
    from bot.up.training import TrainingError
    from knowledge_index.client import KnowledgeRefused, KnowledgeUnavailable
    from knowledge_index.seed import BadSeed

    told = (
        SettingsError,
        SchemaError,
        BackupError,
        FirebreakError,
        PolicyError,
        KnowledgeUnavailable,
        KnowledgeRefused,
        BadSeed,
        SQLAlchemyError,
        OSError,
    )
    return (Trouble, *told, PortTakenError, DataDirInUseError, PrepareError, TrainingError)


def in_words(error: Exception) -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from bot.core.settings import masked
    from knowledge_index.client import KnowledgeUnavailable

    if isinstance(error, SQLAlchemyError):
        cause = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        return f"The database cannot be used: {masked(cause)}"
    if isinstance(error, KnowledgeUnavailable):
        cause = masked(str(error))
        return f"{cause[:1].upper()}{cause[1:]}. Is `firebreak up` running, and FIREBREAK_KNOWLEDGE_URL right?"
    return masked(str(error)) or type(error).__name__
