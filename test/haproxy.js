/** Checks the configuration of HAProxy with HAProxy itself; installs it where that is one command. */
import { root, run } from './stage.js';

export async function checkHaproxy() {
  if (!(await hasHaproxy())) {
    const isDebianRoot = process.getuid?.() === 0 && (await run('apt-get', ['--version'])) === 0;
    if (isDebianRoot) {
      process.stdout.write('Installing haproxy with apt-get\n');
      await run('apt-get', ['install', '-y', '-qq', 'haproxy'], { DEBIAN_FRONTEND: 'noninteractive' });
    }
    if (!(await hasHaproxy()))
      throw new Error('haproxy is not on the PATH: install it to check deploy/haproxy.cfg');
  }
  return (await run('haproxy', ['-c', '-q', '-f', `${root}deploy/haproxy.cfg`])) === 0;
}

const hasHaproxy = async () => (await run('haproxy', ['-v'])) === 0;
