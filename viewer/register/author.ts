import { create } from 'zustand';

const KEY = 'canopy.author';

/** Who hands in from this browser, as they call themselves; kept for the next time. */
export const useAuthor = create<{ readonly author: string }>()(() => ({ author: read() }));

function read(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

export function keepAuthor(author: string): void {
  useAuthor.setState({ author });
  try {
    localStorage.setItem(KEY, author);
  } catch {
    // Where the browser keeps nothing the name lasts until the page is left.
  }
}
