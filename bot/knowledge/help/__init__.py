"""The public help pages: what customers may read, without a question to the bot."""
