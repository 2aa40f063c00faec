"""The bot's brain: facts about a turn, by an OpenAI-compatible model or by the built-in reader that needs no key."""
