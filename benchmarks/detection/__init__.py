"""How well the built-in assistant recognises when a customer needs a person: README.md says what the set holds."""
