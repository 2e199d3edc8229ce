/** Builds and installs what the files of this project need, once for all of them. */
import { obtainGoTools, obtainKubernetesSchemas } from './tools.js';

export async function setup(): Promise<void> {
  await Promise.all([obtainGoTools(), obtainKubernetesSchemas()]);
}
