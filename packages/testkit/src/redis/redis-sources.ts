import { join } from 'node:path';
import { foldersOnPath, folderWith, obtainer } from '../server/obtain-server.ts';
import { containerLauncher } from './redis-container.ts';
import { processLauncher, type RedisLauncher } from './redis-launcher.ts';

async function installed(): Promise<RedisLauncher | null> {
  for (const program of ['redis-server', 'valkey-server']) {
    const folder = await folderWith([program], foldersOnPath());
    if (folder !== null) return processLauncher(join(folder, program));
  }
  return null;
}

export const obtainLauncher = obtainer<RedisLauncher>({
  aptPackage: 'redis-server',
  installed,
  inDocker: containerLauncher,
  advice:
    'These tests need Redis 7.0 or newer: put redis-server or valkey-server on the PATH, or start Docker.',
});
