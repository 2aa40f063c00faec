"""The web chat: pages and backends read the conversation's history themselves, so a message has left once it is there."""

from handover.turns import Delivery


class WebChannel:
    """Nothing to call: `mark_left` makes the message visible to readers."""

    async def send(self, delivery: Delivery) -> None:
        return None
