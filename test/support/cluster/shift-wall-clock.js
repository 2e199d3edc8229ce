/**
 * For `node --import`: the wall clock of this process is wrong by WALL_CLOCK_SHIFT_MS. Its monotonic clock and its timers
 * are not, as on a machine whose time was set wrongly.
 */
const shiftMs = Number(process.env['WALL_CLOCK_SHIFT_MS'] ?? 0);
const now = () => Reflect.apply(RightDate.now, RightDate, []) + shiftMs;
const RightDate = Date;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RightDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
