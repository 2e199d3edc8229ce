import { getContainerRuntimeClient } from 'testcontainers';

/** A `docker` command without an engine behind it is common: only an answer of the engine counts. */
export async function isDockerRunning(): Promise<boolean> {
  try {
    const client = await getContainerRuntimeClient();
    await client.container.dockerode.ping();
    return true;
  } catch {
    return false;
  }
}
