/** Reads numbers directly from bytes: parsing the JSON of each frame would cost more CPU than the server uses. */

const zero = 0x30;
const nine = 0x39;

/** @returns the number in the `length` bytes from `at`, or −1 if one of them is no digit. */
export function digitsAt(bytes: Buffer, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte < zero || byte > nine) return -1;
    value = value * 10 + byte - zero;
  }
  return value;
}

/** @returns the number whose digits end before `end` and begin behind a colon, or −1. */
function digitsBefore(bytes: Buffer, end: number): number {
  let value = 0;
  let scale = 1;
  let at = end - 1;
  for (; at >= 0; at -= 1) {
    const byte = bytes[at] ?? 0;
    if (byte < zero || byte > nine) break;
    value += (byte - zero) * scale;
    scale *= 10;
  }
  const isNumber = scale > 1 && bytes[at] === 0x3a;
  return isNumber ? value : -1;
}

interface Field {
  /** `"name":`. */
  readonly key: Buffer;
  /** Bytes behind the number if the field is the last one of the text. */
  readonly tailBytes: number;
}

/** Reads a number that is usually the last field of the JSON text; otherwise the text is searched. @returns −1 if there is none. */
export function numberNearTail(
  bytes: Buffer,
  { start, end }: { readonly start: number; readonly end: number },
  { key, tailBytes }: Field,
): number {
  const atTail = digitsBefore(bytes, end - tailBytes);
  if (atTail >= 0) return atTail;
  const found = bytes.lastIndexOf(key, end);
  if (found < start) return -1;
  let digitsEnd = found + key.length;
  while (digitsEnd < end && digitsAt(bytes, digitsEnd, 1) >= 0) digitsEnd += 1;
  return digitsBefore(bytes, digitsEnd);
}
