/**
 * Every field of every request, at the socket door: missing, of another type, empty, too large, forged. Each gets a typed
 * answer that names the field and the limit, and changes nothing.
 */
import { requestTable } from '@plenum/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { casesOf, fieldsOf, mistakes, unknownFieldCases } from '../world/bad-cases.ts';
import { Besieged } from '../world/besieged.ts';
import type { Args } from '../world/rest-call.ts';
import { engines } from '../world/service.ts';

const requests = Object.entries(requestTable()).map(([type, { args }]) => ({
  type,
  fields: fieldsOf(args.shape),
}));

/** A user may not ask for these, well formed or not. */
const ofService = ['find_groups', 'list_dead_letters', 'retry_dead_letter', 'delete_dead_letter'];

describe.each(engines)('bad input on %s', (engine) => {
  let besieged: Besieged;
  beforeAll(async () => {
    besieged = await Besieged.start(engine);
  });
  afterAll(() => besieged[Symbol.asyncDispose]());
  afterEach(() => besieged.expectUnharmed());

  describe.each(requests)('$type', ({ type, fields }) => {
    const ask = (args: Args) => besieged.device.request(type, args);

    for (const field of fields) {
      test(`refuses every bad ${field.name}`, async () => {
        const all = casesOf(field, besieged.argsFor(type));
        const cases = all.filter(({ isWellFormed }) => !isWellFormed || !ofService.includes(type));
        expect(await mistakes(field.name, cases, ask)).toEqual([]);
      });
    }

    test('refuses fields that it does not know', async () => {
      expect(await mistakes('', unknownFieldCases(besieged.argsFor(type)), ask)).toEqual([]);
    });
  });
});
