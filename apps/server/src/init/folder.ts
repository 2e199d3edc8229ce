/** What the folder is, in which `plenum init` writes: the language of its code, and files that stand in the way. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({
  type: z.string().optional(),
  dependencies: z.record(z.string(), z.unknown()).optional(),
  devDependencies: z.record(z.string(), z.unknown()).optional(),
});

/** @returns the text of the file; null if there is none. @throws Error if it cannot be read */
export async function textIn(folder: string, name: string): Promise<string | null> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return null;
    throw new Error(`${name} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

async function manifestOf(folder: string): Promise<z.infer<typeof manifestSchema>> {
  const text = await textIn(folder, 'package.json');
  if (text === null) return {};
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    throw new Error('package.json is not valid: mend it first');
  }
}

/** True if this Node runs TypeScript by itself: 22.18 and newer. */
const stripsTypes = (): boolean => Boolean(Reflect.get(process.features, 'typescript'));

/**
 * TypeScript if the folder has it and this Node can run it. The ending says what kind of module it is, unless package.json does.
 * @returns the name for a new configuration file
 */
export async function configFileNameFor(folder: string, canStrip = stripsTypes()): Promise<string> {
  const { type, dependencies, devDependencies } = await manifestOf(folder);
  const hasTypeScript =
    existsSync(join(folder, 'tsconfig.json')) || 'typescript' in { ...dependencies, ...devDependencies };
  const ending = hasTypeScript && canStrip ? 'ts' : 'js';
  return `plenum.config.${type === 'module' ? '' : 'm'}${ending}`;
}
