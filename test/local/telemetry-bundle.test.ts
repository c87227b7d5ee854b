import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildApp } from '../../local/build.ts';
import { createTemporaryDirectory } from '../../local/temporary-directory.ts';

it('telemetry is one file of its own, which only its own import() loads, and calls nobody of its own accord', async () => {
  const directory = createTemporaryDirectory('telemetry-bundle-');
  try {
    const { outputs } = await buildApp(join(directory.path, 'dist'));
    const holds = (of: string) =>
      Object.entries(outputs).filter(([, { inputs }]) => Object.keys(inputs).some((path) => path.includes(of)));
    expect(holds('node_modules/applicationinsights/').map(([path]) => path.split('/').at(-1))).toEqual([
      'telemetry.js',
    ]);
    const [telemetry] = holds('node_modules/applicationinsights/');
    expect(telemetry?.[1].imports.filter(({ external }) => !external)).toEqual([]);
    const importers = Object.values(outputs).flatMap(({ imports }) =>
      imports.flatMap(({ path, kind }) => (path.endsWith('telemetry.js') ? kind : [])),
    );
    expect(importers).toEqual(['dynamic-import']);
    const text = readFileSync(join(directory.path, 'dist/telemetry.js'), 'utf8');
    // What instruments the process, and what asks for settings of the SDK; see local/build.ts.
    expect(text).not.toContain('pollAndReschedule');
    expect(text).not.toContain('import-in-the-middle');
    expect(text.length).toBeLessThan(1_000_000);
  } finally {
    directory.remove();
  }
});
