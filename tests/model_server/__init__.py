"""A stand-in for a model's server: it speaks OpenAI's API over real HTTP, refuses what the vendor would refuse, and fails on
order in every way in which such servers fail."""
