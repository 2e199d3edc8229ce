"""Does what it reads as lines of JSON, and prints what it sees as lines of JSON, with the client of the example."""

import asyncio
import json
import pathlib
import sys
import urllib.error
import urllib.request

sys.path.append(str(pathlib.Path(__file__).parents[4] / "apps/examples/python-client"))
from plenum_client import PlenumClient  # noqa: E402


def say(saw, fields):
    print(json.dumps({**fields, "saw": saw}), flush=True)


def show(entry):
    is_message = "message" in entry
    text = f"{entry['from_user_id']}: {entry['message']}" if is_message else f"{entry['user_id']} {entry['type']}"
    say("entry", {"group_id": entry["group_id"], "seq": entry["seq"], "text": text})


def rest(url, token, command):
    body = json.dumps(command["body"]).encode() if "body" in command else None
    headers = {"authorization": f"Bearer {token}", "idempotency-key": command["id"]}
    if body:
        headers["content-type"] = "application/json"
    request = urllib.request.Request(url + command["path"], body, headers, method=command["method"])
    try:
        with urllib.request.urlopen(request) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        status, text = refusal.code, refusal.read()
    say("rest", {"id": command["id"], "status": status, "body": json.loads(text)})


async def main():
    client = None
    lines = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    say("ready", {})
    while line := await lines.readline():
        command = json.loads(line)
        does = command["does"]
        if does == "connect":
            known, pause = command.get("positions", []), command["reconnect_ms"] / 1000
            client = PlenumClient(command["url"], command["token"], show, say, known, pause)
            running = asyncio.ensure_future(client.run())  # kept, or it would be collected
        elif does == "request":
            client.request(
                command["request_type"], command["args"], lambda answer: say("answer", answer), command["id"]
            )
        elif does == "rest":
            await asyncio.to_thread(rest, client.url, client.token, command)
        elif does == "refresh":
            client.refresh(command["token"])
        elif does == "positions":
            say("positions", {"positions": client.positions()})
    if client:
        await client.close()
        running.cancel()


asyncio.run(main())
