"""A chat backend over HTTP: post a message, show the answer, press the button, complete the case.

python examples/backends/over_http.py CONVERSATION_ID     with HANDOVER_API_KEY, and HANDOVER_URL where it is not this machine
"""

import os
import sys
from typing import Any

import httpx2

URL = os.environ.get("HANDOVER_URL", "http://127.0.0.1:8000")
KEY = {"Authorization": f"Bearer {os.environ['HANDOVER_API_KEY']}"}


def main(conversation: str) -> None:
    with httpx2.Client(base_url=f"{URL}/v1", headers=KEY, timeout=70) as http:
        message = {"message_id": "1", "text": "What are your opening hours?", "contact": {"name": "Dana"}}
        for reply in call(http, f"/conversations/{conversation}/messages?wait=30", message)["replies"]:
            print(f"{reply['author']}: {reply['text']}")
        opened = call(http, f"/conversations/{conversation}/handover", {"text": "Please call me."}, key="the-button")
        print(f"handed over: {opened['handover_id']}")
        done = {"staff_id": "omar", "outcome": "closed", "note": "Called back."}
        print(call(http, f"/handovers/{opened['handover_id']}/complete", done, key="called-back")["status"])


def call(http: httpx2.Client, path: str, body: dict[str, Any], key: str = "") -> Any:
    """Post; with a key, repeating it is safe. What is refused comes as a problem document, whose `detail` is for people."""
    answer = http.post(path, json=body, headers={"Idempotency-Key": f"{path} {key}"} if key else {})
    if answer.is_error:
        sys.exit(f"{answer.status_code}: {answer.json()['detail']}")
    return answer.json()


if __name__ == "__main__":
    main(sys.argv[1])
