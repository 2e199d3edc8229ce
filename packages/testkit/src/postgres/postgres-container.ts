/** PostgreSQL in Docker, for machines without its binaries. */
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { type MakePostgresHost, settings } from './postgres-host.ts';

const image = 'postgres:16-alpine';

export const containerHost: MakePostgresHost = async (port) => {
  const args = [`port=${port}`, ...settings].flatMap((setting) => ['-c', setting]);
  const started = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_HOST_AUTH_METHOD: 'trust' })
    .withExposedPorts({ container: port, host: port })
    .withCommand(['postgres', ...args])
    // PostgreSQL logs it twice: while it sets up its data, and when it serves.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start();
  const client = await getContainerRuntimeClient();
  const container = client.container.getById(started.getId());
  let isRunning = true;
  let isRemoved = false;
  return {
    port,
    start: async () => {
      if (!isRunning) await container.start();
      isRunning = true;
    },
    end: async (how) => {
      if (isRunning) await (how === 'stop' ? container.stop({ signal: 'SIGINT' }) : container.kill());
      isRunning = false;
    },
    hasEnded: () => !isRunning,
    lastLines: () => `container ${started.getName()} of image ${image}`,
    remove: async () => {
      isRunning = false;
      if (!isRemoved) await container.remove({ force: true, v: true });
      isRemoved = true;
    },
  };
};
