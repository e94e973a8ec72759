// The README's second command: sets everything up, checks types, style, dead code and imports, runs every test.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrograms, checkNode, ensureDebianPackages, installPackages, isOnPath, root, run } from './setup.mjs';

checkNode();
installPackages();
const postgresBin = () => existsSync('/usr/lib/postgresql') && readdirSync('/usr/lib/postgresql').length > 0;
const missing = ensureDebianPackages([
  { name: 'redis-server', isThere: () => isOnPath('redis-server') },
  { name: 'gdal-bin', isThere: () => isOnPath('gdalinfo') },
  { name: 'postgresql', isThere: postgresBin },
  {
    name: 'chromium',
    better: 'chromium-headless-shell',
    isThere: () => isOnPath('chromium-headless-shell') || isOnPath('chromium'),
  },
]);
const needed = missing.map(({ name }) => name).filter((name) => ['redis-server', 'chromium'].includes(name));
if (needed.length > 0) {
  console.error(
    `The tests need a real Redis and a real browser, and this account cannot install them. Run: sudo apt-get install ${needed.join(' ')}, then npm test again.`,
  );
  process.exit(1);
}
for (const { name } of missing)
  console.log(`${name} is not installed: tests that compare with it are skipped and named below.`);

console.log('Checking types, style and dead code …');
run('npm', ['run', '--silent', 'check']);
buildPrograms();

const report = join(root, 'out/test-report.json');
rmSync(report, { force: true });
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
const { passed, failed, skipped } = summarise(report);
for (const name of skipped) console.log(`Skipped: ${name}`);
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
if (status === 0 && passed === 0) {
  console.error('No test ran; that is a failure.');
  process.exit(1);
}
console.log(status === 0 ? 'All tests that ran have passed.' : 'Some tests failed: see above.');
process.exit(status ?? 1);

function summarise(file) {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: [] };
  const tests = JSON.parse(readFileSync(file, 'utf8')).testResults.flatMap((suite) => suite.assertionResults);
  const count = (state) => tests.filter((test) => test.status === state).length;
  const skipped = tests.filter((test) => !['passed', 'failed'].includes(test.status)).map((test) => test.fullName);
  return { passed: count('passed'), failed: count('failed'), skipped };
}
