import type { Connection } from './connections.ts';

/** Runs `work` in one transaction; a failure of it undoes everything. */
export async function inTransaction(connection: Connection, work: () => Promise<void>): Promise<void> {
  await connection.query('BEGIN', []);
  try {
    await work();
    await connection.query('COMMIT', []);
  } catch (error) {
    await connection.query('ROLLBACK', []);
    throw error;
  }
}
