"""Prints what a group gets, and sends the lines that are typed: python chat.py <url> <token> <group>"""

import asyncio
import sys

from plenum_client import PlenumClient


def show(entry):
    text = f"{entry['from_user_id']}: {entry['message']}" if "message" in entry else f"* {entry['user_id']} {entry['type']}"
    print(entry["seq"], text, flush=True)


async def main(url, token, group):
    def notice(event, push):
        if event == "connect":
            client.request("join_group", {"group_id": group, "ensure": True}, answered)
        elif event in ("refused", "closing"):
            print(f"{event}: {push['code']}", file=sys.stderr)

    def answered(answer):
        if not answer["success"]:
            print(f"{answer['code']}: {answer['error']}", file=sys.stderr)

    client = PlenumClient(url, token, show, notice)
    running = asyncio.ensure_future(client.run())
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode().rstrip("\n"):
        client.request("relay_msg", {"group_id": group, "message": line}, answered)
    await client.close()
    await running


asyncio.run(main(*sys.argv[1:]))
