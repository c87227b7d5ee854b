// Loads the app in the folder that it is given, as the host does, and calls its webhook once; ends with the answer.
import { triggerBinding } from '../../local/host/execute.ts';
import { invoke } from '../../local/host/invoke.ts';
import { loadApp } from '../../local/host/load-app.ts';
import { groupBody } from '../support/webhook-bodies.ts';

const silent = () => undefined;
const registry = await loadApp(process.argv[2] ?? '', silent);
const fn = registry.functions.get('allocate');
if (fn === undefined) throw new Error('The app has no function allocate');
const body = { bytes: new TextEncoder().encode(JSON.stringify(groupBody())) };
const http = { url: 'http://localhost/api/allocate', method: 'POST', body };
const request = { inputData: [{ name: triggerBinding(fn).name, data: { http } }] };
const { returnValue, outputs } = await invoke(registry, fn, 'invocation-1', request, silent);
const status = returnValue && 'http' in returnValue ? returnValue.http.statusCode : undefined;
if (String(status) !== '200' || outputs.size !== 1) throw new Error(`The webhook answered ${status}`);
process.exit(0);
