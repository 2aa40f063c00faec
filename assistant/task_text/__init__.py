"""What a task says of its conversation: what was asked, what came of it, and what the bot has told the contact."""

from assistant.task_text.asks import main_request
from assistant.task_text.summaries import LONGEST_SUMMARY, answers, summary

__all__ = ["LONGEST_SUMMARY", "answers", "main_request", "summary"]
