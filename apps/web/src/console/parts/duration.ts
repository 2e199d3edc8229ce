/** Durations as people write them: `90 s`, `10 min`, `1 h`, `7 d`; a number alone is milliseconds. */

const unitsMs = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitsMs;

const isUnit = (text: string): text is Unit => Object.hasOwn(unitsMs, text);

/** @returns ms; null: it is no duration */
export function durationMs(text: string): number | null {
  const [, digits = '', unit = ''] = text.trim().match(/^(\d+(?:\.\d+)?)\s*([a-z]*)$/i) ?? [];
  if (digits === '') return null;
  const name = unit === '' ? 'ms' : unit === 'm' ? 'min' : unit.toLowerCase();
  return isUnit(name) ? Math.round(Number(digits) * unitsMs[name]) : null;
}

/** In the largest unit of which it is a whole number. */
export function durationText(ms: number): string {
  if (ms === 0) return '0';
  const units = Object.keys(unitsMs).filter(isUnit).reverse();
  const unit = units.find((name) => ms >= unitsMs[name] && ms % unitsMs[name] === 0) ?? 'ms';
  return `${ms / unitsMs[unit]} ${unit}`;
}
