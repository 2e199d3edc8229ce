"""The same conversation as conversation.ts, by a client generated for Python. Prints what it was answered."""

import json
import sys

from plenum_client import AuthenticatedClient
from plenum_client.api.groups import create_group
from plenum_client.api.members import join_group, mute_member
from plenum_client.api.messages import list_messages, send_message
from plenum_client.models import (
    CreateGroupRequest,
    GroupType,
    JoinGroupRequest,
    MessageEntry,
    MuteMemberRequest,
    SendMessageRequest,
)

base_url, token = sys.argv[1:]
client = AuthenticatedClient(base_url=base_url, token=token)
group_id = "python"

created = create_group.sync(
    client=client,
    body=CreateGroupRequest(group_id=group_id, group_type=GroupType.PUBLIC, creator_id="ann"),
)
joined = join_group.sync(group_id, "bob", client=client, body=JoinGroupRequest())
sent = send_message.sync(
    group_id,
    client=client,
    body=SendMessageRequest(from_user_id="bob", message="Hello"),
    idempotency_key="first",
)
muted = mute_member.sync(
    group_id, "bob", client=client, body=MuteMemberRequest(actor_id="ann", for_ms=60_000)
)
read = list_messages.sync(group_id, client=client, after=0, limit=20)


def text_of(entry):
    if isinstance(entry, MessageEntry):
        return entry.message
    return f"{entry.type_.value} {entry.user_id}"


answers = {
    "created": created.group_type.value,
    "joined": joined.status.value,
    "recipients": sent.recipients_count,
    "refused": muted.code,
    "canRetry": muted.can_retry,
    "entries": [text_of(entry) for entry in read.entries],
}
print(json.dumps(answers), end="")
