/** Tests what moderation and authorization adapters guarantee for their verdicts. */
import type { AdapterCall, Authorization, GuardedAction, Moderation, Verdict } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { type Ailing, type Ailment, gone, impatient, patient } from './adapter-harness.ts';

interface VerdictHarness extends AsyncDisposable {
  /** Undefined: the adapter depends on nothing that could fail. */
  readonly ailing?: Ailing;
  /** The reason of the denial. */
  readonly reason: string;
}
export interface ModerationHarness extends VerdictHarness {
  readonly moderation: Moderation;
  readonly allowedText: string;
  readonly deniedText: string;
}
export interface AuthorizationHarness extends VerdictHarness {
  /** Allows everything to `ann`, and nothing to `eve`. */
  readonly authorization: Authorization;
}

const groupId = groupIdSchema.parse('room:one');
const ann = userIdSchema.parse('ann');
const eve = userIdSchema.parse('eve');
const actions: readonly GuardedAction[] = ['create', 'join', 'subscribe', 'send', 'history'];

type Ask = (call: AdapterCall) => Promise<Verdict>;
interface Asked {
  readonly harness: VerdictHarness;
  readonly allowed: Ask;
  readonly denied: Ask;
}

/** @param ailments which the harness can play. */
export function describeModeration(
  name: string,
  makeModeration: () => Promise<ModerationHarness>,
  ailments: readonly Ailment[],
): void {
  describe(`${name}: moderation`, () => {
    verdictSuite(ailments, async () => {
      const harness = await makeModeration();
      const ask =
        (message: string): Ask =>
        (call) =>
          harness.moderation.check({ group_id: groupId, from_user_id: ann, message }, call);
      return { harness, allowed: ask(harness.allowedText), denied: ask(harness.deniedText) };
    });
  });
}

/** @param ailments which the harness can play. */
export function describeAuthorization(
  name: string,
  makeAuthorization: () => Promise<AuthorizationHarness>,
  ailments: readonly Ailment[],
): void {
  describe.each(actions)(`${name}: authorization to %s`, (action) => {
    verdictSuite(ailments, async () => {
      const harness = await makeAuthorization();
      const { authorization } = harness;
      return {
        harness,
        allowed: (call) => authorization.authorize(ann, groupId, action, call),
        denied: (call) => authorization.authorize(eve, groupId, action, call),
      };
    });
  });
}

function verdictSuite(ailments: readonly Ailment[], make: () => Promise<Asked>): void {
  test('what is allowed is allowed', async () => {
    const { harness, allowed } = await make();
    await using _ = harness;
    expect(await allowed(patient())).toEqual({ isAllowed: true });
  });

  test('what is denied is denied with a reason', async () => {
    const { harness, denied } = await make();
    await using _ = harness;
    expect(await denied(patient())).toEqual({ isAllowed: false, reason: harness.reason });
  });

  test('questions at the same time get each their own answer', async () => {
    const { harness, allowed, denied } = await make();
    await using _ = harness;
    const asks = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? allowed : denied));
    const verdicts = await Promise.all(asks.map((ask) => ask(patient())));
    expect(verdicts.map(({ isAllowed }) => isAllowed)).toEqual(asks.map((ask) => ask === allowed));
  });

  test.each(ailments)('the fault "%s" is never a verdict, and passes', async (ailment) => {
    const { harness, allowed } = await make();
    await using _ = harness;
    await harness.ailing?.ail(ailment);
    await expect(allowed(impatient())).rejects.toThrow();
    await harness.ailing?.heal();
    expect(await allowed(patient())).toEqual({ isAllowed: true });
  });

  test('a caller that has given up already gets a rejection', async () => {
    const { harness, allowed } = await make();
    await using _ = harness;
    await expect(allowed(gone())).rejects.toThrow();
  });
}
