"""The tracker store: bounded, least recently used out first, and a turn that failed leaves no trace."""

import asyncio
import unittest

from rasa.core.tracker_store import TrackerStore, check_if_tracker_store_async
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.utils.endpoints import read_endpoint_config

from bot.nlu.tracker_store import LruTrackerStore

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [greet]
    slots:
      language: {type: categorical, values: [en, zh], mappings: [{type: from_entity, entity: language}]}
    entities: [language]
    """
)


class TheStore(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.store = LruTrackerStore(DOMAIN, capacity=2)

    async def test_gives_back_what_was_said_and_the_slots(self) -> None:
        tracker = await self.store.get_or_create_tracker("ada")
        tracker.update_with_events(
            [UserUttered("你好", {"name": "greet"}), SlotSet("language", "zh"), ActionExecuted("action_talk")], DOMAIN
        )
        await self.store.save(tracker)
        again = await self.store.retrieve("ada")
        assert again is not None
        assert again.get_slot("language") == "zh"
        assert again.latest_message.text == "你好"
        assert list(again.events) == list(tracker.events)

    async def test_leaves_out_what_a_failed_turn_did_not_save(self) -> None:
        tracker = await self.store.get_or_create_tracker("ada")
        tracker.update(UserUttered("lost in the crash"), DOMAIN)
        again = await self.store.retrieve("ada")
        assert again is not None
        assert again.latest_message.text is None

    async def test_forgets_the_conversation_that_was_quiet_longest(self) -> None:
        await self.store.get_or_create_tracker("ada")
        await self.store.get_or_create_tracker("ben")
        await self.store.retrieve("ada")
        await self.store.get_or_create_tracker("cleo")
        assert set(await self.store.keys()) == {"ada", "cleo"}

    async def test_forgets_sooner_where_conversations_are_long(self) -> None:
        store = LruTrackerStore(DOMAIN, capacity=100, events=12)
        for name in ("ada", "ben", "cleo"):
            tracker = await store.get_or_create_tracker(name)
            tracker.update_with_events([UserUttered("again")] * 5, DOMAIN)
            await store.save(tracker)
            await store.save(tracker)
        assert set(await store.keys()) == {"ben", "cleo"}

    async def test_keeps_the_conversation_under_way_however_long(self) -> None:
        store = LruTrackerStore(DOMAIN, events=1)
        tracker = await store.get_or_create_tracker("ada")
        tracker.update_with_events([UserUttered("again")] * 5, DOMAIN)
        await store.save(tracker)
        assert set(await store.keys()) == {"ada"}

    async def test_knows_nobody_that_it_never_met(self) -> None:
        assert await self.store.retrieve("nobody") is None


class TheProject(unittest.TestCase):
    def test_names_it_in_endpoints_yml(self) -> None:
        store = TrackerStore.create(read_endpoint_config("endpoints.yml", "tracker_store"), DOMAIN)
        assert isinstance(store, LruTrackerStore)
        assert check_if_tracker_store_async(store)
        assert asyncio.run(store.exists("nobody")) is False
