"""What a process does with the database before it works: the newest tables, an example bot where there is none, and
somebody who may manage the team."""

from pathlib import Path

from handover.people import access_of
from handover.sign_in import LINK_LASTS
from handover.staff import Access, Staff
from store import Store
from store.folder import read_folder

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FIRST_ADMIN = Staff(id="admin", name="Admin", access=Access.admin, capacity=0, available=False)
"""Who manages a new installation, and takes no cases: those go to the people who answer, until the admin says otherwise."""


async def first_start(store: Store, *, example: bool = True) -> None:
    """Migrate, and on an empty database load the example, so that there is a bot to talk to, unless `example` is False. Where
    nobody is an admin, make one. Safe to repeat."""
    await store.database.migrate()
    if example and not await store.settings.bots():
        await load_folder(store, EXAMPLES / "hvac")
    await _have_an_admin(store)


async def _have_an_admin(store: Store) -> None:
    team = await store.settings.team()
    if not _admins(team) and FIRST_ADMIN.id not in {person.id for person in team}:
        await store.settings.put_staff(FIRST_ADMIN)


async def first_link(store: Store) -> tuple[str, str] | None:
    """The staff id of an admin and a one-time link's token, as long as no admin has a password. It replaces the one before."""
    admins, sign_ins = _admins(await store.settings.team()), await store.access.sign_ins()
    if not admins or any(one.id in sign_ins and sign_ins[one.id].has_password for one in admins):
        return None
    return admins[0].id, await store.access.make_link(admins[0].id, "first start", LINK_LASTS)


def _admins(team: list[Staff]) -> list[Staff]:
    return [person for person in team if person.enabled and access_of(person) is Access.admin]


async def load_folder(store: Store, folder: Path) -> None:
    """Load `staff.yaml`, `bot.yaml` and the knowledge that it names. Raises SettingsError naming file, line and key."""
    bot, documents, team = read_folder(folder)
    for person in team:
        await store.settings.put_staff(person)
    await store.settings.put_bot(bot, documents)
