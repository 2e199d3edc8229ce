/** A progress bar on stderr; without a terminal, one line every ten seconds. */

const width = 24;
const drawEveryMs = 100;
const lineEveryMs = 10_000;
const grouped = (count: number): string => Math.floor(count).toLocaleString('en-US');

export interface Progress {
  /** @param done of `total` */
  show(done: number): void;
  /** Draws the last state and ends the line. */
  end(): void;
}

/** @param total 0: unknown */
export function barOf(done: number, total: number): string {
  if (total === 0) return grouped(done);
  const part = Math.min(1, done / total);
  const filled = Math.round(part * width);
  const bar = '#'.repeat(filled) + '.'.repeat(width - filled);
  return `[${bar}] ${Math.floor(part * 100)} % ${grouped(done)} of ${grouped(total)}`;
}

export function createProgress(what: string, total: number): Progress {
  const { stderr } = process;
  const everyMs = stderr.isTTY ? drawEveryMs : lineEveryMs;
  let shownAtMs = performance.now();
  let latest = 0;
  const draw = () =>
    stderr.write(`${stderr.isTTY ? '\r' : ''}${barOf(latest, total)} ${what}${stderr.isTTY ? '' : '\n'}`);
  return {
    show: (done) => {
      latest = done;
      if (performance.now() - shownAtMs < everyMs) return;
      shownAtMs = performance.now();
      draw();
    },
    end: () => {
      draw();
      if (stderr.isTTY) stderr.write('\n');
    },
  };
}
