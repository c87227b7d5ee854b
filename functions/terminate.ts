import { app } from '@azure/functions';

/** The host ends this process in five seconds: what invocations have said so far and not sent yet goes out now. */
app.hook.appTerminate(async () => {
  const { flushReports } = await import('../shared/compose-reports.ts');
  await flushReports();
});
