/** Tests what every notifier guarantees, whatever service it uses. */
import type { Notifier, Recipient } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import type { Notification } from '../../adapters/recording-notifier.ts';
import { sampleMessage } from '../../adapters/sample-entries.ts';
import { type Ailing, gone, impatient, patient } from './adapter-harness.ts';

export interface NotifierHarness extends AsyncDisposable, Ailing {
  readonly notifier: Notifier;
  /** From now on it refuses the message with this id for good. */
  refuse(messageId: string): void;
  /** The notifications that have arrived at the service. */
  sent(): readonly Notification[];
}
export type MakeNotifier = () => Promise<NotifierHarness>;

const recipients: readonly Recipient[] = [
  { user_id: userIdSchema.parse('bob'), online: true },
  { user_id: userIdSchema.parse('auth0|eve@example.com'), online: false },
];
const message = sampleMessage({ seq: 1, message: 'line\nbreak, "quotes", 🐘' });

export function describeNotifier(name: string, makeNotifier: MakeNotifier): void {
  describe(`${name}: notifier`, () => {
    test('recipients and message arrive as they were given', async () => {
      await using harness = await makeNotifier();
      expect(await harness.notifier.notify(recipients, message, patient())).toBeUndefined();
      expect(harness.sent()).toEqual([{ recipients, message }]);
    });

    test('a full page of 500 recipients arrives', async () => {
      await using harness = await makeNotifier();
      const many = Array.from({ length: 500 }, (_, index) => ({
        user_id: userIdSchema.parse(`user-${index}-${'x'.repeat(110)}`),
        online: false,
      }));
      await harness.notifier.notify(many, message, patient());
      expect(harness.sent()[0]?.recipients).toEqual(many);
    });

    test('a final refusal has a reason, and blocks no other message', async () => {
      await using harness = await makeNotifier();
      harness.refuse(message.message_id);
      const outcome = await harness.notifier.notify(recipients, message, patient());
      expect(outcome?.refused).toMatch(/\S/);
      const next = sampleMessage({ seq: 2 });
      expect(await harness.notifier.notify(recipients, next, patient())).toBeUndefined();
      expect(harness.sent().map(({ message }) => message.seq)).toEqual([2]);
    });

    test.each(['throw', 'hang'] as const)(
      'a call that meets the fault "%s" rejects, and arrives later',
      async (fault) => {
        await using harness = await makeNotifier();
        await harness.ail(fault);
        await expect(harness.notifier.notify(recipients, message, impatient())).rejects.toThrow();
        await harness.heal();
        expect(await harness.notifier.notify(recipients, message, patient())).toBeUndefined();
        expect(harness.sent().at(-1)?.message).toEqual(message);
      },
    );

    test('a call that was aborted before rejects, and delivers nothing', async () => {
      await using harness = await makeNotifier();
      await expect(harness.notifier.notify(recipients, message, gone())).rejects.toThrow();
      expect(harness.sent()).toEqual([]);
    });
  });
}
