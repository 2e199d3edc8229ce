import { expect, test } from 'vitest';
import { MachineFigures } from './machine-figures.ts';

const figure = (type: string, name: string, value: number) => ({
  name,
  help: name,
  type,
  aggregator: 'sum',
  values: [{ value, labels: {} }],
});
const figuresOf = (sent: number, sockets: number) => [
  figure('counter', 'sent_total', sent),
  figure('gauge', 'sockets', sockets),
];

/** Workers by their names, which answer with what they have at that time. */
function machine(workers: Map<string, ReturnType<typeof figuresOf> | 'silent'>) {
  const figures = new MachineFigures<string>();
  return {
    figures,
    read: async (name: string) => {
      const text = await figures.text(workers.keys(), (worker) => {
        const has = workers.get(worker);
        if (has !== undefined && has !== 'silent') figures.received(worker, has);
      });
      return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
    },
  };
}

test('the figures of a machine are the sums over its workers and the primary', async () => {
  const { read } = machine(
    new Map([
      ['one', figuresOf(3, 2)],
      ['two', figuresOf(4, 5)],
    ]),
  );
  expect([await read('sent_total'), await read('sockets')]).toEqual([7, 7]);
  expect(await read('process_resident_memory_bytes')).toBeGreaterThan(0);
});

test('what ended workers had counted stays in counters, not in gauges', async () => {
  const workers = new Map([
    ['one', figuresOf(3, 2)],
    ['two', figuresOf(4, 5)],
  ]);
  const { read, figures } = machine(workers);
  await read('sent_total');
  for (const name of ['one', 'two']) {
    workers.delete(name);
    figures.ended(name);
  }
  workers.set('three', figuresOf(10, 1));
  expect([await read('sent_total'), await read('sockets')]).toEqual([17, 1]);
});

test('a worker that does not answer counts with its last figures', async () => {
  const workers = new Map<string, ReturnType<typeof figuresOf> | 'silent'>([
    ['one', figuresOf(3, 2)],
    ['two', figuresOf(4, 5)],
  ]);
  const { read, figures } = machine(workers);
  await read('sent_total');
  workers.set('one', 'silent');
  expect(await read('sent_total')).toBe(7);
  const reading = read('sent_total');
  figures.ended('one');
  expect(await reading).toBe(7);
});
