/** The OpenAPI document and the node agree: what one allows, the other takes, and every answer is one that the document allows. */
import type { Adapters } from '@plenum/core';
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setup as buildPages } from '../browser/built-pages.ts';
import { CommandProcess } from '../command-process.ts';
import { engines, Service } from '../support/cluster/service.ts';
import {
  type Answer,
  type Call,
  DocumentedService,
  type Operation,
} from '../support/wire/documented-service.ts';
import { valuesAround } from '../support/wire/documented-values.ts';
import { tokenOf } from '../support/wire/http.ts';

/** Answered by a node of their own, below. */
const elsewhere = ['issue_dev_token', 'open_console_session', 'get_console', 'drain_node'];

/** Refuses one text for good, and finds no text. */
const archive: NonNullable<Adapters['archive']> = {
  search: async () => [],
  save: async (entries) => ({
    refused: entries.flatMap((entry) =>
      entry.type === 'message' && entry.message === 'poison'
        ? [{ message_id: entry.message_id, reason: 'poison' }]
        : [],
    ),
  }),
};

async function deadLetterIdOf(service: Service): Promise<string> {
  const sent = await service.plenum.send('team', 'ann', 'poison');
  if (!sent.ok) throw new Error(`not sent: ${sent.failure.code}`);
  return eventually(async () => {
    const { body } = await service.rest('GET', '/v1/dead-letters');
    const [letter] = body['dead_letters'] as { dead_letter_id: string }[];
    if (letter === undefined) throw new Error('it is not dead yet');
    return letter.dead_letter_id;
  });
}

async function messageIdOf(service: Service, id: string): Promise<string> {
  const fields = id === 'append_message' ? ({ open: true } as const) : {};
  const sent = await service.plenum.send('team', 'ann', 'Lunch at noon?', fields);
  if (!sent.ok) throw new Error(`not sent: ${sent.failure.code}`);
  return sent.result.message_id;
}

async function linkOf({ plenum }: Service) {
  const made = await plenum.groups.createInviteLink({ groupId: 'team' });
  if (!made.ok) throw new Error(`no link: ${made.failure.code}`);
  return made.result;
}

/** The group and the users of the examples: `bob` and `fay` are members, `cleo` applies, `dan` is banned, `eve` muted, `hal` invited. */
async function arrangeTeam({ plenum }: Service): Promise<void> {
  const groupId = 'team';
  await plenum.groups.delete({ groupId });
  const admitted = ['bob', 'eve', 'fay'].map(
    (userId) => () => plenum.groups.join({ groupId, userId, admit: true }),
  );
  const steps = [
    () => plenum.groups.create({ groupId, groupType: 'strict_private', creatorId: 'ann' }),
    ...admitted,
    () => plenum.groups.join({ groupId, userId: 'cleo' }),
    () => plenum.groups.ban({ groupId, userId: 'dan' }),
    () => plenum.groups.mute({ groupId, userId: 'eve' }),
    () => plenum.groups.invite({ groupId, userId: 'hal' }),
    () => plenum.groups.promote({ groupId, userId: 'fay' }),
    () => plenum.send(groupId, 'ann', 'hello'),
  ];
  for (const step of steps) {
    const outcome = await step();
    if (!outcome.ok) throw new Error(`not arranged: ${JSON.stringify(outcome.failure)}`);
  }
}

describe.each(engines)('the OpenAPI document and a node on %s', (engine) => {
  let service: Service;
  let documented: DocumentedService;
  beforeAll(async () => {
    service = await Service.start(engine, {
      engineSettings: {
        ratePerSec: 1e6,
        rateBurst: 1e6,
        membershipRatePerSec: 1e6,
        membershipRateBurst: 1e6,
        changeRatePerSec: 1e6,
        changeRateBurst: 1e6,
      },
      adapters: { archive },
      delivery: { maxRetries: 1, retryBaseMs: 10, tickMs: 10 },
    });
    documented = await DocumentedService.read(service.url);
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const operations = () => documented.operations.filter(({ id }) => !elsewhere.includes(id));
  /** The example of an operation, with the ids that a service chooses itself. */
  const exampleOf = async ({ id, example }: Operation): Promise<Call> => {
    if ('message_id' in example.path) {
      return { ...example, path: { ...example.path, message_id: await messageIdOf(service, id) } };
    }
    if (id === 'revoke_invite_link') {
      return { ...example, path: { ...example.path, link_id: (await linkOf(service)).link_id } };
    }
    if (id === 'close_canary') {
      const { body } = await service.rest('POST', '/v1/canaries', { body: { users: 2 } });
      return { ...example, path: { group_id: body['group_id'] } };
    }
    if (id === 'preview_invite') return { ...example, body: { code: (await linkOf(service)).code } };
    if (!/^(?:retry|delete)_dead_letter$/.test(id)) return example;
    return { ...example, path: { dead_letter_id: await deadLetterIdOf(service) } };
  };

  test('every example of a request succeeds, and its answer is the documented one', async () => {
    const wrong: string[] = [];
    for (const operation of operations()) {
      await arrangeTeam(service);
      const answer = await operation.send(await exampleOf(operation));
      if (answer.status >= 300)
        wrong.push(`${operation.id}: ${answer.status} ${JSON.stringify(answer.body)}`);
      wrong.push(...operation.objections(answer));
    }
    expect(wrong).toEqual([]);
  });

  const failures: readonly [string, (operation: Operation) => Promise<Answer> | null][] = [
    ['no token', (one) => (one.isSecured ? one.send({ ...one.example, token: null }) : null)],
    ['a token that is none', (one) => (one.isSecured ? one.send({ ...one.example, token: 'x' }) : null)],
    [
      "a user's token where only the service may",
      async (one) => one.send({ ...one.example, token: one.isForService ? await tokenOf('zoe') : null }),
    ],
    [
      'an unknown field in the query',
      (one) => one.send({ ...one.example, query: { ...one.example.query, x: 1 } }),
    ],
    [
      'an Idempotency-Key of other characters',
      (one) => one.send({ ...one.example, headers: { 'idempotency-key': '\t' } }),
    ],
    [
      'a body that is no JSON',
      (one) => (one.method === 'GET' ? null : one.send({ ...one.example, body: '{' })),
    ],
    [
      'a body that is a list',
      (one) => (one.method === 'GET' ? null : one.send({ ...one.example, body: [] })),
    ],
    [
      'a body that is too large',
      (one) => (one.method === 'GET' ? null : one.send({ ...one.example, body: ' '.repeat(65_537) })),
    ],
    [
      'an unknown group',
      (one) => one.send({ ...one.example, path: { ...one.example.path, group_id: 'nowhere' } }),
    ],
  ];
  test.each(failures)(
    '%s gets an answer that the document allows, from every operation',
    async (_, failed) => {
      await arrangeTeam(service);
      const wrong: string[] = [];
      for (const operation of operations()) {
        const answer = await failed(operation);
        if (answer !== null) wrong.push(...operation.objections(answer));
      }
      expect(wrong).toEqual([]);
    },
  );

  test('a route under /v1 takes its own query and its own body, and names what it does not know', async () => {
    const wrong: string[] = [];
    const expectNamed = async (one: Operation, field: string, change: Partial<Call>) => {
      const answer = await one.send({ ...one.example, ...change });
      if (answer.status === 400 && isRefusalOf(field, answer)) return;
      wrong.push(`${one.id} ${field}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`);
    };
    for (const one of documented.operations.filter(({ path }) => path.startsWith('/v1/'))) {
      if (isOfDevMode(one)) continue;
      await expectNamed(one, 'other', { query: { ...one.example.query, other: 1 } });
      if (one.method === 'GET') continue;
      const hasBody = one.fields.some(({ place }) => place === 'body');
      await expectNamed(one, hasBody ? 'other' : 'body', { body: { ...Object(one.example.body), other: 1 } });
    }
    expect(wrong).toEqual([]);
  });

  test('an empty change of settings is refused with the names of what it may change', async () => {
    await arrangeTeam(service);
    const update = documented.operation('update_group');
    for (const body of [undefined, {}, { actor_id: 'ann' }, null]) {
      const answer = await update.send({ ...update.example, body });
      expect(update.objections(answer)).toEqual([]);
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_args' } });
      const isNamed = body !== null;
      if (isNamed)
        expect(answer.body).toHaveProperty('error', expect.stringMatching(/max_members.*history.*metadata/));
    }
  });

  test('a body that is null is no object, and refused by every operation', async () => {
    const changes = operations().filter(({ method, path }) => method !== 'GET' && path.startsWith('/v1/'));
    const wrong: string[] = [];
    for (const one of changes) {
      const answer = await one.send({ ...one.example, body: null });
      if (answer.status !== 400) wrong.push(`${one.id}: ${answer.status}`);
      wrong.push(...one.objections(answer));
    }
    expect(changes.length).toBeGreaterThan(15);
    expect(wrong).toEqual([]);
  });

  test('a field is refused for its form where the document does not allow it, and nowhere else', async () => {
    await arrangeTeam(service);
    const wrong: string[] = [];
    for (const operation of operations().filter(({ path }) => path.startsWith('/v1/'))) {
      for (const field of operation.fields) {
        for (const value of valuesAround(field)) {
          const answer = await operation.send(withValue(operation.example, field, value));
          const isRefused = isRefusalOf(field.name, answer);
          wrong.push(...operation.objections(answer));
          if (isRefused !== field.allows(value) || (isRefused && isOpaque(field.name))) continue;
          wrong.push(
            `${operation.id} ${field.place} ${field.name} ${JSON.stringify(value).slice(0, 40)}: ${answer.status}`,
          );
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('a node that is asked to drain answers as documented, before and after', async () => {
    await using own = await Service.start(engine);
    const other = await DocumentedService.read(own.url);
    const drain = other.operation('drain_node');
    const { body } = await own.rest('GET', '/v1/nodes');
    const [node] = body['nodes'] as { node_id: string }[];
    const call = { ...drain.example, path: { node_id: node?.node_id } };
    const first = await drain.send(call);
    expect(first.status).toBe(202);
    const create = other.operation('create_group');
    const draining = await eventually(async () => {
      const answer = await create.send(create.example);
      expect(answer.status).toBe(503);
      return answer;
    });
    const ready = other.operation('get_readiness');
    const unready = await ready.send(ready.example);
    expect(unready.status).toBe(503);
    const objections = [
      ...drain.objections(first),
      ...create.objections(draining),
      ...ready.objections(unready),
    ];
    expect(objections).toEqual([]);
  });

  test('who is too fast is answered as documented, with the header Retry-After', async () => {
    await using own = await Service.start(engine, { engineSettings: { ratePerSec: 0.01, rateBurst: 1 } });
    await arrangeTeam(own);
    const send = (await DocumentedService.read(own.url)).operation('send_message');
    const answers = [await send.send(send.example), await send.send(send.example)];
    const [, last] = answers;
    expect(last?.status).toBe(429);
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answers.flatMap((answer) => send.objections(answer))).toEqual([]);
  });
});

test('a node in dev mode issues tokens and opens its console as documented', async () => {
  await buildPages();
  await using command = new CommandProcess('apps/server/bin/plenum.js', ['serve'], { PORT: '0' });
  const [, url = ''] = await command.until(/Plenum is ready at (\S+)/);
  const [, code = ''] = await command.until(/#code=([\w-]+)/);
  const service = await DocumentedService.read(url);
  const expectAnswers = async (id: string, rows: readonly [number, unknown][]) => {
    const operation = service.operation(id);
    for (const [status, body] of rows) {
      const answer = await operation.send({ ...operation.example, body });
      expect([answer.status, ...operation.objections(answer)]).toEqual([status]);
    }
  };
  await expectAnswers('issue_dev_token', [
    [200, { user_id: 'ann' }],
    [400, { user_id: '..' }],
    [400, null],
  ]);
  await expectAnswers('open_console_session', [
    [400, { code: 1 }],
    [400, { code, other: 1 }],
    [400, null],
    [413, ' '.repeat(65_537)],
    [200, { code }],
    [401, { code }],
  ]);
  await expectAnswers('get_console', [[200, undefined]]);
});

test('where there is no console, its routes are unknown as documented', async () => {
  await using service = await Service.start('memory');
  const documented = await DocumentedService.read(service.url);
  for (const id of ['get_console', 'open_console_session']) {
    const operation = documented.operation(id);
    const answer = await operation.send(operation.example);
    expect([answer.status, ...operation.objections(answer)]).toEqual([404]);
  }
});

const isOfDevMode = ({ id }: Operation) => /^(?:issue_dev_token|open_console_session)$/.test(id);

/** A text of the right form may still be no cursor. */
const isOpaque = (name: string) => name === 'cursor';

function withValue(call: Call, { place, name }: Operation['fields'][number], value: unknown): Call {
  if (place === 'header') return { ...call, headers: { [name]: value } };
  if (place === 'body') return { ...call, body: { ...Object(call.body), [name]: value } };
  // `after` and `before` exclude each other.
  const { after: _, ...query } = call.query;
  if (name === 'before') return { ...call, query: { ...query, before: value } };
  return { ...call, [place]: { ...call[place], [name]: value } };
}

/** Refused for its form, not by a rule of groups. */
function isRefusalOf(name: string, { status, body }: Answer): boolean {
  const field = Reflect.get(Object(Reflect.get(Object(body), 'details')), 'field');
  return [400, 404, 413].includes(status) && String(field).split('.')[0] === name;
}
