"""What the routes work with: the parts that web/app.py puts together, by their ports."""

from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request

from client import HandoverClient
from handover.ports import (
    BotSettings,
    Doorkeeper,
    Events,
    Inbox,
    LookUpOpenings,
    MissedHandovers,
    Reads,
    Recognise,
    SettingsAdmin,
    Team,
)
from settings import AppSettings
from web.watcher import Watcher


class Admin(BotSettings, SettingsAdmin, Protocol):
    """The bots' and the team's settings, to be read and changed."""


class AllReads(Reads, Events, Protocol):
    """The store's projection, and what is new in it."""


@dataclass(frozen=True)
class Services:
    """One web process's parts. `secret` signs the cookies of visitors."""

    settings: AppSettings
    client: HandoverClient
    reads: AllReads
    admin: Admin
    team: Team
    inbox: Inbox
    missed: MissedHandovers
    door: Doorkeeper
    watcher: Watcher
    recognise: Recognise
    openings: LookUpOpenings
    secret: str


def services(request: Request) -> Services:
    """The services of the app that serves this request."""
    found: Services = request.app.state.services
    return found


Parts = Annotated[Services, Depends(services)]
