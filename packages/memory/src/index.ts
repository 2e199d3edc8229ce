export { createMemoryEngine, type MemoryEngineOptions } from './create-memory-engine.ts';
