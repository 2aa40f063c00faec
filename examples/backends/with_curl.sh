#!/usr/bin/env bash
# A chat backend with curl: post a message, show the answer, press the button, complete the case.
#
#   examples/backends/with_curl.sh CONVERSATION_ID     with HANDOVER_API_KEY, and HANDOVER_URL where it is not this machine
set -euo pipefail

conversation="$1"
api="${HANDOVER_URL:-http://127.0.0.1:8000}/v1"

# Posts JSON. What is refused ends the script with its status; the answer is a problem document with a `detail` for people.
post() {
  curl --silent --show-error --fail-with-body --max-time 70 "$api$1" --data "$2" --header 'Content-Type: application/json' \
    --header "Authorization: Bearer $HANDOVER_API_KEY" --header "Idempotency-Key: $conversation $1"
}

# The value of a field that is a plain text; a real backend reads JSON.
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }

answer="$(post "/conversations/$conversation/messages?wait=30" '{"message_id": "1", "text": "What are your opening hours?"}')"
echo "bot: $(field text <<<"$answer")"
handover="$(post "/conversations/$conversation/handover" '{"text": "Please call me."}' | field handover_id)"
echo "handed over: $handover"
post "/handovers/$handover/complete" '{"staff_id": "omar", "outcome": "closed", "note": "Called back."}' | field status
