/** Redis in Docker, for machines without a Redis binary: same ports, same signals, data in a bind mount. */
import { randomBytes } from 'node:crypto';
import { docker, dockerProcess, obtainImage } from './docker.ts';
import { guardAgainstOutliving, removalOfContainer } from './outlive-guard.ts';
import { lastLinesOf, portArguments, type RedisLauncher } from './redis-launcher.ts';

const image = 'redis:7.2-alpine';

/** The server runs as the user of this process, so that this process can remove the data. Windows has no such ids. */
const asCurrentUser = (): readonly string[] => {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  return uid === undefined || gid === undefined ? [] : ['--user', `${uid}:${gid}`];
};

export const containerLauncher: RedisLauncher = async (at) => {
  const { port, dir, args, configFile } = at;
  await obtainImage(image);
  const name = `plenum-redis-${randomBytes(6).toString('hex')}`;
  const config = configFile === undefined ? [] : [`/data/${configFile}`];
  const inContainer = (arg: string) => arg.replace(dir, '/data');
  const child = dockerProcess([
    ...['run', '--rm', '--name', name, ...asCurrentUser(), '--publish', `127.0.0.1:${port}:${port}`],
    ...['--mount', `type=bind,source=${dir},target=/data`, image],
    ...['redis-server', ...config, ...portArguments(at), '--dir', '/data', ...args.map(inContainer)],
  ]);
  const lastLines = lastLinesOf(child);
  const endGuard = guardAgainstOutliving(removalOfContainer(name), dir);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  }).finally(endGuard);
  let hasEnded = false;
  ended.then(
    () => {
      hasEnded = true;
    },
    () => undefined,
  );
  return {
    // The process of the command: that of the server belongs to the engine.
    pid: child.pid ?? 0,
    signal: async (signal) => {
      await docker('kill', '--signal', signal, name);
    },
    ended,
    hasEnded: () => hasEnded,
    lastLines,
  };
};
