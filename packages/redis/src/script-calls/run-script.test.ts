import type { Command } from 'ioredis';
import { expect, test } from 'vitest';
import { runEncoded } from './run-script.ts';
import { bulk, ScriptText } from './script-command.ts';

const script = {
  text: new ScriptText('return 1'),
  isBinary: false,
  parse: (reply: unknown) => ({ type: String(reply), nowMs: 0 }),
};
const given = { firstKey: 'k', count: 1, text: () => bulk('0') };

test('a server that forgets every script at once still runs each command', async () => {
  const connection = {};
  const commands: Command[] = [];
  const client = { sendCommand: (command: Command) => void commands.push(command) };
  const runs = Array.from({ length: 4 }, () => runEncoded(client, script, given));
  // Everything of a round is written before the first answer of it comes.
  for (let round = 0; commands.length > 0; round += 1) {
    expect(round).toBeLessThan(3);
    const written = commands.splice(0).map((command) => ({ command, text: command.toWritable(connection) }));
    for (const { command, text } of written) {
      if (text.includes('EVALSHA')) command.reject(new Error('NOSCRIPT No matching script.'));
      else command.resolve('done');
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await Promise.all(runs)).toEqual(runs.map(() => ({ type: 'done', nowMs: 0 })));
});
