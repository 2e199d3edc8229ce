/** The AsyncAPI document of the socket is valid, and has every request of users and every push. */
import { Parser } from '@asyncapi/parser';
import { asyncApiDocument, pushTable, requestTable } from '@plenum/protocol';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';

const document = asyncApiDocument({ title: 'Plenum', version: '1.2.3', event: 'ask', service: 'chat' });

test('the parser of AsyncAPI finds no error in it', async () => {
  const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
  expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
  expect(parsed?.version()).toBe('3.0.0');
  expect(parsed?.operations().all().length).toBe(Object.keys(document.operations).length);
});

test('it has every request that a user may make with its answer, and every push', () => {
  const { messages = {} } = Object(document.channels.socket);
  const requests = Object.entries(requestTable()).flatMap(([name, row]) => ('callers' in row ? [] : [name]));
  const expected = [
    ...requests.flatMap((name) => [name, `${name}_answer`]),
    ...Object.keys(pushTable).filter((name) => !requests.includes(name)),
  ];
  expect(Object.keys(messages).sort()).toEqual([...new Set(expected)].sort());
  const operations = [...requests, ...Object.keys(pushTable).map((name) => `on_${name}`)];
  expect(Object.keys(document.operations).sort()).toEqual(operations.sort());
});

test('a request and its answer fit it, and a wrong field does not', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'document', ...document });
  const fits = (name: string, value: unknown) =>
    ajv.validate({ $ref: `document#/channels/socket/messages/${name}/payload` }, value);
  const args = { group_id: 'team', message: 'Hello' };
  expect(fits('relay_msg', { request_type: 'relay_msg', args })).toBe(true);
  expect(fits('relay_msg', { request_type: 'relay_msg', args: { ...args, text: 'no' } })).toBe(false);
  expect(fits('relay_msg', { request_type: 'join_group', args })).toBe(false);
  const refused = { request_id: '1', success: false, code: 'muted', error: 'no', can_retry: false };
  expect(fits('relay_msg_answer', refused)).toBe(true);
  expect(fits('relay_msg_answer', { ...refused, success: true })).toBe(false);
});
