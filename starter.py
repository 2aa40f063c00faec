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

from assistant.detect import detect_lines
from console.api import Api, ApiRefused
from console.chat import chat as talk
from console.demo import demo as play_demo
from console.fleet import Fleet, body
from console.server import serve
from console.tasks import show_tasks
from engine.stack import StackFailed, StackPlan
from handover.documents import read_bot
from handover.errors import HandoverError, SettingsError
from keys import first_key
from settings import AppSettings
from store import Store
from store.first_start import EXAMPLES, first_start

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
    settings = AppSettings()
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
    _run(serve(_plan(port, temporal_port, ui_port, data_dir), console))


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
    raise typer.Exit(_run(play_demo(plan, console, once=once, keep_data=data_dir is not None)))


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
def migrate() -> None:
    """Bring the database up to date, and load the example bot where there is none."""
    _run(_migrate())


def _moment(at: datetime | None) -> str | None:
    """A time that was typed; without a time zone, it is this machine's."""
    return at.astimezone().isoformat() if at else None


async def _with_api(url: str, work: Callable[[Api], Awaitable[Result]]) -> Result:
    async with Api.at(url, first_key(AppSettings())) as api:
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


async def _migrate() -> None:
    store = Store.at(AppSettings().database)
    try:
        await first_start(store)
    finally:
        await store.close()


if __name__ == "__main__":
    app()
