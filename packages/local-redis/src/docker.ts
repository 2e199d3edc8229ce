/** The command `docker`, run without a shell. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @returns what it prints. @throws Error if it fails or is not there */
export async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', [...args], { windowsHide: true });
  return stdout.trim();
}

/** True if a Docker engine answers: a `docker` command may exist without an engine. */
export const isDockerRunning = (): Promise<boolean> =>
  docker('version', '--format', '{{.Server.Version}}').then(
    (version) => version !== '',
    () => false,
  );

/** Pulls the image if it is not there. The progress goes to stderr. */
export async function obtainImage(image: string): Promise<void> {
  const isThere = await docker('image', 'inspect', '--format', '{{.Id}}', image).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  process.stderr.write(`Docker pulls ${image}, once …\n`);
  await docker('pull', '--quiet', image);
}

/** In a process group of its own, so that Ctrl-C of the terminal does not end the container before its users. */
export const dockerProcess = (args: readonly string[]): ChildProcess =>
  spawn('docker', [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    detached: process.platform !== 'win32',
  });
