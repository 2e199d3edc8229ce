import type { Engine } from '@plenum/core';
import type { StoreMemory } from '@plenum/gateway';

/** The readers of one scrape share one answer, ms. */
const sharedMs = 500;

/** @returns a function that asks every server of the store what memory it uses */
export function storeMemoryOf(engine: Pick<Engine, 'servers'>): () => Promise<readonly StoreMemory[]> {
  let last: { readonly atMs: number; readonly answer: Promise<readonly StoreMemory[]> } | null = null;
  return () => {
    const atMs = performance.now();
    if (last === null || atMs - last.atMs > sharedMs) last = { atMs, answer: ask(engine) };
    return last.answer;
  };
}

async function ask(engine: Pick<Engine, 'servers'>): Promise<readonly StoreMemory[]> {
  const servers = await engine.servers('memory');
  return servers.flatMap(({ name, info }) => {
    const usedBytes = Number(info?.get('used_memory') ?? Number.NaN);
    const maxBytes = Number(info?.get('maxmemory') ?? Number.NaN);
    return Number.isNaN(usedBytes) || Number.isNaN(maxBytes) ? [] : [{ server: name, usedBytes, maxBytes }];
  });
}
