/** A conversation over REST by a client that knows the service from its OpenAPI document only. Prints what it was answered. */
import { argv, stdout } from 'node:process';
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.ts';

type Entry = components['schemas']['HistoryEntry'];

const [, , baseUrl = '', token = ''] = argv;
const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });
const team = { path: { group_id: 'typescript' } };
const bob = { path: { ...team.path, user_id: 'bob' } };

const created = await client.POST('/v1/groups', {
  body: { group_id: 'typescript', group_type: 'public', creator_id: 'ann', metadata: { topic: 'types' } },
});
const joined = await client.PUT('/v1/groups/{group_id}/members/{user_id}', { params: bob, body: {} });
const sent = await client.POST('/v1/groups/{group_id}/messages', {
  params: { ...team, header: { 'Idempotency-Key': 'first' } },
  body: { from_user_id: 'bob', message: 'Hello' },
});
const muted = await client.POST('/v1/groups/{group_id}/members/{user_id}/mute', {
  params: bob,
  body: { actor_id: 'ann', for_ms: 60_000 },
});
const read = await client.GET('/v1/groups/{group_id}/messages', {
  params: { ...team, query: { after: 0, limit: 20 } },
});
function textOf(entry: Entry): string {
  if (entry.type === 'message') return 'message' in entry ? entry.message : 'taken down';
  return 'user_id' in entry ? `${entry.type} ${entry.user_id}` : entry.type;
}

const answers = {
  created: created.data?.group_type,
  joined: joined.data?.status,
  recipients: sent.data?.recipients_count,
  refused: muted.error?.code,
  canRetry: muted.error?.can_retry,
  entries: read.data?.entries.map(textOf),
};
stdout.write(JSON.stringify(answers));
