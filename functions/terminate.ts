import { app } from '@azure/functions';

/** The host ends this process in five seconds, and the worker does as soon as this hook has ended. */
app.hook.appTerminate(async () => {
  const { endProcess } = await import('../shared/compose-ending.ts');
  await endProcess();
});
