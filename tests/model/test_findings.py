"""Where the workflows do not do what the specification says: each alone, as short as it can be.

They are expected to fail. One that passes has been put right: take it out, together with its number in findings.py.
"""

from datetime import timedelta

import pytest

from handover.messages import Outcome
from tests.model import plans, player
from tests.model.picture import Picture
from tests.model.plans import Plan
from tests.model.player import Mismatch, Player
from tests.model.spec import BotSettings
from tests.model.stage import Stage

MINUTE = timedelta(minutes=1)
SHORT = BotSettings(close_after=360 * MINUTE)
ESCALATES = plans.Completes("omar", Outcome.needs_escalation)
AGREES_ON_A_TIME = plans.Completes("holder", Outcome.scheduled, follow_up=25 * MINUTE)

FINDINGS = {
    "1: the store's next step leaves the reactivation out": Plan(
        BotSettings(), None, (plans.Writes("human"), plans.Claims("holder"), plans.Reassigns("holder", "user:mei"))
    ),
    "2: after needs_escalation the due time counts from a follow-up that is over": Plan(
        BotSettings(), None, (plans.Writes("human"), AGREES_ON_A_TIME, ESCALATES)
    ),
    "3: a message that is posted again opens a closed conversation": Plan(
        BotSettings(), None, (plans.Writes("question"), plans.Closes("ben"), plans.Writes("again"))
    ),
    "4: a conversation that began with the button closes after the default of 7 days": Plan(
        SHORT,
        None,
        (plans.PressesButton(), plans.Completes("holder", Outcome.closed), plans.WaitsForNext(timedelta(seconds=6))),
    ),
    "5: whoever steps in while the bot thinks is not told that the contact waits": Plan(
        BotSettings(), None, (plans.Writes("thanks"), plans.WritesWhile("sarah"))
    ),
}


@pytest.fixture
def nothing_is_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "is_known_to_differ", lambda model, act: False)
    monkeypatch.setattr(player, "forgiven", _as_expected)


def _as_expected(expected: Picture, seen: Picture) -> Picture:
    return expected


@pytest.mark.usefixtures("nothing_is_forgiven")
@pytest.mark.parametrize("name", FINDINGS)
@pytest.mark.xfail(raises=Mismatch, strict=True, reason="see findings.py")
async def test_a_known_difference(stage: Stage, name: str) -> None:
    await Player.play(stage, FINDINGS[name])
