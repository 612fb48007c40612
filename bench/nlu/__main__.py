"""How well intents are told apart: on the project's own sentences, then on public ones where they are present.

`python -m bench.nlu [--data ../shared/data] [--only banking]`, with a knowledge service of its own.
"""

import asyncio
import os

from bench.knowledge.running import service
from bench.nlu import intents, public


async def main() -> None:
    options = public.parser("bench.nlu").parse_args()
    async with service() as running:
        os.environ["FIREBREAK_KNOWLEDGE_URL"] = running.url
        if not options.only:
            await asyncio.to_thread(intents.main)
        await asyncio.to_thread(public.show, options.data, options.only)


asyncio.run(main())
