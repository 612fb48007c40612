"""How well intents are told apart, on the project's own sentences."""
