"""How well intents are told apart: on the project's own sentences, then on public ones where they are present."""

from bench.nlu import intents, public

intents.main()
public.main()
