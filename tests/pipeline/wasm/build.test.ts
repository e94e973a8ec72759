import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const kernels = readdirSync(join(root, 'pipeline/wasm'))
  .filter((name) => name.endsWith('.as'))
  .map((name) => name.slice(0, -'.as'.length));

// The check runs on a copy, in which a byte can be changed.
const copy = mkdtempSync(join(tmpdir(), 'kernels-'));
mkdirSync(join(copy, 'pipeline'));
cpSync(join(root, 'pipeline/wasm'), join(copy, 'pipeline/wasm'), { recursive: true });
cpSync(join(root, 'scripts'), join(copy, 'scripts'), { recursive: true });
cpSync(join(root, 'package.json'), join(copy, 'package.json'));
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
afterAll(() => rmSync(copy, { recursive: true }));

function check() {
  return spawnSync(process.execPath, [join(copy, 'scripts/wasm.mjs'), '--check'], { encoding: 'utf8' });
}

describe('the committed kernels', () => {
  it(`are, all ${kernels.length}, byte for byte what their sources compile to`, () => {
    const { status, stdout, stderr } = check();
    expect(stderr).toBe('');
    expect(status).toBe(0);
    for (const name of kernels) expect(stdout).toMatch(new RegExp(`^${name}: \\d+ bytes, unchanged\\.$`, 'm'));
  }, 180_000);

  it('are found out, by name and with exit code 1, where one byte of one differs', () => {
    const [name, ...others] = kernels;
    for (const other of others) rmSync(join(copy, 'pipeline/wasm', `${other}.as`));
    const path = join(copy, 'pipeline/wasm', `${name}.wasm.ts`);
    const text = readFileSync(path, 'utf8');
    const at = text.indexOf("'AGFzbQ") + 60;
    const other = text[at] === 'A' ? 'B' : 'A';
    writeFileSync(path, text.slice(0, at) + other + text.slice(at + 1));
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(stderr).toContain(`${name}: the committed bytes are not those of ${name}.as. Run npm run wasm`);
  });
});
