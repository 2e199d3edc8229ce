/** An error in a few words: the first one of an AggregateError, the code of an error without a message. */
export function whyOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return whyOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown failure';
  if (error.cause !== undefined) return whyOf(error.cause);
  const code: unknown = Reflect.get(error, 'code');
  return error.message !== '' ? error.message : String(code ?? error.name);
}
