import { useEffect, useState } from 'react';

/** A number that changes whenever the page's colours do, for what is drawn with them by hand. */
export function useThemeCount(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const change = () => setCount((last) => last + 1);
    const observer = new MutationObserver(change);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', change);
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', change);
    };
  }, []);
  return count;
}
