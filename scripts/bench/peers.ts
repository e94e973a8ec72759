import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folder with what is too large for the repository: real data, reference answers, the peers' scripts. */
export const SHARED = process.env.TWIN_SHARED ?? resolve(process.cwd(), '../shared');

/** Debian's Python: the peers' packages are built for it, not for one that stands before it on the path. */
export const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** A peer's script, or the maker of their input. */
export function peerScript(name: string): string {
  return join(SHARED, 'peers', name);
}

/** What a peer needs, the sentence for where it is missing, and how that is found out. */
const NEEDS = {
  osgeo: { is: () => hasModule('osgeo.gdal'), missing: 'python3 has no osgeo (Debian: python3-gdal)' },
  rasterio: { is: () => hasModule('rasterio'), missing: 'python3 has no rasterio (Debian: python3-rasterio)' },
  numpy: { is: () => hasModule('numpy'), missing: 'python3 has no numpy (Debian: python3-numpy)' },
  pyproj: { is: () => hasModule('pyproj'), missing: 'python3 has no pyproj (Debian: python3-pyproj)' },
  mapscript: { is: () => hasModule('mapscript'), missing: 'python3 has no mapscript (Debian: python3-mapscript)' },
  shapely: { is: () => hasModule('shapely'), missing: 'python3 has no shapely (Debian: python3-shapely)' },
  gdal: { is: () => isProgram('gdal_translate'), missing: 'there is no gdal_translate (Debian: gdal-bin)' },
  gdalCalc: {
    is: () => existsSync('/usr/bin/gdal_calc.py'),
    missing: 'there is no gdal_calc.py (Debian: python3-gdal)',
  },
  strucchange: {
    is: () => spawnSync('Rscript', ['-e', 'library(strucchange)'], { stdio: 'ignore' }).status === 0,
    missing: 'R has no strucchange (Debian: r-cran-strucchange)',
  },
  exactextract: {
    is: () => exactextract() !== null,
    missing:
      'there is no exactextract (built from github.com/isciences/exactextract; on the PATH or named by EXACTEXTRACT)',
  },
} as const;

export type Need = keyof typeof NEEDS;

const found = new Map<Need, boolean>();

/** Empty when everything named is installed, else why the peer is skipped, as part of a sentence. */
export function whatIsMissing(...needs: readonly Need[]): string {
  return needs
    .filter((need) => !isInstalled(need))
    .map((need) => NEEDS[need].missing)
    .join('; ');
}

function isInstalled(need: Need): boolean {
  if (!found.has(need)) found.set(need, NEEDS[need].is());
  return found.get(need)!;
}

/** The program of exactextract, or null where there is none. */
export function exactextract(): string | null {
  return [process.env.EXACTEXTRACT, 'exactextract'].find((name) => name !== undefined && isProgram(name)) ?? null;
}

function hasModule(name: string): boolean {
  return spawnSync(PYTHON, ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0;
}

function isProgram(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
}
