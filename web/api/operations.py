"""For operators and load balancers: is it alive, is it ready, what does it do."""

from fastapi import APIRouter, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from web.services import Parts, Services

router = APIRouter(tags=["operations"])


@router.get("/healthz")
async def health() -> dict[str, str]:
    """This process is alive."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Something that is needed does not answer; the body says what"}})
async def ready(parts: Parts) -> JSONResponse:
    """Whether messages are answered: the database, Temporal and at least one worker are there.

    `backlog`: what waits for systems outside that are away. Everything else goes on without them, so it is no reason to be
    taken out of service.
    """
    missing = await _what_is_missing(parts)
    backlog = [] if "database" in missing else await parts.reads.backlog()
    body = {"status": "waiting" if missing else "ready", "waits_for": missing, "backlog": jsonable_encoder(backlog)}
    return JSONResponse(body, 503 if missing else 200)


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Prometheus metrics of this process."""
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


async def _what_is_missing(parts: Services) -> list[str]:
    missing = [] if await _database_answers(parts) else ["database"]
    if not await parts.client.ready():
        return [*missing, "temporal"]
    return missing if await parts.client.has_worker() else [*missing, "worker"]


async def _database_answers(parts: Services) -> bool:
    try:
        await parts.reads.newest_event()
    except Exception:
        return False
    return True
