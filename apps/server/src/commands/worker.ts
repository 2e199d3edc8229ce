/** `plenum worker`: one of the processes that `plenum serve --workers` starts; a node of its own. */
import cluster from 'node:cluster';
import { placeLimitsOf } from '@plenum/gateway';
import { secretsOfConfig } from '../config/describe.ts';
import { concealingText } from '../doctor/hidden-texts.ts';
import type { SharedPort } from '../drain-node.ts';
import { drainMsOf, hardExitMsOf } from '../drain-times.ts';
import { stopSignals, untilAskedToStop } from '../lifecycle.ts';
import { createAuditLog, createLogger } from '../logging.ts';
import { startNode } from '../node.ts';
import { onParentGone } from '../parent-process.ts';
import { systemRandom } from '../secrets.ts';
import { WarningRing } from '../warning-ring.ts';
import { sumsIn } from '../workers/messages.ts';
import { PrimaryLink } from '../workers/primary-link.ts';
import { sharedMachine } from '../workers/shared-machine.ts';
import { workerConfigOrNull } from './read-configuration.ts';
import { refuse } from './refuse.ts';

/** @returns the exit code */
export async function worker(): Promise<number> {
  if (!cluster.isWorker) return refuse('A worker is started by `plenum serve --workers`, not by itself');
  const link = new PrimaryLink();
  const onSignal = (signal: string) => void link.tell({ type: 'signalled', signal });
  for (const signal of stopSignals) process.on(signal, () => onSignal(signal));
  const config = await workerConfigOrNull();
  if (config === null) return 1;
  const nodeId = systemRandom.token();
  const warnings = new WarningRing(concealingText(secretsOfConfig(config)));
  const { logLevel: level, isDev } = config;
  const logger = createLogger({ level, isDev, nodeId, isOneOfSeveral: true, warnings });
  const machine = sharedMachine(link, { workers: config.workers, limits: placeLimitsOf(config) });
  const leave: (() => void)[] = [];
  const node = await startNode({
    config,
    logger,
    auditLog: createAuditLog(logger),
    warnings,
    nodeId,
    drainMs: drainMsOf(config),
    crew: { machine, port: portBy(link, leave), onDrained: machine.sendFigures },
  });
  let hurry: { readonly withinMs: number } | undefined;
  const { stopped, ask } = untilAskedToStop({
    stop: (ownHurry) => node.stop(ownHurry ?? hurry),
    logger,
    hardExitMs: hardExitMsOf(config),
    onFault: (fields, message) => logger.fatal(fields, message),
    // They have been sent on from the beginning.
    onSignal: () => {},
  });
  const askOnce = once(ask);
  onParentGone(() => askOnce('the primary is gone'));
  link.onOrder((order) => {
    if (order.type === 'stop') {
      hurry = order.withinMs === undefined ? undefined : { withinMs: order.withinMs };
      askOnce(order.reason);
    } else if (order.type === 'read_figures') void machine.sendFigures();
    else if (order.type === 'unread') machine.learnUnread(sumsIn(order.others));
    else for (const one of leave.splice(0)) one();
  });
  const { url, consoleLink } = node;
  void link.tell({ type: 'ready', nodeId, url, consoleLink });
  return stopped;
}

/** @param leaving gets `leave` while no other worker accepts */
const portBy = (link: PrimaryLink, leaving: (() => void)[]): SharedPort => ({
  beforeDrain: async (leave) => {
    if ((await link.ask({ type: 'draining' })) === true) leave();
    else leaving.push(leave);
  },
});

function once(act: (reason: string) => void): (reason: string) => void {
  let isDone = false;
  return (reason) => {
    if (isDone) return;
    isDone = true;
    act(reason);
  };
}
