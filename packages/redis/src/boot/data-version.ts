/**
 * The version of what lies in Redis: `data_version` in the prefix's `meta`. It rises when an earlier version of Plenum could not read
 * the data any longer, and not with every release. Checked at boot only.
 */
import type { RedisClient } from '../connections/client.ts';
import type { Keys } from '../keys.ts';

/** The version that this code writes, and the only one that it reads. */
export const DATA_VERSION = 1;

export const dataVersionField = 'data_version';
/** Field of `meta` while `plenum rebuild` fills the prefix. */
export const rebuildField = 'rebuild';

/** A prefix without the field was first used before there was one. */
const versionWithoutField = 1;

/**
 * @throws Error with one sentence if this version of Plenum does not know the data, and, unless `mayBeHalfRebuilt`, if a rebuild of
 * the prefix has not ended
 */
export async function expectReadableData(
  redis: RedisClient,
  { prefix, meta }: Keys,
  { mayBeHalfRebuilt }: { readonly mayBeHalfRebuilt: boolean },
): Promise<void> {
  const [stored, rebuild] = await redis.hmget(meta(), dataVersionField, rebuildField);
  const version = stored ?? String(versionWithoutField);
  if (version !== String(DATA_VERSION)) {
    throw new Error(
      `Prefix "${prefix}" holds data of version ${version.slice(0, 32)} and this version of Plenum reads version ${DATA_VERSION}: start the version of Plenum that wrote it, see /docs/operations/upgrades.`,
    );
  }
  if (mayBeHalfRebuilt || typeof rebuild !== 'string') return;
  throw new Error(
    `A rebuild of prefix "${prefix}" has not ended: run \`plenum rebuild\` again, it continues where it was stopped.`,
  );
}
