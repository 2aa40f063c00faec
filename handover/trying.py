"""Test conversations: somebody tries a bot's settings in one. The rules, the handover and its ladder are as in earnest, but
nobody of the team is told, nothing leaves for systems outside, and nothing counts.

A conversation is a test by its channel, which everything knows that looks at one.
"""

TEST_CHANNEL = "test"


def is_test(channel: str) -> bool:
    """Whether what happens on this channel is only tried."""
    return channel == TEST_CHANNEL
