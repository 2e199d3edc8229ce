/** Handles many items, several of them at a time. */

/**
 * Calls `act` for each item in their order, at most `atOnce` of them at a time. After a failure no further call begins.
 * @throws the first failure
 */
export async function forEachAtOnce<T>(
  items: Iterable<T>,
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  let hasFailed = false;
  const work = async () => {
    for (let next = left.next(); next.done !== true && !hasFailed; next = left.next()) {
      await act(next.value).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
