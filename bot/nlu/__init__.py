"""The parts of ours that run inside Rasa: graph components, tracker store, launcher.

Python 3.10, Rasa 3.6.21. Nothing of `bot` is imported here but `bot.wire`.
"""
