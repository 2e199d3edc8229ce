/** What PostgreSQL's errors mean, and what of them may be logged: their details can contain the text of a message. */
import { DatabaseError } from 'pg';
import { whyOf } from '../why-of.ts';

/** SQLSTATE classes: the data cannot be stored (22), a constraint of the table forbids it (23). No retry changes that. */
const dataClasses = ['22', '23'];
/** Classes whose message is about the server, the role or the statement and never quotes a row. */
const tellingClasses = ['08', '25', '28', '3D', '40', '42', '53', '55', '57'];

const classOf = (error: DatabaseError): string => error.code?.slice(0, 2) ?? '';

/** @returns why PostgreSQL will never take this data, or null if the failure is not about data */
export function dataRefusal(error: unknown): string | null {
  if (!(error instanceof DatabaseError) || !dataClasses.includes(classOf(error))) return null;
  return `PostgreSQL refuses the data (SQLSTATE ${error.code})`;
}

/** The table existed and is gone: the database was restored or replaced. */
export const isTableMissing = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === '42P01';

/** The error without the data that PostgreSQL adds to it. */
export function sayable(error: unknown): Error {
  if (error instanceof DatabaseError) {
    const message = tellingClasses.includes(classOf(error)) ? `: ${error.message}` : '';
    return new Error(`PostgreSQL SQLSTATE ${error.code}${message}`);
  }
  return new Error(error instanceof Error ? whyOf(error) : 'unknown failure of the connection');
}
