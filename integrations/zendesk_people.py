"""In whose name something is done here that an agent has done in Zendesk."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple, Protocol

from handover.casefile import Case
from handover.errors import Refused
from handover.ids import HandoverId, TaskId
from handover.messages import Acted, Claim, CompleteTask, HandoverStatus, Note, Reply
from handover.ports import SettingsAdmin
from integrations.zendesk_shapes import ZendeskUser

_NOT_THEIRS = frozenset({"not_yours", "already_claimed"})


class StaffActs(Protocol):
    """What people do with a handover. Raises NotFound, Refused and Unavailable, as the client does."""

    async def claim(self, handover: HandoverId, act: Claim) -> Acted: ...

    async def reply(self, handover: HandoverId, act: Reply) -> Acted: ...

    async def note(self, handover: HandoverId, act: Note) -> Acted: ...

    async def complete(self, done: TaskId | HandoverId, act: CompleteTask) -> Acted: ...


class Person(NamedTuple):
    """Somebody here who may act. is_author: they are the agent themselves, by their e-mail address."""

    staff_id: str
    is_author: bool


class NobodyActs(Exception):
    """There is nobody here in whose name it could be done; the text says what would help."""


class ZendeskPeople:
    """The agent themselves where their e-mail address is that of somebody on the team; otherwise whoever stands for agents;
    otherwise the holder. What one of them may not do, the next may. `stand_in`: HANDOVER_ZENDESK_AGENT."""

    def __init__(self, people: SettingsAdmin, acts: StaffActs, stand_in: str | None) -> None:
        self._people = people
        self._acts = acts
        self._stand_in = stand_in

    async def who(self, agent: ZendeskUser | None, case: Case) -> list[Person]:
        """Who may act, the best first. Raises NobodyActs."""
        team = [one for one in await self._people.team() if one.enabled]
        email = (agent.email if agent and agent.email else "").casefold()
        same = [one.id for one in team if email and one.addresses.get("email", "").casefold() == email]
        others = [one for one in (self._stand_in, case.holder_id) if one and any(one == person.id for person in team)]
        if not same and not others:
            raise NobodyActs(
                "nobody in Handover has the agent's e-mail address, nobody holds the case, and HANDOVER_ZENDESK_AGENT "
                "names nobody on the team"
            )
        return [Person(one, one in same) for one in dict.fromkeys([*same, *others])]

    async def reply(self, case: Case, who: list[Person], parts: dict[str, str]) -> Person:
        """Write to the contact, a message for each part by its id; a case that nobody has claimed is claimed first."""

        async def write(staff_id: str) -> None:
            if case.status is HandoverStatus.open:
                with suppress(Refused):  # somebody else has it by now: whether this person may write, the reply says
                    await self._acts.claim(case.id, Claim(staff_id=staff_id))
            for message_id, text in parts.items():
                await self._acts.reply(case.id, Reply(staff_id=staff_id, message_id=message_id, text=text))

        return await _first_who_may(who, write)

    async def note(self, case: Case, who: list[Person], parts: dict[str, str]) -> Person:
        """Write for colleagues."""

        async def write(staff_id: str) -> None:
            for message_id, text in parts.items():
                await self._acts.note(case.id, Note(staff_id=staff_id, message_id=message_id, text=text))

        return await _first_who_may(who, write)

    async def complete(self, case: Case, who: list[Person], act: CompleteTask) -> Person:
        """What is open in the handover is done."""

        async def done(staff_id: str) -> None:
            await self._acts.complete(case.id, act.model_copy(update={"staff_id": staff_id}))

        return await _first_who_may(who, done)


async def _first_who_may(who: list[Person], act: Callable[[str], Awaitable[None]]) -> Person:
    """Act as the first of them who may. Raises Refused as the last of them was refused."""
    for person in who[:-1]:
        try:
            await act(person.staff_id)
        except Refused as error:
            if error.code not in _NOT_THEIRS:
                raise
        else:
            return person
    await act(who[-1].staff_id)
    return who[-1]
