"""The weekly review, from what the store knows of the week."""

from temporalio import activity

from handover.ports import Reviews, Team
from handover.review import Letter, ReviewRequest
from handover.week import week_before


class ReviewActivities:
    def __init__(self, reviews: Reviews, team: Team) -> None:
        self._reviews = reviews
        self._team = team

    @activity.defn
    async def write_review(self, request: ReviewRequest) -> Letter:
        """The review of the week that had ended by then, to every manager who is not disabled."""
        review = await self._reviews.review(week_before(request.at, request.time_zone))
        return Letter(week=review.week, text=review.text, to=await self._team.managers_of(None))
