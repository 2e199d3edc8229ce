/**
 * For `node --import`: faults inside of a node that a signal from outside cannot make. At SIGUSR2 the process reads its
 * instruction from `<CHAOS_FOLDER>/<pid>.json`: its wall clock is wrong by `shiftMs` from then on (its monotonic clock is not), its
 * event loop is blocked for `blockMs`, and with `weigh` it writes what its heap holds after a collection to `<pid>.heap`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const folder = process.env['CHAOS_FOLDER'] ?? '';
const RightDate = Date;
let shiftMs = 0;
const now = () => Reflect.apply(RightDate.now, RightDate, []) + shiftMs;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RightDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

process.on('SIGUSR2', () => {
  const instruction = JSON.parse(readFileSync(join(folder, `${process.pid}.json`), 'utf8'));
  shiftMs = instruction.shiftMs ?? 0;
  const untilMs = performance.now() + (instruction.blockMs ?? 0);
  while (performance.now() < untilMs);
  if (instruction.weigh !== true) return;
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  writeFileSync(join(folder, `${process.pid}.heap`), String(process.memoryUsage().heapUsed));
});
