import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const folders = ['shared', 'pipeline', 'viewer', 'scripts', 'tests'];
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file)),
);
const source = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

const PURE = [
  'shared/',
  'pipeline/raster/',
  'pipeline/change/',
  'pipeline/wasm/',
  'pipeline/eligibility/',
  'pipeline/suggest/',
];
const PURE_FILES = [
  'pipeline/plan.ts',
  'pipeline/observe.ts',
  'pipeline/plan-chunks.ts',
  'pipeline/plan-place.ts',
  'pipeline/plan-controls.ts',
  'pipeline/change-plan.ts',
  'pipeline/change-unit.ts',
  'pipeline/layer-forms.ts',
  'pipeline/composite-unit.ts',
  'pipeline/scene-pixels.ts',
  'pipeline/ground.ts',
  'pipeline/merge.ts',
  'pipeline/season.ts',
];
const ADAPTERS = ['pipeline/stac/', 'pipeline/cog/', 'pipeline/store/', 'pipeline/workers/'];
/** Folders that sit on top of the adapters and wire them together. */
const ON_TOP = ['pipeline/queue/', 'pipeline/run/', 'pipeline/commands/', 'pipeline/server/', 'pipeline/main.ts'];

const isPure = (file: string) => PURE.some((folder) => file.startsWith(folder)) || PURE_FILES.includes(file);

function importsOf(file: string): string[] {
  const found = source.get(file)!.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
  return [...found].map((match) => match[1]!);
}

function ownImportsOf(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(root, resolve(root, dirname(file), name)));
}

/** Import lines that are erased when compiled. */
function valueImportsOf(file: string): string[] {
  const erased = source.get(file)!.matchAll(/import type [^;]*?from '([^']+)'/g);
  const types = new Set([...erased].map((match) => match[1]!));
  return importsOf(file).filter((name) => !types.has(name));
}

describe('the house', () => {
  it('has the fixed top-level folders and files', () => {
    const there = readdirSync(root);
    for (const name of ['pipeline', 'viewer', 'shared', 'data', 'scripts', 'tests', 'docs'])
      expect(there).toContain(name);
    for (const name of ['package.json', 'tsconfig.json', 'vite.config.ts', 'README.md', '.ci'])
      expect(there).toContain(name);
  });

  it('lets shared import nothing of ours', () => {
    const wrong = files
      .filter((file) => file.startsWith('shared/'))
      .flatMap((file) =>
        ownImportsOf(file)
          .filter((name) => !name.startsWith('shared/'))
          .map((name) => `${file} imports ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it('keeps the core pure: no I/O, clock, random or console, and imports only shared and downwards', () => {
    const wrong: string[] = [];
    for (const file of files.filter(isPure)) {
      for (const name of ownImportsOf(file)) if (!isPure(name)) wrong.push(`${file} imports ${name}`);
      for (const name of valueImportsOf(file)) {
        // A digest of plain data is arithmetic, not input or output.
        if (name.startsWith('node:') && name !== 'node:crypto') wrong.push(`${file} imports ${name}`);
      }
      const text = source.get(file)!.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      for (const banned of [
        /Math\.random/,
        /Date\.now|new Date\(\)|performance\.now/,
        /console\./,
        /process\./,
        /\bfetch\(/,
      ]) {
        if (banned.test(text)) wrong.push(`${file} uses ${banned.source}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps adapters apart from one another and from what sits on top', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const own = ADAPTERS.find((folder) => file.startsWith(folder));
      if (!own) continue;
      for (const name of ownImportsOf(file)) {
        const other = ADAPTERS.find((folder) => name.startsWith(folder));
        if (other && other !== own) wrong.push(`${file} imports ${name}`);
        if (ON_TOP.some((folder) => name.startsWith(folder))) wrong.push(`${file} imports ${name}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('lets viewer and pipeline meet only in shared', () => {
    const wrong = files.flatMap((file) => {
      const side = file.startsWith('viewer/') ? 'pipeline/' : file.startsWith('pipeline/') ? 'viewer/' : null;
      return side
        ? ownImportsOf(file)
            .filter((name) => name.startsWith(side))
            .map((name) => `${file} imports ${name}`)
        : [];
    });
    expect(wrong).toEqual([]);
  });

  it('has no cycles between files', () => {
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]) => {
      if (state.get(file) === 'done' || !source.has(file)) return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
        return;
      }
      state.set(file, 'open');
      for (const name of valueImportsOf(file).filter((n) => n.startsWith('.'))) {
        visit(relative(root, resolve(root, dirname(file), name)), [...path, file]);
      }
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('has no barrels and no file called utils, helpers or common', () => {
    const badNames = files.filter((file) => /(^|\/)(utils?|helpers?|common)(\.|\/)/i.test(file));
    const barrels = files.filter((file) => /^export \* from/m.test(source.get(file)!));
    expect([...badNames, ...barrels]).toEqual([]);
  });

  it('keeps process.env in config.ts, process.exit in main.ts and the child, BullMQ in queue, the network in egress', () => {
    const wrong: string[] = [];
    const rules: { what: RegExp; where: (file: string) => boolean }[] = [
      { what: /process\.env/, where: (file) => file === 'pipeline/config.ts' },
      {
        what: /process\.exit\(/,
        where: (file) => file === 'pipeline/main.ts' || file === 'pipeline/workers/contract.ts',
      },
      { what: /from 'bullmq'|from 'ioredis'/, where: (file) => file.startsWith('pipeline/queue/') },
      { what: /from 'undici'|\bfetch\(|from 'node:https?'/, where: (file) => file.startsWith('pipeline/egress/') },
    ];
    for (const file of files.filter((name) => name.startsWith('pipeline/') || name.startsWith('shared/'))) {
      for (const { what, where } of rules) {
        const text = source.get(file)!.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
        if (what.test(text) && !where(file)) wrong.push(`${file} has ${what.source}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('locks every optional package, those of other platforms too, as npm ci wants it', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const names = Object.keys(lock.packages);
    const missing = Object.values(lock.packages)
      .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
      .filter((name) => !names.some((path) => path.endsWith(`node_modules/${name}`)));
    expect(missing).toEqual([]);
  });

  it('keeps files to 400 lines', () => {
    const written = files.filter((file) => !file.endsWith('.wasm.ts'));
    const long = written.filter((file) => source.get(file)!.split('\n').length > 401);
    expect(long).toEqual([]);
  });
});
