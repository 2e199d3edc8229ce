/** Redis in Docker, for machines without a Redis binary: same ports, same signals, data in a bind mount. */
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import type { RedisLauncher } from './redis-launcher.ts';

const image = 'redis:7.2-alpine';

/** The server runs as the user of this process, so that this process can remove the data. */
const currentUser = (): string => `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;

export const containerLauncher: RedisLauncher = async ({ port, dir, args, configFile }) => {
  const config = configFile === undefined ? [] : [`/data/${configFile}`];
  const started = await new GenericContainer(image)
    .withUser(currentUser())
    .withExposedPorts({ container: port, host: port })
    .withBindMounts([{ source: dir, target: '/data', mode: 'rw' }])
    .withCommand(['redis-server', ...config, '--port', String(port), '--dir', '/data', ...args])
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
  const client = await getContainerRuntimeClient();
  const container = client.container.getById(started.getId());
  const { State } = await container.inspect();
  let hasEnded = false;
  const removed = () => {
    hasEnded = true;
  };
  const ended = container
    .wait()
    .then(() => container.remove({ force: true }))
    .then(removed, removed);
  return {
    pid: State.Pid,
    signal: async (signal) => {
      await container.kill({ signal });
    },
    ended,
    hasEnded: () => hasEnded,
    lastLines: () => `container ${started.getName()} of image ${image}`,
  };
};
