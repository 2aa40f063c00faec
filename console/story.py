"""The HVAC walkthrough: from a visitor's question to the bot's return, every step checked as it happens."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime

from console.api import Json
from console.pace import stands_for
from console.stage import Stage

Step = Callable[[], Awaitable[None]]
BeforeStep = Callable[[str], Awaitable[None]]


class DidNotHappen(Exception):
    """Something in the story did not come about; the text says what."""


async def _nothing(step: str) -> None:
    return None


class Story:
    """Plays the walkthrough. `before_step` is called with each step's name before it is played.

    `patience`: how many seconds something may take that happens by itself. Raises DidNotHappen.
    """

    def __init__(self, stage: Stage, patience: float = 60.0, before_step: BeforeStep = _nothing) -> None:
        self.stage = stage
        self.patience = patience
        self.before_step = before_step

    def steps(self) -> list[Step]:
        return [
            self.visitor_asks,
            self.visitor_says_who_they_are,
            self.visitor_wants_a_human,
            self.everything_is_handed_over,
            self.visitor_writes_into_the_silence,
            self.bot_comes_back,
            self.ladder_reaches_the_manager,
            self.manager_answers,
            self.manager_completes_the_task,
            self.bot_knows_what_was_said,
        ]

    async def play(self) -> None:
        """All steps, one after the other."""
        for step in self.steps():
            await self.before_step(step.__name__)
            await step()

    async def visitor_asks(self) -> None:
        """The visitor asks what an error code means, and the bot asks for the model."""
        self.stage.headline("1 · A visitor asks the bot")
        await self._say("Hi! My heating shows error code E4. What does it mean?")
        await self._answered("model", "the bot asks for the model")
        await self._say("It's an NW-200")
        await self._answered("E4", "the bot explains the code from its knowledge")

    async def visitor_says_who_they_are(self) -> None:
        """The bot collects what a person needs to call back."""
        self.stage.headline("2 · The bot collects name, phone and email")
        for words in ("Jamie Rivera", "312 555 0142", "jamie@example.org"):
            await self._say(words)
            await self._replied()
        contact = self.stage.conversation["contact"]
        await self._expect(
            lambda: _collected(self.stage.conversation["contact"]), f"name, phone and email are kept (now: {contact})"
        )

    async def visitor_wants_a_human(self) -> None:
        """A plain request, and the final message."""
        self.stage.headline("3 · The visitor wants a person")
        await self._say("I want to talk to a human")
        await self._expect(
            lambda: self.stage.said("system", "Thank you! Someone from the team"), "the final message is sent"
        )

    async def everything_is_handed_over(self) -> None:
        """Assignee, tag, task: everything that the action does."""
        stage = self.stage
        stage.headline("4 · The handover")
        await self._expect(lambda: bool(stage.detail.get("assignee")), "somebody is assigned")
        await self._expect(lambda: "human_handover" in stage.conversation["contact"]["tags"], "the contact is tagged")
        title = "Follow up: My heating shows error code E4."
        await self._expect(
            lambda: stage.task.get("title", "").startswith(title), "the task names what the visitor needs"
        )
        await self._expect(lambda: "Jamie Rivera" in stage.task["description"], "the task holds what is known")
        stage.fact("reason", f"{stage.detail['reason']}, because of “{stage.detail['evidence'][0]['matched']}”")
        stage.fact("assigned to", stage.detail["assignee"])
        await self._expect(lambda: _all_done(stage.detail["actions"]), "all steps are done")
        stage.fact("tags", ", ".join(stage.conversation["contact"]["tags"]))
        stage.fact("task", f"{stage.task['title']}, priority {stage.task['priority']}, due in {_due(stage.detail)}")
        stage.fact("notified", stage.detail["actions"]["notify"]["text"])

    async def visitor_writes_into_the_silence(self) -> None:
        """The bot keeps quiet, and nothing that the visitor writes is lost."""
        self.stage.headline("5 · The bot is silent; nobody acts")
        await self._say("Do you repair heat pumps at the weekend? What does a visit cost?")
        await self._expect(lambda: self.stage.said("contact", "What does a visit cost?"), "the message is kept")

    async def bot_comes_back(self) -> None:
        """Nobody acted in time: the bot answers what was written meanwhile, and the task stays."""
        self.stage.headline("6 · Nobody acted: the bot comes back, the task stays")
        await self._expect(lambda: self.stage.logged("reactivated"), "the bot is reactivated")
        await self._replied()

    async def ladder_reaches_the_manager(self) -> None:
        """The task is overdue and goes to the manager."""
        self.stage.headline("7 · The task is unanswered until the ladder reaches the manager")
        await self._expect(lambda: self.stage.logged("overdue"), "the task is overdue")
        await self._expect(lambda: self.stage.detail.get("assignee") == "omar", "the manager has the case")
        self.stage.fact("manager's rung", f"omar, priority {self.stage.task['priority']}")

    async def manager_answers(self) -> None:
        """The manager claims the case and writes inside the conversation."""
        self.stage.headline("8 · The manager answers inside the conversation")
        await self._act("claim", {})
        text = "Hello Jamie, this is Omar. Your technician comes tomorrow at 9:30 and brings a new igniter."
        await self._act("reply", {"message_id": uuid.uuid4().hex, "text": text})
        await self._expect(lambda: self.stage.said("person", "tomorrow at 9:30"), "the manager's answer arrives")
        await self._say("Great, thank you!")

    async def manager_completes_the_task(self) -> None:
        """The task is done, and the bot has the conversation again."""
        self.stage.headline("9 · The manager completes the task")
        body = {"staff_id": "omar", "outcome": "closed", "note": "Visit booked for tomorrow 9:30.", "converted": True}
        task_id = self.stage.task["task_id"]
        key = uuid.uuid4().hex
        await self.stage.patiently(lambda: self.stage.api.post(f"/tasks/{task_id}/complete", body, idempotency_key=key))
        await self._expect(lambda: self.stage.task.get("status") == "completed", "the task is completed")
        await self._expect(lambda: self.stage.conversation["status"] == "bot", "the conversation is the bot's again")
        self.stage.fact(
            "task", f"{self.stage.task['title']}: {self.stage.task['status']} ({self.stage.task['outcome']})"
        )

    async def bot_knows_what_was_said(self) -> None:
        """The bot answers with the whole context, the person's words included."""
        self.stage.headline("10 · The bot is back, with the whole context")
        await self._say("What time is the technician coming?")
        await self._answered("9:30", "the bot knows what the manager promised")

    # ---- how steps are played and checked ------------------------------------------------------------------------------

    async def _say(self, text: str) -> None:
        """The visitor writes; sent again with the same id until it is accepted."""
        self._heard = len([one for one in self.stage.messages if one["author"] == "bot"])
        message = {"message_id": uuid.uuid4().hex, "text": text, "bot_id": "hvac", "channel": "web"}
        path = f"/conversations/{self.stage.conversation_id}/messages"
        await self.stage.patiently(lambda: self.stage.api.post(path, message))
        await self._expect(lambda: self.stage.said("contact", text), f"the message is recorded: {text}")

    async def _act(self, act: str, body: Json) -> None:
        """The manager does something with the handover; repeated under the same key where no answer came."""
        key = uuid.uuid4().hex
        path, body = f"/handovers/{self.stage.detail['handover_id']}/{act}", {"staff_id": "omar", **body}
        await self.stage.patiently(lambda: self.stage.api.post(path, body, idempotency_key=key))

    async def _replied(self) -> None:
        """The bot says something more than it had before the visitor's last words."""
        await self._expect(lambda: len(self._bot_words()) > self._heard, "the bot answers")
        self._heard = len(self._bot_words())

    async def _answered(self, part: str, what: str) -> None:
        await self._expect(lambda: any(part.lower() in one.lower() for one in self._bot_words()[self._heard :]), what)

    async def _expect(self, condition: Callable[[], bool], what: str) -> None:
        if not await self.stage.until(condition, self.patience):
            raise DidNotHappen(f"This did not happen within {self.patience:.0f} s: {what}.")

    def _bot_words(self) -> list[str]:
        return [one["text"] for one in self.stage.messages if one["author"] == "bot"]


def _collected(contact: Json) -> bool:
    return bool(contact["name"] == "Jamie Rivera" and contact["phone"] and contact["email"] == "jamie@example.org")


def _all_done(actions: Json) -> bool:
    # Which steps an action has is known only once the handover was settled for the first time.
    return bool(actions) and all(one["status"] == "done" for one in actions.values())


def _due(detail: Json) -> str:
    due_at = detail["tasks"][-1]["due_at"]
    length = datetime.fromisoformat(due_at) - datetime.fromisoformat(detail["opened_at"])
    return f"{length.total_seconds():.0f} s (stands for {stands_for(length)}; an hour plays in a second)"
