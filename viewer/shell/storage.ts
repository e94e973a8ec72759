/** What a person chose, kept by the browser. Where it may not keep anything, choices last until the page is left. */

type Key = 'language' | 'theme' | 'shortcuts' | 'left-width' | 'right-width' | 'left-closed';

export function readChoice(key: Key): string | null {
  try {
    return localStorage.getItem(`canopy.${key}`);
  } catch {
    return null;
  }
}

export function keepChoice(key: Key, value: string): void {
  try {
    localStorage.setItem(`canopy.${key}`, value);
  } catch {
    // Private windows and full disks: the choice still holds for this page.
  }
}
