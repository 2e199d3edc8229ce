/** Ties what listens to a client to the life of a component. */
import { useEffect, useState } from 'react';

/** @param make called again when `of` or `also` is another one. @returns null before the first effect */
export function useLive<O, T extends { close(): void }>(
  make: (of: O, also: string) => T,
  of: O,
  also = '',
): T | null {
  const [live, setLive] = useState<T | null>(null);
  useEffect(() => {
    const made = make(of, also);
    setLive(made);
    return () => {
      made.close();
      setLive(null);
    };
  }, [make, of, also]);
  return live;
}
