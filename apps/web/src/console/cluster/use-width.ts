/** The width of an element, as it changes. */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** px; 0 before the first measure */
export function useWidth<E extends HTMLElement>(): readonly [RefObject<E | null>, number] {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measured = element.current;
    if (measured === null) return;
    const size = new ResizeObserver(() => setWidth(measured.clientWidth));
    size.observe(measured);
    setWidth(measured.clientWidth);
    return () => size.disconnect();
  }, []);
  return [element, width];
}
