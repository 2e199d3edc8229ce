/** Values that follow another one late, so that what passes quickly costs no read. */
import { useEffect, useState } from 'react';

/** @returns the value as it was since so many ms */
export function useLate<T>(value: T, afterMs: number): T {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return late;
}

/** @returns true once the part is on the page for so many ms */
export function useStayed(afterMs: number): boolean {
  const [hasStayed, setStayed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setStayed(true), afterMs);
    return () => clearTimeout(timer);
  }, [afterMs]);
  return hasStayed;
}
