import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Child processes and servers are started by many tests; two files at a time keep a 2-core machine responsive.
    maxWorkers: 2,
    pool: 'forks',
  },
});
