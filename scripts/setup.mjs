// What demo, test and bench need before they can run: npm packages, a build, and for the tests Debian's packages.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(
      `Twin Canopy needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer Node and run the command again.`,
    );
    process.exit(1);
  }
}

/** Installs the locked packages when they are missing or older than the lock file. */
export function installPackages() {
  const stamp = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    // npm ci would empty the folder that the link leads to, under whoever else uses it.
    console.log('node_modules is a link to another folder: its packages are used as they are.');
    return;
  }
  console.log('Installing npm packages (npm ci) …');
  // Install scripts stay off: every package used here works without them.
  run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']);
}

export function buildPrograms() {
  run(process.execPath, [join(root, 'scripts/build.mjs')]);
}

/** Runs a program in the project folder with its output shown; ends this process with its exit code when it fails. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) {
    console.error(`${program} could not be started: ${error.message}`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Debian packages for the tests: installed when root and missing, else named so that a person can install them. Of one
 * with a `better` name that one is installed where the system offers it.
 */
export function ensureDebianPackages(wanted) {
  const missing = wanted.filter(({ isThere }) => !isThere());
  if (missing.length === 0) return [];
  const canInstall = process.getuid?.() === 0 && isOnPath('apt-get');
  if (canInstall) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
    const names = missing.map(({ name, better }) => (better && isOffered(better) ? better : name));
    console.log(`Installing Debian packages: ${names.join(' ')} …`);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    });
  }
  return missing.filter(({ isThere }) => !isThere());
}

function isOffered(name) {
  return spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0;
}

export function isOnPath(program) {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
