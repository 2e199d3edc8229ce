/** The disk of the append-only file is full for a while: Redis refuses changes, and has to start again with all that it took. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '@plenum/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { LimitedRedis } from '../support/cluster/limited-redis.ts';
import { NodeOnPort } from '../support/cluster/node-on-port.ts';
import { nodeSettings } from '../support/cluster/service.ts';
import { httpRequest } from '../support/wire/http.ts';

const run = promisify(execFile);
const mendAof = fileURLToPath(new URL('../../deploy/mend-aof.sh', import.meta.url));
const environmentOn = ({ server }: LimitedRedis) => ({ ...nodeSettings, REDIS_URL: server.serviceUrl });
const patience = { timeoutMs: 20_000, everyMs: 100 };
/** Ends within the command that stores a message. */
const roomBytes = 100;

async function check(redis: LimitedRedis) {
  await using command = new CommandProcess('apps/server/bin/plenum.js', ['check'], environmentOn(redis));
  return { code: await command.ended, output: command.output };
}

/** A group in which one user speaks. */
class Speech {
  readonly acked: string[] = [];
  readonly #node: NodeOnPort;
  constructor(node: NodeOnPort) {
    this.#node = node;
  }

  async begin(): Promise<void> {
    const group = { group_id: 'kept', group_type: 'public', creator_id: 'ann' };
    expect((await httpRequest('POST', `${this.#node.url}/v1/groups`, { body: group })).status).toBe(201);
  }
  /** @returns the status of the answer */
  async say(message: string): Promise<number> {
    const body = { from_user_id: 'ann', message };
    const { status } = await httpRequest('POST', `${this.#node.url}/v1/groups/kept/messages`, { body });
    if (status === 200) this.acked.push(message);
    return status;
  }
  async stored(): Promise<unknown[]> {
    const { status, body } = await httpRequest('GET', `${this.#node.url}/v1/groups/kept/messages`);
    expect(status).toBe(200);
    return Object(body['entries']).flatMap(({ message }: { message?: string }) => message ?? []);
  }
}

/** @returns what was said before, during and after the time in which the disk was full */
async function spokenThroughFullDisk(redis: LimitedRedis, node: NodeOnPort): Promise<Speech> {
  const speech = new Speech(node);
  await speech.begin();
  expect(await speech.say('before')).toBe(200);
  await redis.fillUpTo(roomBytes);
  await eventually(async () => expect(await speech.say(`during ${speech.acked.length}`)).toBe(503), patience);
  expect(await check(redis)).toMatchObject({
    code: 1,
    output: expect.stringMatching(/cannot write its append-only file/),
  });
  await redis.free();
  await eventually(async () => expect(await speech.say('after')).toBe(200), patience);
  return speech;
}

/** The node is the same all the time. */
async function expectAllAfterCrash(
  redis: LimitedRedis,
  speech: Speech,
  mend = async () => {},
): Promise<void> {
  await redis.server.kill();
  await mend();
  await redis.server.restart();
  await eventually(async () => expect(await speech.stored()).toEqual(speech.acked), patience);
}

test('after a full disk and a rewrite of its file, Redis starts again with every acked message', async () => {
  await using redis = await LimitedRedis.start();
  await using node = await NodeOnPort.start(environmentOn(redis));
  const speech = await spokenThroughFullDisk(redis, node);
  expect(await check(redis)).toMatchObject({
    code: 0,
    output: expect.stringMatching(/unless BGREWRITEAOF has succeeded/),
  });
  await redis.rewrite();
  await expectAllAfterCrash(redis, speech);
  expect(await check(redis)).toMatchObject({ code: 0, output: expect.not.stringMatching(/BGREWRITEAOF/) });
});

test('a file that was not rewritten after a full disk is mended by the script, without a loss', async () => {
  await using redis = await LimitedRedis.start();
  await using node = await NodeOnPort.start(environmentOn(redis));
  const speech = await spokenThroughFullDisk(redis, node);
  await expectAllAfterCrash(redis, speech, async () => {
    const { stdout } = await run('sh', [mendAof, redis.folder]);
    expect(stdout).toMatch(/\d+ zero bytes taken out at byte \d+\n.* is valid/);
  });
});

test('a disk that is full again while the file is mended costs no byte; owner and mode stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plenum-aof-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'appendonly.aof.1.incr.aof');
  const command = '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n';
  const damaged = `${command}${'\0'.repeat(100)}${command}`;
  await writeFile(file, damaged, { mode: 0o600 });
  // Of every copy half is written.
  await writeFile(join(folder, 'cp'), '#!/bin/sh\nfor to; do :; done\necho half >"$to"\nexit 1\n');
  await chmod(join(folder, 'cp'), 0o700);
  const PATH = [folder, process.env['PATH']].join(delimiter);
  await expect(run('sh', [mendAof, folder], { env: { ...process.env, PATH } })).rejects.toThrow();
  expect(await readFile(file, 'utf8')).toBe(damaged);
  await run('sh', [mendAof, folder]);
  expect(await readFile(file, 'utf8')).toBe(command.repeat(2));
  expect(await readFile(`${file}.damaged`, 'utf8')).toBe(damaged);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
