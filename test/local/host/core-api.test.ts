import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../local/host/core-api.ts';

interface CoreApi {
  registerFunction(metadata: object, callback: () => void): { dispose(): void };
  registerHook(name: string, callback: () => void): { dispose(): void };
}

function setUp() {
  const registry = createRegistry(() => {});
  const core = registry.coreApi as CoreApi;
  const register = (name: string) => core.registerFunction({ name, bindings: {} }, () => {});
  return { registry, core, register };
}

describe('the core API', () => {
  it('refuses the same function name twice, in any case', () => {
    const { register } = setUp();
    register('plan');
    expect(() => register('Plan')).toThrow('A function with id "Plan" has already been registered.');
  });

  it('refuses functions after the start, with the mark of a runtime error', () => {
    const { registry, register } = setUp();
    registry.lock();
    expect(() => register('late')).toThrow(
      expect.objectContaining({ isAzureFunctionsSystemError: true, message: expect.stringContaining('app startup') }),
    );
  });

  it('answers an unknown hook with a RangeError, by which the library knows an old host', () => {
    const { core } = setUp();
    expect(() => core.registerHook('coffee', () => {})).toThrow(RangeError);
  });

  it('forgets a hook that is disposed of, once', () => {
    const { registry, core } = setUp();
    const hook = core.registerHook('log', () => {});
    core.registerHook('log', () => {});
    hook.dispose();
    hook.dispose();
    expect(registry.hooks.log).toHaveLength(1);
  });
});
