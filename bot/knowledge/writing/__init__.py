"""While an editor writes: what the bot would answer, what stands near, and what past questions would get."""
