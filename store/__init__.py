"""What the system knows: repositories over one database, bundled for the composition roots."""

from store.access import Access
from store.attachments import Attachments
from store.backtest import Recordings
from store.database import Database
from store.desk import Desk
from store.handovers import Handovers
from store.missed import MissedHandovers
from store.notifications import Notifications
from store.people import People
from store.reads import Reads
from store.settings import Settings
from store.subscriptions import Subscriptions
from store.team import Team
from store.texts import Texts
from store.transcripts import Transcripts
from store.writing import Clock, utcnow

__all__ = ["Database", "Store"]


class Store:
    """All repositories over one database. `clock` gives the time in UTC."""

    def __init__(self, database: Database, clock: Clock = utcnow) -> None:
        self.database = database
        self.settings = Settings(database, clock)
        self.team = Team(database, clock)
        self.people = People(database, clock)
        self.transcripts = Transcripts(database, clock)
        self.handovers = Handovers(database, clock)
        self.notifications = Notifications(database, clock)
        self.reads = Reads(database, clock)
        self.access = Access(database, clock)
        self.attachments = Attachments(database, clock)
        self.missed = MissedHandovers(database, clock)
        self.desk = Desk(database, clock)
        self.texts = Texts(database, clock)
        self.recordings = Recordings(database, clock)
        self.subscriptions = Subscriptions(database, clock)

    @classmethod
    def at(cls, url: str) -> "Store":
        """The store in the database at this SQLAlchemy URL."""
        return cls(Database(url))

    async def close(self) -> None:
        """Let go of all connections."""
        await self.database.close()
