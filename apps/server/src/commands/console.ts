/** `plenum console`: serves the console on this machine, and passes its requests on to a running cluster. */
import { type AdminView, adminViewSchema } from '@plenum/protocol';
import { builtPages, isBuilt } from '../built-pages.ts';
import { startLocalConsole } from '../console/local-console.ts';
import { stopSignals } from '../lifecycle.ts';
import { whyUnreachable } from '../unreachable.ts';
import { actingService, type ServiceActingOptions } from './acting-service.ts';
import { refuse } from './refuse.ts';
import { nodeUrlOf } from './user-token.ts';

export interface ConsoleOptions extends ServiceActingOptions {
  /** Absent: what is no `GET` is refused here. */
  readonly write?: true;
  /** Absent or 0: any free port. */
  readonly port?: number;
}

/** Prints the link to stdout, and runs until a signal. @returns the exit code */
export async function consoleCommand({ write, port = 0, ...options }: ConsoleOptions): Promise<number> {
  if (!isBuilt('console.html')) return refuse('The pages of the console are not built: run npm run build');
  const service = await actingService(options);
  if (service === null) return 1;
  const target = options.url ?? nodeUrlOf(service.config);
  const token = options.token ?? service.config.adminToken ?? '';
  const admin = await adminAt(target, token);
  if (typeof admin === 'string') return refuse(admin);
  const canWrite = write === true;
  const local = await startLocalConsole({ folder: builtPages, target, token, port, canWrite });
  const asked = canWrite ? 'with changes' : 'read-only: --write allows changes';
  process.stdout.write(`Console of ${target} as ${admin.name} (${asked}):\n${local.link}\n`);
  process.stderr.write('The link works once, within ten minutes. Ctrl-C ends the console.\n');
  await new Promise<void>((resolve) => {
    for (const signal of stopSignals) process.on(signal, () => resolve());
  });
  await local.close();
  return 0;
}

const answerMaxMs = 10_000;

/** Looks whether the cluster takes the token, before a person opens the page. @returns why not */
async function adminAt(url: string, token: string): Promise<AdminView | string> {
  const headers = { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(answerMaxMs);
  const answer = await fetch(`${url}/v1/admin`, { headers, signal, redirect: 'manual' }).catch(
    whyUnreachable,
  );
  if (typeof answer === 'string') return `No node of Plenum answers at ${url} (${answer})`;
  if (answer.status === 401)
    return `${url} does not take this admin token: look at PLENUM_ADMIN_TOKEN, and at PLENUM_ADMIN_PORT of the nodes`;
  const view = adminViewSchema.safeParse(await answer.json().catch(() => null));
  return view.success ? view.data : `${url} is no node of Plenum, or one of an earlier version`;
}
