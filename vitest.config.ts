import { defineConfig } from 'vitest/config';

const BROWSER_TESTS = 'tests/e2e/**/*.test.ts';

export default defineConfig({
  test: {
    setupFiles: ['tests/seed.ts'],
    // For a machine that is busy with something else: what is waited for comes in a tenth of it.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['tests/**/*.test.ts'],
          exclude: [BROWSER_TESTS],
          // Child processes and servers are started by many tests; two files at a time keep a 2-core machine responsive.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: [BROWSER_TESTS],
          // A browser that draws WebGL in software fills both cores: two of them take three times as long as one.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
