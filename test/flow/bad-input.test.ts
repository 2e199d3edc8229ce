/**
 * Every field of every request, at the socket door: missing, of another type, empty, too large, forged. Each gets a typed
 * answer that names the field and the limit, and changes nothing.
 */
import { requestTable } from '@plenum/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { casesOf, fieldsOf, mistakes, unknownFieldCases } from '../support/rules/bad-cases.ts';
import { BadInputScene } from '../support/rules/bad-input-scene.ts';
import type { Args } from '../support/wire/rest-call.ts';

const requests = Object.entries(requestTable()).map(([type, { args }]) => ({
  type,
  fields: fieldsOf(args.shape),
}));

/** A user may not ask for these, well formed or not. */
const ofService = ['find_groups', 'list_dead_letters', 'retry_dead_letter', 'delete_dead_letter'];

describe.each(engines)('bad input on %s', (engine) => {
  let badInput: BadInputScene;
  beforeAll(async () => {
    badInput = await BadInputScene.start(engine);
  });
  afterAll(() => badInput[Symbol.asyncDispose]());
  afterEach(() => badInput.expectUnharmed());

  describe.each(requests)('$type', ({ type, fields }) => {
    const ask = (args: Args) => badInput.device.request(type, args);

    for (const field of fields) {
      test(`refuses every bad ${field.name}`, async () => {
        const all = casesOf(field, badInput.argsFor(type));
        const cases = all.filter(({ isWellFormed }) => !isWellFormed || !ofService.includes(type));
        expect(await mistakes(field.name, cases, ask)).toEqual([]);
      });
    }

    test('refuses fields that it does not know', async () => {
      expect(await mistakes('', unknownFieldCases(badInput.argsFor(type)), ask)).toEqual([]);
    });
  });
});
