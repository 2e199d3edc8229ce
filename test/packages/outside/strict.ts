import { type Client, createClient, type Outcome } from '@plenum/client';
import { createPlenum, type Plenum } from 'plenum';

const plenum: Plenum = await createPlenum({ engine: 'memory', mode: 'node' });
const client: Client = createClient({ url: 'http://127.0.0.1:1', token: () => plenum.signToken('ann') });
client.on('message', (message) => {
  const seq: number = message.seq;
  // @ts-expect-error a message has no such field
  const none: string = message.nothing;
  console.log(seq, none);
});
const sent: Outcome<{ readonly message_id?: string | undefined }> = await client.send('room', 'hello');
if (!sent.ok) console.log(sent.failure.code satisfies string);
// @ts-expect-error there is no such type of group
await client.create('room', 'secret');
const joined = await plenum.join('room', 'ann');
if (joined.ok) console.log(joined.result.status satisfies string);
await plenum.close();
