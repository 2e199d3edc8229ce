/** Both compose files, the one here and that of `plenum init`, read by the library of Docker Compose; their Redis is started. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, freePort } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { environmentSchema, secretNames } from '../../apps/server/src/config/environment.ts';
import { hardExitMsOf } from '../../apps/server/src/drain-times.ts';
import { composeText } from '../../apps/server/src/init/compose-text.ts';
import { CommandProcess } from '../command-process.ts';
import { obtain } from '../debian-package.js';
import { root } from '../source-tree.ts';
import { reader } from './tools.js';

const run = promisify(execFile);
const secrets = {
  ...{ PLENUM_JWT_SECRET: 'j'.repeat(32), PLENUM_ADMIN_TOKEN: 'a'.repeat(32) },
  ...{ REDIS_PASSWORD: 'a-password-of-redis', GRAFANA_PASSWORD: 'a-password-of-grafana' },
};

interface Port {
  readonly host_ip?: string;
  readonly target: number;
}

interface Service {
  readonly command: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly target: string }[];
  readonly ports?: readonly Port[];
  readonly [field: string]: unknown;
}

let folder = '';
let files: Readonly<Record<'repository' | 'init', string>> = { repository: '', init: '' };
let services: Readonly<Record<'repository' | 'init', Readonly<Record<string, Service>>>>;

async function read(file: string, environment: Readonly<Record<string, string>>) {
  const { PATH = '' } = process.env;
  const { stdout } = await run(reader, ['compose', file], { env: { PATH, ...environment } });
  return JSON.parse(stdout).services;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compose-'));
  files = { repository: join(root, 'docker-compose.yml'), init: join(folder, 'compose.yml') };
  await writeFile(files.init, composeText('plenum.config.mjs'));
  services = {
    repository: await read(files.repository, secrets),
    init: await read(files.init, secrets),
  };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(['repository', 'init'] as const)('the compose file of the %s', (which) => {
  test('limits memory, processes and open files of every service, and lets none change itself', () => {
    const all = Object.values(services[which]);
    expect(all.length).toBeGreaterThan(1);
    for (const service of all) {
      expect(Number(service['mem_limit'])).toBeGreaterThan(2 ** 28);
      expect(service['pids_limit']).toBeGreaterThan(0);
      expect(service['ulimits']).toEqual({ nofile: expect.any(Number) });
      expect(service).toMatchObject({
        ...{ read_only: true, cap_drop: ['ALL'] },
        security_opt: ['no-new-privileges:true'],
      });
    }
  });

  test('names settings that there are, and each secret by a variable that has to be set', async () => {
    const nodes = Object.values(services[which]).filter(({ environment = {} }) => 'REDIS_URL' in environment);
    expect(nodes.length).toBe(which === 'repository' ? 3 : 1);
    for (const { environment = {} } of nodes) {
      const names = Object.keys(environment);
      expect(names.filter((name) => !(name in environmentSchema.shape))).toEqual([]);
      expect(environment['PLENUM_ADMIN_PORT']).toBe('3001');
    }
    const text = await readFile(files[which], 'utf8');
    for (const name of secretNames) expect(text).not.toMatch(new RegExp(`${name}: (?!.*\\$\\{)`));
    for (const name of ['REDIS_PASSWORD', 'PLENUM_JWT_SECRET', 'PLENUM_ADMIN_TOKEN']) {
      const others = Object.fromEntries(Object.entries(secrets).filter(([other]) => other !== name));
      await expect(read(files[which], others)).rejects.toThrow(name);
    }
  });

  test('opens the admin port to this machine only, and gives a node the time of its drain', () => {
    const ports = Object.values(services[which]).flatMap((service) => service.ports ?? []);
    const beyond = ports.filter(({ host_ip }) => host_ip !== '127.0.0.1');
    expect(beyond.map(({ target }) => target)).toEqual(which === 'repository' ? [3000] : []);
    const node = services[which][which === 'repository' ? 'node1' : 'plenum'];
    expect(node?.ports?.map(({ target }) => target)).toContain(3001);
    expect(node?.['stop_grace_period']).toBe('40s');
    expect(hardExitMsOf({ isDev: false })).toBeLessThan(40_000);
  });

  test('starts a Redis whose one user is that of the nodes, with the rights of deploy/redis.acl', async () => {
    await obtain('redis-server', 'redis-server');
    const data = join(folder, which);
    await mkdir(data);
    const port = await freePort();
    // A container has these paths to itself, and its own port.
    const here: Readonly<Record<string, string>> = { '/tmp': data, '/data': data };
    const [shell = '', ...command] = services[which]['redis']?.command ?? [];
    const words = command.map((word) => here[word] ?? word.replace('/etc/plenum', join(root, 'deploy')));
    const { PATH } = process.env;
    const env = { PATH, REDIS_PASSWORD: secrets.REDIS_PASSWORD };
    const redis = spawn(shell, [...words, '--bind', '127.0.0.1', '--port', String(port)], {
      env,
      stdio: 'ignore',
    });
    const ended = once(redis, 'exit');
    const guest = new Redis({ port, host: '127.0.0.1', lazyConnect: true, enableReadyCheck: false });
    guest.on('error', () => undefined);
    try {
      await eventually(async () => expect(await guest.ping()).toBe('PONG'));
      await expect(guest.get('plenum:x')).rejects.toThrow('NOPERM');
      const url = `redis://plenum:${secrets.REDIS_PASSWORD}@127.0.0.1:${port}`;
      const { PLENUM_JWT_SECRET, PLENUM_ADMIN_TOKEN } = secrets;
      const environment = { REDIS_URL: url, PLENUM_JWT_SECRET, PLENUM_ADMIN_TOKEN, NODE_ENV: 'production' };
      await using check = new CommandProcess('apps/server/bin/plenum.js', ['check'], environment);
      expect(await check.ended, check.output).toBe(0);
      expect(check.output).not.toContain(secrets.REDIS_PASSWORD);
      const acl = await readFile(join(data, 'users.acl'), 'utf8');
      expect(acl).not.toContain(secrets.REDIS_PASSWORD);
    } finally {
      guest.disconnect();
      redis.kill();
      await ended;
    }
  });
});

test('every file that the compose file of the repository mounts is there', async () => {
  const mounts = Object.values(services.repository)
    .flatMap(({ volumes = [] }) => volumes)
    .filter(({ type }) => type === 'bind');
  expect(mounts.length).toBe(9);
  for (const { source } of mounts) await readFile(source);
});

test('Prometheus reads the admin port of each node, with the rules of deploy/alerts', async () => {
  const own = join(folder, 'prometheus');
  await mkdir(own);
  for (const { source, target } of services.repository['prometheus']?.volumes ?? [])
    if (target.startsWith('/etc/prometheus/'))
      await copyFile(source, join(own, target.slice('/etc/prometheus/'.length)));
  const promtool = await obtain('promtool', 'prometheus');
  const { stdout } = await run(promtool, ['check', 'config', join(own, 'prometheus.yml')]);
  expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
  const { scrape_configs: jobs } = parse(await readFile(join(own, 'prometheus.yml'), 'utf8'));
  const nodes = Object.keys(services.repository).filter((name) => name.startsWith('node'));
  expect(jobs[0].static_configs[0].targets).toEqual(nodes.map((name) => `${name}:3001`));
});

test('Grafana loads the dashboard, from the Prometheus beside it', async () => {
  const inDeploy = async (name: string) => parse(await readFile(join(root, 'deploy/grafana', name), 'utf8'));
  const { providers } = await inDeploy('dashboards.yml');
  const { datasources } = await inDeploy('datasources.yml');
  const mounted = services.repository['grafana']?.volumes?.map(({ target }) => target) ?? [];
  expect(mounted).toContain(`${providers[0].options.path}/plenum.json`);
  expect(datasources).toMatchObject([{ type: 'prometheus', url: 'http://prometheus:9090', isDefault: true }]);
  expect(Object.keys(services.repository)).toContain('prometheus');
});
