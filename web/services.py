"""What the routes work with: the parts that web/app.py puts together, by their ports."""

from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request

from client import HandoverClient
from handover.ports import (
    Arrivals,
    BotSettings,
    ButtonReplies,
    Couriers,
    Desk,
    Doorkeeper,
    Events,
    EventTests,
    Inbox,
    KeptAttachments,
    LookUpOpenings,
    MissedHandovers,
    OpensAttachments,
    People,
    Plotter,
    Reads,
    Recognise,
    SettingsAdmin,
    Subscriptions,
    Team,
    Texts,
)
from settings import AppSettings
from web.crowd import Crowd
from web.watcher import Watcher
from web.writers import Writers


class Admin(BotSettings, SettingsAdmin, Protocol):
    """The bots' and the team's settings, to be read and changed."""


class AllReads(Reads, Events, Protocol):
    """The store's projection, and what is new in it."""


@dataclass(frozen=True)
class Services:
    """One web process's parts. `secret` signs the cookies of visitors."""

    settings: AppSettings
    client: HandoverClient
    couriers: Couriers
    reads: AllReads
    admin: Admin
    team: Team
    people: People
    inbox: Inbox
    desk: Desk
    arrivals: Arrivals
    kept: KeptAttachments
    attachments: OpensAttachments
    texts: Texts
    missed: MissedHandovers
    subscriptions: Subscriptions
    event_tests: EventTests
    door: Doorkeeper
    watcher: Watcher
    recognise: Recognise
    openings: LookUpOpenings
    plots: Plotter
    button_replies: ButtonReplies
    secret: str
    writers: Writers = field(default_factory=Writers)
    crowd: Crowd = field(default_factory=Crowd)


def services(request: Request) -> Services:
    """The services of the app that serves this request."""
    found: Services = request.app.state.services
    return found


Parts = Annotated[Services, Depends(services)]
