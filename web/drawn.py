"""Plots as answers: an SVG document that is kept to itself."""

import asyncio
from collections.abc import Sequence

from fastapi import Response

from handover.plots import Look, Plot
from web.problems import ApiError
from web.services import Services

_HEADERS = {
    # The picture brings its own style sheet; opened by itself it may load, run and send nothing.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "no-store",
}


async def drawn(parts: Services, plots: Sequence[Plot], name: str, look: Look) -> Response:
    """The plot of this name. Raises ApiError 404 where there is none, or nothing to draw."""
    plot = next((one for one in plots if one.name == name), None)
    if plot is None:
        raise ApiError(
            404, "not_found", f"No plot is called {name!r}; there are {', '.join(one.name for one in plots)}."
        )
    if not plot.labels:
        raise ApiError(404, "not_found", f"There is nothing to draw: {plot.answer}")
    svg = await asyncio.to_thread(parts.plots.svg, plot, look)
    return Response(svg, media_type="image/svg+xml", headers=_HEADERS)
