"""Which engine answers, and which one stands in for it: chosen by settings alone."""

from bot.core.settings import Settings
from bot.dialogue.engine import Engine
from bot.dialogue.fallback import KnowledgeEngine
from bot.dialogue.scripted import ScriptedEngine
from bot.dialogue.sticky import StickyRasas
from knowledge_index.client import KnowledgeClient


def chosen(settings: Settings, knowledge: KnowledgeClient) -> tuple[Engine, Engine]:
    """The engine of `settings.engine`, and its fallback."""
    fallback = KnowledgeEngine(knowledge)
    match settings.engine:
        case "rasa":
            return StickyRasas(settings.rasa_urls, timeout_seconds=settings.turn_timeout_seconds), fallback
        case "knowledge":
            return fallback, fallback
        case "scripted":
            return ScriptedEngine(), fallback
