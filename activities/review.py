"""The weekly review, from what the store knows of the week."""

from temporalio import activity

from handover.ports import Reviews, Team
from handover.review import Letter, ReviewRequest, letter_of
from handover.week import week_before


class ReviewActivities:
    """`public_url`: where the pages are that the review links to; empty where there are none."""

    def __init__(self, reviews: Reviews, team: Team, public_url: str = "") -> None:
        self._reviews = reviews
        self._team = team
        self._public_url = public_url

    @activity.defn
    async def write_review(self, request: ReviewRequest) -> Letter:
        """The review of the week that had ended by then, to every manager who is not disabled."""
        review = await self._reviews.review(week_before(request.at, request.time_zone))
        return letter_of(review, await self._team.managers_of(None), self._public_url)
