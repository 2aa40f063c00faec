"""How many conversations one address may begin: nobody fills the system with empty ones."""

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

MOST = 60
"""New conversations of one address in an hour."""
WITHIN_SECONDS = 3600.0
ADDRESSES = 10_000
"""How many addresses are remembered at most; whoever began nothing for longest is forgotten first."""


class Crowd:
    """Who began what in the last hour, in one web process. Times are seconds on a clock that only goes forward."""

    def __init__(self) -> None:
        self._begun: OrderedDict[str, dict[str, float]] = OrderedDict()

    def knows(self, address: str, conversation_id: str) -> bool:
        """Whether this conversation is counted already."""
        return conversation_id in self._begun.get(_network(address), {})

    def admits(self, address: str, conversation_id: str, now: float) -> bool:
        """Count a new conversation; False, and nothing is counted, where there were too many."""
        network = _network(address)
        recent = {one: at for one, at in self._begun.get(network, {}).items() if now - at < WITHIN_SECONDS}
        if len(recent) >= MOST:
            return False
        self._begun[network] = recent | {conversation_id: now}
        self._begun.move_to_end(network)
        if len(self._begun) > ADDRESSES:
            self._begun.popitem(last=False)
        return True


def _network(address: str) -> str:
    """Of an IPv6 address its network: whoever has one address there has them all."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None else address
