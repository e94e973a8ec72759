import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** The width of an element in CSS pixels, kept up to date; 0 before it is laid out. */
export function useWidth<E extends HTMLElement>(): { readonly ref: RefObject<E | null>; readonly widthPx: number } {
  const ref = useRef<E>(null);
  const [widthPx, setWidthPx] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidthPx(Math.round(element.clientWidth)));
    observer.observe(element);
    setWidthPx(Math.round(element.clientWidth));
    return () => observer.disconnect();
  }, []);
  return { ref, widthPx };
}
