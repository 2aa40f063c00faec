"""The doors to the world: what activities need of it. Adapters plug in at adapters.py, worker.py, starter.py and web/app.py.

assistant       the bot's brain
conversations   transcripts and handovers as they are written down, and the workflows that run them
bots            their settings and documents; the team's settings are changed beside them
team            who gets a case, when somebody is there, and how managers change people
channels        the ways to contacts, and what their systems say later
couriers        what waits for a system outside, and what carries it there
attachments     pictures and documents that come with messages
notifications   how staff are told: letters, digests, tickets, buttons
events          what has happened, and the programs that are told of it
reads           what the API and the pages show
desk            what people leave as they work
access          who may come in

A record that is spoken in at a door stands beside that door. Everything is imported from here, as handover.ports.Reads.
"""

from handover.ports.access import Doorkeeper, Receipt
from handover.ports.assistant import Account, Assistant, ContactDetails, Question, Recognise, Told
from handover.ports.attachments import KeptAttachments, OpensAttachments
from handover.ports.bots import BotSettings, Document, SavedSettings, SettingsAdmin, Versioned
from handover.ports.channels import Arrivals, Channel, RemoteChannel, SentPart, SentParts, Texts
from handover.ports.conversations import Conversations, Handovers, Line, Recorded, Transcripts
from handover.ports.couriers import Audience, Carrier, Couriers, Outbox
from handover.ports.desk import Desk, MissedHandovers
from handover.ports.events import EventQueue, Events, EventTests, Subscriptions
from handover.ports.notifications import ButtonReplies, Digester, Digests, Inbox, Notifier, Ticketing
from handover.ports.reads import Plotter, Reads, Reviews
from handover.ports.team import LookUpOpenings, People, Team

__all__ = [
    "Account",
    "Arrivals",
    "Assistant",
    "Audience",
    "BotSettings",
    "ButtonReplies",
    "Carrier",
    "Channel",
    "ContactDetails",
    "Conversations",
    "Couriers",
    "Desk",
    "Digester",
    "Digests",
    "Document",
    "Doorkeeper",
    "EventQueue",
    "EventTests",
    "Events",
    "Handovers",
    "Inbox",
    "KeptAttachments",
    "Line",
    "LookUpOpenings",
    "MissedHandovers",
    "Notifier",
    "OpensAttachments",
    "Outbox",
    "People",
    "Plotter",
    "Question",
    "Reads",
    "Receipt",
    "Recognise",
    "Recorded",
    "RemoteChannel",
    "Reviews",
    "SavedSettings",
    "SentPart",
    "SentParts",
    "SettingsAdmin",
    "Subscriptions",
    "Team",
    "Texts",
    "Ticketing",
    "Told",
    "Transcripts",
    "Versioned",
]
