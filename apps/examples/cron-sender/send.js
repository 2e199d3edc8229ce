/** Sends one message to a group and ends: for cron, a deployment script, a job queue. */
import { createPlenum } from 'plenum';

const { REDIS_URL = 'redis://127.0.0.1:6379' } = process.env;
const [groupId = 'reports', text = 'the nightly report is ready'] = process.argv.slice(2);
const sender = 'reporter';
/** For a job that runs again soon, `EX_TEMPFAIL` of sysexits.h. */
const tryLater = 75;

// No listener, no feeds: one connection to Redis.
const plenum = await createPlenum({ redisUrl: REDIS_URL, mode: 'client' });

async function send() {
  // Announcements: everyone may join and read, and only the sender writes.
  const made = await plenum.groups.create({
    groupId,
    groupType: 'public',
    creatorId: sender,
    posting: 'admins',
  });
  if (!made.ok && made.failure.code !== 'already_exists') return made;
  // A second try of the same minute has the same id: the message counts once.
  const requestId = `cron-${groupId}-${new Date().toISOString().slice(0, 16)}`;
  return plenum.send(groupId, sender, text, { requestId });
}

const sent = await send();
await plenum.close();
if (sent.ok) console.log(`sent as ${sent.result.message_id}, seq ${sent.result.seq}`);
else {
  console.error(`${sent.failure.code}: ${sent.failure.message}`);
  process.exitCode = sent.failure.can_retry ? tryLater : 1;
}
