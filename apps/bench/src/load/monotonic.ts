/** Microseconds on the machine's monotonic clock, which all processes of one machine share. */
const [bootSec, bootNs] = process.hrtime();
const baseUs = bootSec * 1e6 + bootNs / 1e3 - performance.now() * 1e3;

export const nowUs = (): number => Math.round(baseUs + performance.now() * 1e3);
