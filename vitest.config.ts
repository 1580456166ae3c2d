import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config';

type Project = NonNullable<NonNullable<ViteUserConfig['test']>['projects']>[number];

const kinds = {
  workflow: { include: ['test/workflows/**/*.test.{ts,tsx}'], testTimeout: 120_000, hookTimeout: 180_000 },
  years: { include: ['test/years/**/*.test.{ts,tsx}'], testTimeout: 240_000, hookTimeout: 180_000 },
  e2e: { include: ['test/e2e/**/*.test.{ts,tsx}'], testTimeout: 600_000, hookTimeout: 300_000 },
  browser: { include: ['test/browser/**/*.test.{ts,tsx}'], testTimeout: 180_000, hookTimeout: 180_000 },
  chaos: { include: ['test/chaos/**/*.test.{ts,tsx}'], testTimeout: 600_000, hookTimeout: 300_000 },
};

const others = Object.entries(kinds).map(([name, settings]): Project => ({
  test: { name, ...settings, globalSetup: 'test/support/globalTemporal.ts' },
}));

/** One project per kind of test; the root's set-up gives all of them one PostgreSQL, the others' also the Temporal programs. */
export default defineConfig({
  test: {
    pool: 'forks',
    // One more than the machine that CI has: these tests wait for servers as much as they compute.
    maxWorkers: 3,
    globalSetup: 'test/support/global.ts',
    teardownTimeout: 20_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [...configDefaults.exclude, ...Object.values(kinds).flatMap(({ include }) => include)],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      ...others,
    ],
  },
});
