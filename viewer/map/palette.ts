/** Colours that the map canvas takes from the page's theme. */
export interface Palette {
  readonly ground: string;
  readonly ink: string;
  readonly inkSoft: string;
  readonly line: string;
  readonly accent: string;
  /** Of control areas, as in the chart. */
  readonly control: string;
  /** Under thin lines, so that they show on imagery and on plain ground. */
  readonly casing: string;
  readonly isDark: boolean;
}

/** Reads the theme in force from the page's own tokens. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const isDark = style.colorScheme.includes('dark');
  return {
    ground: token('--surface-sunken') || '#eceeeb',
    ink: token('--ink') || '#1c2321',
    inkSoft: token('--ink-soft') || '#55605c',
    line: token('--line-strong') || '#8b9691',
    accent: token('--accent') || '#0f5e7a',
    control: isDark ? '#7fca82' : '#2f7d3b',
    casing: isDark ? 'rgb(10, 14, 16)' : 'rgb(255, 255, 255)',
    isDark,
  };
}

/** Calls back when the theme changes, by the person's choice or by the system's. Returns what ends it. */
export function watchPalette(onChange: (palette: Palette) => void): () => void {
  const report = () => onChange(readPalette());
  const observer = new MutationObserver(report);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class'] });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', report);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', report);
  };
}
