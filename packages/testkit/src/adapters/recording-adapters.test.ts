import {
  type AdapterFault,
  recordingArchive,
  recordingAuthorization,
  recordingModeration,
  recordingNotifier,
} from '../index.ts';
import { describeArchiveReader } from '../suites/adapters/archive-reader-suite.ts';
import { describeArchive } from '../suites/adapters/archive-suite.ts';
import { describeChangedMessages } from '../suites/adapters/changed-messages-suite.ts';
import { describeNotifier } from '../suites/adapters/notifier-suite.ts';
import { describeAuthorization, describeModeration } from '../suites/adapters/verdict-suite.ts';
import { sampleMessage } from './sample-entries.ts';

const ailingBy = (recording: { fault(fault: AdapterFault | null): void }) => ({
  ail: async (fault: AdapterFault) => recording.fault(fault),
  heal: async () => recording.fault(null),
});
const nothingToFree = { [Symbol.asyncDispose]: async () => undefined };

async function makeArchive() {
  const archive = recordingArchive();
  return {
    archive,
    poison: (seq: number) => {
      const entry = sampleMessage({ seq });
      archive.refuse(entry.message_id);
      return entry;
    },
    seqs: async () => archive.saved.map(({ seq }) => seq).toSorted((a, b) => a - b),
    ...ailingBy(archive),
    ...nothingToFree,
  };
}

describeArchive('recording', makeArchive);
describeArchiveReader('recording', makeArchive);
describeChangedMessages('recording', makeArchive);
describeNotifier('recording', async () => {
  const notifier = recordingNotifier();
  return {
    notifier,
    refuse: (messageId) => notifier.refuse(messageId),
    sent: () => notifier.sent,
    ...ailingBy(notifier),
    ...nothingToFree,
  };
});
describeModeration('recording', async () => {
  const moderation = recordingModeration(({ message }) =>
    message === 'bad' ? { isAllowed: false, reason: 'blocked' } : { isAllowed: true },
  );
  const texts = { allowedText: 'good', deniedText: 'bad', reason: 'blocked' };
  return { moderation, ...texts, ailing: ailingBy(moderation), ...nothingToFree };
}, ['throw', 'hang']);
describeAuthorization('recording', async () => {
  const authorization = recordingAuthorization(({ userId }) =>
    userId === 'eve' ? { isAllowed: false, reason: 'denied' } : { isAllowed: true },
  );
  return { authorization, reason: 'denied', ailing: ailingBy(authorization), ...nothingToFree };
}, ['throw', 'hang']);
