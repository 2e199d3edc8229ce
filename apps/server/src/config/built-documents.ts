import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** In the package, and in the repository after `npm run docs:build`. */
const places = ['../../docs/', '../../../docs/.vitepress/dist/'];

/** @returns the folder of the built documents; undefined: they are not built */
export function builtDocuments(): string | undefined {
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return folders.find((folder) => existsSync(`${folder}index.html`));
}
