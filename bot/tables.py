"""Every room's tables, gathered for migrations."""

import bot.alerts.models
import bot.chat.models
import bot.core.audit
import bot.core.auth
import bot.core.jobs
import bot.core.tokens
import bot.desk.models
import bot.knowledge.gaps.models
import bot.knowledge.imports.models
import bot.knowledge.inbox.models
import bot.knowledge.models
import bot.knowledge.wishes.models
import bot.learning.models
import bot.operations.models  # noqa: F401
from bot.core.tables import Base

metadata = Base.metadata
