import { spawn } from 'node:child_process';

/** How a page is opened on a desktop; null where there is none to open it on. */
export function desktopOpener(
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly program: string; readonly args: readonly string[] } | null {
  if (platform === 'darwin') return { program: 'open', args: [] };
  // The empty argument is the window's title, which `start` would otherwise take the address for.
  if (platform === 'win32') return { program: 'cmd', args: ['/c', 'start', ''] };
  return env.DISPLAY || env.WAYLAND_DISPLAY ? { program: 'xdg-open', args: [] } : null;
}

/** Opens a page in the person's browser and does not wait for it; without a desktop or browser nothing happens. */
export function openPage(url: string, env: Readonly<Record<string, string | undefined>>): void {
  const opener = desktopOpener(process.platform, env);
  if (!opener) return;
  const child = spawn(opener.program, [...opener.args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
