import { expect, test } from 'vitest';
import { ManualClock } from '../manual-clock.ts';
import { patient } from '../suites/adapters/adapter-harness.ts';
import { recordingArchive } from './recording-archive.ts';
import { recordingModeration } from './recording-verdicts.ts';
import { sampleMessage, sampleMessages } from './sample-entries.ts';

const batch = sampleMessages(1, 3);

test('what is late is done when the fault ends, though its caller has given up', async () => {
  const archive = recordingArchive();
  archive.fault('late');
  const caller = new AbortController();
  const saving = archive.save(batch, { signal: caller.signal });
  caller.abort();
  expect(archive.saved).toEqual([]);
  archive.fault(null);
  expect(await saving).toBeUndefined();
  expect(archive.saved).toEqual(batch);
});

test('what is slow is done after a while', async () => {
  const clock = new ManualClock();
  const archive = recordingArchive(clock);
  archive.fault('slow');
  const saving = archive.save(batch, patient());
  expect(archive.saved).toEqual([]);
  await clock.advance(1000);
  await saving;
  expect(archive.saved).toEqual(batch);
});

test('garbage is an answer without meaning', async () => {
  const moderation = recordingModeration();
  moderation.fault('garbage');
  const { group_id, from_user_id, message } = sampleMessage({ seq: 1 });
  const verdict: object = await moderation.check({ group_id, from_user_id, message }, patient());
  expect(verdict).not.toHaveProperty('isAllowed');
});
