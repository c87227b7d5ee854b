import { defineConfig } from 'vitest/config';

/**
 * Each of these has a thread to itself: it starts servers and processes, signs in as the app does (clients keep their
 * token for as long as their thread lives), or changes the environment or what is trusted.
 */
const APART = [
  'test/*.test.ts',
  'test/{faults,functions,kills,support}/**',
  'test/hostile/{emulator,other-hosts,secrets}.test.ts',
  'test/local/*.test.ts',
  'test/local/browser/**',
  'test/local/demo/demo.test.ts',
  'test/local/emulator/*/{device-client,effects,https,ingestion}.test.ts',
  'test/local/emulator/{control/throttle,emulator,main,official-clients}.test.ts',
  'test/local/host/{http,jobs,load-app,process-message,queue-trigger,shutdown,start,timer-trigger}.test.ts',
  'test/shared/azure/{adapter-errors,attestations,audience,credential,documents,expired-token,key-vault}.test.ts',
  'test/shared/azure/{enrollments,enrollments-memory,heed-throttling,lost-answers}.test.ts',
  'test/shared/azure/{provisioning-service,request-counts,spare-limits}.test.ts',
  'test/shared/compose.test.ts',
  'test/shared/telemetry/{running-app,wrong-settings}.test.ts',
];

// Real servers and real keys: an RSA key alone may take seconds on a busy machine.
const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      {
        // These share nothing but code: one process runs file after file, and loads what they import once.
        test: { ...timeouts, name: 'sharing', include: ['test/**/*.test.ts'], exclude: APART, isolate: false },
      },
      {
        test: {
          ...timeouts,
          name: 'apart',
          include: APART.map(testsOf),
          pool: 'threads',
          globalSetup: './test/support/built-app.ts',
        },
      },
    ],
  },
});

/** A folder's tests, not what helps them. */
function testsOf(pattern: string): string {
  return pattern.endsWith('/**') ? `${pattern}/*.test.ts` : pattern;
}
