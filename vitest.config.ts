import { defineConfig } from 'vitest/config';

/** These share nothing but code: one process runs file after file, and loads what they import once. */
const SHARING = ['allocation', 'lifecycle', 'notifications', 'operations', 'status', 'x509'].map(
  (folder) => `test/shared/${folder}/**/*.test.ts`,
);

// Real servers and real keys: an RSA key alone may take seconds on a busy machine.
const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      { test: { ...timeouts, name: 'sharing', include: SHARING, isolate: false } },
      {
        test: {
          ...timeouts,
          name: 'apart',
          include: ['test/**/*.test.ts'],
          exclude: SHARING,
          globalSetup: './test/support/built-app.ts',
        },
      },
    ],
  },
});
