/** Messages of another system that push those before them out of the log of a group. */
import { expect } from 'vitest';
import { httpRequest } from '../wire/http.ts';

/** How many entries a log keeps at least. */
export const keptAtLeast = 100;

let imports = 0;

/** Fills the whole log of a group that keeps `keptAtLeast` entries. */
export async function fillLog(url: string, groupId: string): Promise<void> {
  imports += 1;
  const filler = { from_user_id: 'owner', message: 'filler', timestamp: '2020-01-01T00:00:00.000Z' };
  const body = { import_id: `filler-${imports}`, position: 0, messages: Array(keptAtLeast).fill(filler) };
  const path = `${url}/v1/groups/${groupId}/messages/import`;
  const answer = await httpRequest('POST', path, { body });
  expect(answer.body).not.toHaveProperty('error');
}
