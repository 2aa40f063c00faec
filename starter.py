"""The command line: python starter.py --help"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from sqlalchemy import make_url

from activities.assistant import BUTTON_CHANNELS
from assistant.builtin import BuiltinAssistant
from assistant.recognition import detect_lines
from console.api import Api, ApiRefused
from console.backtest import Backtest, Order, Outcome, json_lines, show, write_csv
from console.chat import chat as talk
from console.demo import demo as play_demo
from console.fleet import Fleet, body
from console.load import load as load_into
from console.server import serve
from console.simulate import MOST_WEEKS, Files, play, read_sides
from console.simulated import show as show_simulation
from console.simulated import write_csv as write_cases
from console.tasks import show_tasks
from engine.stack import StackFailed, StackPlan
from handover.documents import read_bot
from handover.errors import HandoverError, Refused, SettingsError
from handover.openings import look_up
from handover.ports import Versioned
from handover.replay import Window
from handover.sign_in import LINK_LASTS
from keys import first_key
from settings import AppSettings, settings_or_exit
from store import Store
from store.first_start import EXAMPLES, FIRST_ADMIN, first_link, first_start
from store.folder import read_folder, read_knowledge

app = typer.Typer(help="Handover: takes over where a chat bot should stop.", no_args_is_help=True, add_completion=False)
console = Console()

Port = Annotated[int, typer.Option(help="Where the API and the pages listen.", min=1, max=65535)]
TemporalPort = Annotated[int, typer.Option(help="Where the embedded Temporal server listens.", min=1, max=65535)]
UiPort = Annotated[int, typer.Option(help="Where the Temporal UI listens.", min=1, max=65535)]
DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept.")]
Url = Annotated[str, typer.Option(help="Where Handover runs.", envvar="HANDOVER_URL")]
Result = TypeVar("Result")
LOCAL = "http://127.0.0.1:8000"
_TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"]


def _time(help: str) -> Any:
    """An option that takes a time."""
    return typer.Option(
        help=f"{help} As 2030-01-31T09:00, here or with a zone (+01:00).", formats=_TIMES, metavar="TIME"
    )


class FleetAct(StrEnum):
    reassign = "reassign"
    snooze = "snooze"
    hand_back = "hand-back"


def _plan(port: int, temporal_port: int, ui_port: int, data_dir: Path | None) -> StackPlan:
    settings = settings_or_exit()
    return StackPlan(
        data_dir=data_dir or settings.data_dir,
        port=port,
        temporal_port=temporal_port,
        ui_port=ui_port,
        temporal_address=os.environ.get("TEMPORAL_ADDRESS"),
        temporal_binary=settings.temporal_binary,
        host=settings.host,
    )


@app.command()
def server(
    port: Port = 8000, data_dir: DataDir = None, temporal_port: TemporalPort = 7233, ui_port: UiPort = 8233
) -> None:
    """Run everything on this machine until Ctrl-C; started again, it goes on where it was."""
    plan = _plan(port, temporal_port, ui_port, data_dir)
    _run(serve(plan, console, lambda: _first_link(plan)))


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option(help="Exit when the story is over: 0, or 1 where something did not happen.")
    ] = False,
    port: Port = 8000,
    data_dir: DataDir = None,
    temporal_port: TemporalPort = 7233,
    ui_port: UiPort = 8233,
) -> None:
    """Play the HVAC walkthrough live, then serve until Ctrl-C."""
    plan = _plan(port, temporal_port, ui_port, data_dir)
    raise typer.Exit(_run(play_demo(plan, console, _first_link, once=once, keep_data=data_dir is not None)))


@app.command()
def chat(
    bot: Annotated[str | None, typer.Option(help="Which bot; the default one otherwise.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Go on with this conversation.")] = None,
    url: Url = LOCAL,
) -> None:
    """Talk to a bot in the terminal."""
    _run(_with_api(url, lambda api: talk(api, console, bot, conversation)))


@app.command()
def tasks(
    assignee: Annotated[str | None, typer.Option(help="Whose tasks.")] = None,
    status: Annotated[str | None, typer.Option(help="open, completed or cancelled.")] = "open",
    url: Url = LOCAL,
) -> None:
    """Show the follow-ups on people's lists."""
    _run(_with_api(url, lambda api: show_tasks(api, console, assignee, status)))


@app.command()
def fleet(
    act: Annotated[FleetAct, typer.Argument(help="What to do with every open handover that matches.")],
    to: Annotated[str | None, typer.Option(help="reassign: user:ID, role:NAME or manager.")] = None,
    until: Annotated[datetime | None, _time("snooze: until when.")] = None,
    assignee: Annotated[str | None, typer.Option(help="Whose; '' for what nobody has.")] = None,
    bot: Annotated[str | None, typer.Option(help="Of this bot.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Of this conversation.")] = None,
    reason: Annotated[str | None, typer.Option(help="Handed over for this reason.")] = None,
    status: Annotated[str | None, typer.Option(help="open, acknowledged or scheduled.")] = None,
    opened_since: Annotated[datetime | None, _time("Opened from then on.")] = None,
    opened_before: Annotated[datetime | None, _time("Opened before then.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Without any of these: really everything.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what matches, and change nothing.")] = False,
    by: Annotated[str | None, typer.Option(help="In which manager's name.", envvar="HANDOVER_STAFF_ID")] = None,
    key: Annotated[str | None, typer.Option(help="Go on with a command that was cut off.")] = None,
    url: Url = LOCAL,
) -> None:
    """Reassign, snooze or hand back everything that matches; exit code 1 where something of it was not done."""
    query = {
        "assignee": assignee,
        "bot_id": bot,
        "conversation_id": conversation,
        "reason": reason,
        "status": status,
        "since": _moment(opened_since),
        "until": _moment(opened_before),
    }
    order = body(act.value, query, to=to, until=_moment(until), all=everything, dry_run=dry_run, staff_id=by)
    if not _run(_with_api(url, lambda api: Fleet(api, console).order(order, key))):
        raise typer.Exit(1)


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(help="With bot.yaml, the files of its knowledge, and maybe staff.yaml.")],
    url: Url = LOCAL,
) -> None:
    """Load a bot with its knowledge and its team into a running Handover; exit code 2 where the folder can't be used.

    All of it is checked before anything is changed. What the folder says replaces what is there.
    """
    try:
        found = read_folder(folder)
    except SettingsError as error:
        _fail(f"{error}\nNothing was changed.")
    _run(_with_api(url, lambda api: load_into(api, console, found)))


@app.command()
def detect(
    file: Annotated[typer.FileText, typer.Argument(help="Lines of text; - for standard input.")] = "-",  # type: ignore[assignment]
    bot: Annotated[Path, typer.Option(help="The bot whose rules judge.")] = EXAMPLES / "hvac" / "bot.yaml",
) -> None:
    """Say what each line would trigger: lines in, one JSON object a line out."""
    try:
        rules = read_bot(bot.read_text(encoding="utf-8"), str(bot))
    except (HandoverError, OSError) as error:
        _fail(str(error))
    for found in detect_lines(rules, file):
        typer.echo(found)


@app.command()
def backtest(
    bot: Annotated[Path, typer.Option(help="The bot's file with the rules to try.")],
    since: Annotated[datetime | None, _time("Judge what was written from then on.")] = None,
    until: Annotated[datetime | None, _time("Judge what was written before then.")] = None,
    limit: Annotated[int | None, typer.Option(help="Only the newest so many conversations.", min=1)] = None,
    csv: Annotated[Path | None, typer.Option(help="Write every handover into this file, with its evidence.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each handover, the sum last.")] = False,
    quote: Annotated[bool, typer.Option("--quote", help="With the contacts' own words: personal data.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Try new rules on the recorded conversations: which handovers would appear or vanish. Nothing is changed.

    The built-in assistant reads the messages, whichever answers live: a model would cost minutes and money.
    """
    window = Window(since and since.astimezone(), until and until.astimezone())
    if window.since and window.until and window.until <= window.since:
        _fail("--until: allowed is a time behind --since.")
    _check_folder(csv)
    try:
        rules = read_bot(bot.read_text(encoding="utf-8"), str(bot))
        knowledge = read_knowledge(rules, bot.parent)
    except (HandoverError, OSError, UnicodeDecodeError) as error:
        _fail(f"{bot}: {error}" if isinstance(error, UnicodeDecodeError) else str(error))
    order = Order(Versioned(rules, 0, tuple(knowledge)), window, limit, quote)
    outcome = _run(_backtest(order, _recorded(data_dir)))
    if csv is not None:
        _write(lambda: write_csv(csv, outcome))
    if as_json:
        for line in json_lines(outcome):
            typer.echo(line)
    else:
        show(console, outcome)


def _check_folder(csv: Path | None) -> None:
    if csv is not None and not csv.parent.is_dir():
        _fail(f"--csv: there is no folder {csv.parent}.")


def _write(write: Callable[[], None]) -> None:
    try:
        write()
    except OSError as error:
        _fail(f"--csv: {error}", code=1)


@app.command()
def simulate(
    bot: Annotated[Path, typer.Option(help="The bot's file: its rules, hours and ladder.")],
    team: Annotated[Path, typer.Option(help="The team's file.")],
    plan: Annotated[Path | None, typer.Option(help="What comes, and how people work; usual figures otherwise.")] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Another bot, team or plan to play beside it, with the same handovers.")
    ] = None,
    weeks: Annotated[int, typer.Option(help="How many weeks are played.", min=1, max=MOST_WEEKS)] = 1,
    seed: Annotated[int, typer.Option(help="Another number: other weeks.", min=0)] = 1,
    csv: Annotated[Path | None, typer.Option(help="Write every case into this file.")] = None,
) -> None:
    """Play a staffing and rules plan over a simulated week: queue, first response, missed due times, load."""
    _check_folder(csv)
    try:
        sides = read_sides(Files(bot, team, plan, compare))
    except (HandoverError, OSError) as error:
        _fail(str(error))
    result = play(sides, weeks, seed, look_up)
    if csv is not None:
        _write(lambda: write_cases(csv, result))
    show_simulation(console, result)


@app.command()
def sign_in_link(
    staff_id: Annotated[str, typer.Argument(help="Whose password is to be chosen.")] = FIRST_ADMIN.id,
    url: Annotated[str, typer.Option(help="Where people reach the pages.", envvar="HANDOVER_PUBLIC_URL")] = LOCAL,
) -> None:
    """Print a one-time link with which somebody chooses a password: for the first admin, or one who forgot it."""
    token = _run(_sign_in_link(staff_id))
    console.print(f"{url.rstrip('/')}/invitation/{token}", soft_wrap=True, highlight=False)


@app.command()
def migrate() -> None:
    """Bring the database up to date, and load the example bot where there is none (HANDOVER_EXAMPLE=off: no bot)."""
    _run(_migrate())


def _moment(at: datetime | None) -> str | None:
    """A time that was typed; without a time zone, it is this machine's."""
    return at.astimezone().isoformat() if at else None


async def _with_api(url: str, work: Callable[[Api], Awaitable[Result]]) -> Result:
    async with Api.at(url, first_key(settings_or_exit())) as api:
        return await work(api)


def _run(work: Coroutine[None, None, Result]) -> Result:
    """Run to the end; what goes wrong is one clear line and exit code 2 for wrong input, 1 otherwise."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except SettingsError as error:
        _fail(str(error), code=2)
    except ApiRefused as error:
        _fail(str(error), code=2 if error.wrong else 1)
    except (HandoverError, StackFailed, OSError) as error:
        _fail(str(error), code=1)


def _fail(text: str, code: int = 2) -> NoReturn:
    Console(stderr=True).print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def _recorded(data_dir: Path | None) -> str:
    """The URL of the database with what was recorded. One that is not there is not made."""
    settings = settings_or_exit()
    url = settings.model_copy(update={"data_dir": data_dir or settings.data_dir}).database
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        _fail(f"Nothing is recorded yet: there is no database {address.database}.", code=1)
    return url


async def _backtest(order: Order, url: str) -> Outcome:
    store = Store.at(url)
    try:
        await store.database.migrate()
        current = await _with_knowledge(store, order.current)
        work = Backtest(store.recordings, BuiltinAssistant(), BUTTON_CHANNELS, Console(stderr=True))
        return await work.run(order._replace(current=current))
    finally:
        await store.close()


async def _with_knowledge(store: Store, current: Versioned) -> Versioned:
    """The rules to try with the stored knowledge, where no files of it are beside them."""
    if current.knowledge:
        return current
    stored = next((one for one in await store.settings.bots() if one.bot.id == current.bot.id), None)
    return current._replace(knowledge=stored.knowledge) if stored else current


async def _first_link(plan: StackPlan) -> tuple[str, str] | None:
    """An admin's one-time link, as long as no admin has a password."""
    store = Store.at(AppSettings(data_dir=plan.data_dir).database)
    try:
        return await first_link(store)
    finally:
        await store.close()


async def _sign_in_link(staff_id: str) -> str:
    """A one-time link's token for somebody on the team. Raises NotFound, and Refused for who is disabled."""
    settings = settings_or_exit()
    store = Store.at(settings.database)
    try:
        await first_start(store, example=settings.example)
        person = await store.team.staff(staff_id)
        if not person.enabled:
            raise Refused("disabled", f"{person.name} is disabled: an admin has to enable them first.")
        await store.access.audit("link_made", "terminal", f"a one-time link for {staff_id}")
        return await store.access.make_link(staff_id, "terminal", LINK_LASTS)
    finally:
        await store.close()


async def _migrate() -> None:
    settings = settings_or_exit()
    store = Store.at(settings.database)
    try:
        await first_start(store, example=settings.example)
    finally:
        await store.close()


if __name__ == "__main__":
    app()
