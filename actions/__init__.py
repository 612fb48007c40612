"""What the bot can do when its turn comes. An action reads, speaks and returns one signal; it writes nothing."""
