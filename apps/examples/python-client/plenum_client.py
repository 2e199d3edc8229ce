"""A client of Plenum by hand: it shows every entry of the user's groups once, in order, also after it lost its connection."""

import asyncio
import random
import uuid

import socketio


class PlenumClient:
    def __init__(self, url, token, show, notice, positions=(), reconnect_s=1.0):
        self.url, self.token, self.show, self.notice, self.reconnect_s = url, token, show, notice, reconnect_s
        self.at = {row["group_id"]: (row["epoch"], row["seq"]) for row in positions}  # the last entry that was shown
        self.filling = set()  # groups whose missed entries are read: pushes are dropped, they come again
        self.lost, self.refusal, self.is_closed = asyncio.Event(), None, False
        # The asynchronous client calls plain functions in the order of the packets; the one with threads does not.
        self.socket = socketio.AsyncClient(reconnection=False)
        for event, handler in {
            "relay_message": lambda push: self.arrived(push["result"]),
            "group_event": self.arrived,
            "message_event": self.arrived,
            "subscribed": self.subscribed,
            "resync": self.resync,
            "membership": self.membership,
            "connect": self.connected,
            "connect_error": self.refused,
            "disconnect": lambda _reason: self.lost.set(),
            **{name: lambda push, name=name: notice(name, push) for name in ("token_expiring", "drain", "closing")},
        }.items():
            self.socket.on(event, handler)

    async def run(self):
        """Connects, and connects again when the connection is lost, until it is closed or refused for good."""
        while not self.is_closed:
            self.lost.clear()
            self.refusal = None
            try:
                url = f"{self.url}?refusals=connect_error"  # each refusal is read, also one that may pass
                await self.socket.connect(url, auth=self.auth, transports=["websocket"], wait_timeout=10)
                await self.lost.wait()
            except socketio.exceptions.ConnectionError:
                pass
            if self.refusal and not self.refusal["can_retry"]:
                return
            pause = (self.refusal or {}).get("retry_after_ms", self.reconnect_s * 1000) / 1000
            await asyncio.sleep(pause * (1 + random.random()))

    def auth(self):
        return {"token": self.token, "positions": self.positions()[:256]}

    def positions(self):
        return [{"group_id": group, "epoch": epoch, "seq": seq} for group, (epoch, seq) in self.at.items()]

    def request(self, request_type, args, answered, request_id=None):
        envelope = {"request_type": request_type, "request_id": request_id or str(uuid.uuid4()), "args": args}
        return asyncio.ensure_future(self.socket.emit("request", envelope, callback=answered))

    def refresh(self, token):
        """The connection continues with another token, and the next one begins with it."""
        self.token = token
        self.request("refresh_token", {"token": token}, lambda answer: None)

    async def close(self):
        self.is_closed = True
        await self.socket.disconnect()

    def arrived(self, entry):
        group, (epoch, seq) = entry["group_id"], self.at.get(entry["group_id"], (None, None))
        if group in self.filling or (epoch == entry["epoch"] and entry["seq"] <= seq):
            return  # it comes again, or it is a double
        if seq is not None and entry["seq"] != seq + 1:
            return self.resume(group)  # a hole, or another log
        self.take(entry)

    def take(self, entry):
        self.at[entry["group_id"]] = (entry["epoch"], entry["seq"])
        if entry.get("type") == "deleted":
            del self.at[entry["group_id"]]  # the log has ended
        self.show(entry)

    def resume(self, group):
        """Asks for what follows the position; what was missed comes as pushes."""
        self.filling.add(group)
        epoch, seq = self.at[group]

        def answered(answer):
            row = answer["result"]["groups"][0] if answer["success"] else answer
            if row.get("recovered"):
                self.filling.discard(group)
            elif "from_seq" in row:
                self.fill(group, row["epoch"], row["from_seq"] - 1)
            else:
                self.not_read(group, row)

        self.request("subscribe", {"groups": [{"group_id": group, "epoch": epoch, "seq": seq}]}, answered)

    def fill(self, group, epoch, head):
        """Reads the log up to this seq, page by page, where the server does not push what was missed."""
        self.filling.add(group)
        known_epoch, known_seq = self.at.get(group, (None, 0))
        after = known_seq if known_epoch == epoch and known_seq < head else 0

        def answered(answer):
            if not answer["success"]:
                return self.not_read(group, answer)
            entries = [entry for entry in answer["result"]["entries"] if entry["seq"] <= head]
            for entry in entries:
                self.take(entry)
            if len(entries) == 200:
                return self.fill(group, epoch, head)
            self.at[group] = (epoch, head)
            self.resume(group)

        self.request("history", {"group_id": group, "after": after, "limit": 200}, answered)

    def not_read(self, group, failure):
        if failure.get("can_retry"):
            pause = failure.get("retry_after_ms", 500) / 1000
            asyncio.get_running_loop().call_later(pause, self.resume, group)
        else:
            self.filling.discard(group)
            self.at.pop(group, None)

    def subscribed(self, push):
        for row in push["groups"]:
            if "reason" in row:
                self.fill(row["group_id"], row["epoch"], row["from_seq"] - 1)
            elif not row["recovered"]:
                self.at[row["group_id"]] = (row["epoch"], row["from_seq"] - 1)
        self.notice("subscribed", push)

    def resync(self, push):
        if push["epoch"] is None:
            self.at.pop(push["group_id"], None)
        else:
            self.fill(push["group_id"], push["epoch"], push["head_seq"])

    def membership(self, push):
        if push["status"] == "none":
            self.at.pop(push["group_id"], None)
        self.notice("membership", push)

    def connected(self):
        self.filling.clear()  # its requests went with the last connection
        self.notice("connect", {})

    def refused(self, answer):
        if isinstance(answer, dict) and "data" in answer:  # else there is no connection
            self.refusal = answer["data"]
            self.notice("refused", self.refusal)
