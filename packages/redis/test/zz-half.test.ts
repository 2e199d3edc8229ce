import { test } from 'vitest';
import { startRedis, startFaultProxy, freshPrefix } from '@plenum/testkit';
import { createRedisEngine } from '../src/index.ts';
import { systemClock, defaultEngineSettings } from '@plenum/core';
import { randomBytes } from 'node:crypto';
test('x', async () => {
const t0 = performance.now(); const log = (f: object, m: string) => console.log(Math.round(performance.now()-t0), m, JSON.stringify(f));
const s = await startRedis(); const p = await startFaultProxy({ targetPort: s.port });
const e = await createRedisEngine({ url: p.url, prefix: freshPrefix(), random: { token: () => randomBytes(8).toString('hex') }, clock: systemClock, settings: defaultEngineSettings, logger: { debug: log, info: log, warn: log, error: log } });
e.feeds.listen({ onEntry() {}, onAuditNeeded: () => log({}, 'AUDIT') });
log({}, 'freeze'); p.pauseDownstream();
const end = performance.now() + 16000;
let last = '';
while (performance.now() < end) { const started = performance.now(); const r = await e.agreeOn('x', 'y').then(() => 'ok', (x) => x.failure.code); const h = await e.health(); const now = r + h.isReady; if (now !== last) log({ r, took: Math.round(performance.now()-started), h }, 'try'); last = now; await new Promise(r => setTimeout(r, 100)); }
await e.close(); await p.stop(); await s.stop(); log({}, 'end');
}, 60000);
