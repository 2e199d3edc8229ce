/** The reply of `INFO`: field → text. */
export type ServerInfo = ReadonlyMap<string, string>;

/** Parses `name:value` lines; headings and blank lines are skipped. */
export function parseServerInfo(text: string): ServerInfo {
  const info = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) info.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return info;
}
