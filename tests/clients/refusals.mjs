import assert from 'node:assert/strict';

import { assertRefused, client, connect, follow, rejection, start, watch } from './client.mjs';

const NO_STREAM = 'Expected content-type to be text/event-stream, Actual: application/json; charset=utf-8';
const NOWHERE = '00000000-0000-4000-8000-000000000000';

async function scaffoldRefused() {
  const refused = async (promise, text) => {
    const { name, message } = await rejection(promise);
    assert.equal(name, 'Error');
    assert.ok(message.startsWith(`Backend request failed, ${text}`), message);
    return message;
  };
  return {
    missing: await refused(
      start('does-not-exist'),
      '404 Not Found {"error":{"name":"NotFoundError","message":"Template template:default/does-not-exist not found"}',
    ),
    token: await refused(
      connect({ bearer: 'wrong' }).scaffold({ templateRef: 'greets', values: {} }),
      '401 Unauthorized {"error":{"name":"AuthenticationError","message":"Illegal token"}',
    ),
    values: await refused(
      start('greets', { name: 'x'.repeat(21) }),
      '400 Bad Request {"errors":[{"path":["name"],"property":"instance.name","message":"does not meet maximum length of 20"',
    ),
    body: await refused(
      client.scaffold({ templateRef: 'greets' }),
      `400 Bad Request {"error":{"name":"InputError","message":"request/body must have required property 'values'"`,
    ),
    secrets: await refused(
      start('confides'),
      '400 Bad Request {"errors":[{"path":[],"property":"secrets","message":"secrets.password is required"',
    ),
  };
}

async function requestRefused() {
  const task = `No task with id '${NOWHERE}' found`;
  const error = await assertRefused(client.getTask(NOWHERE), 404, 'NotFoundError', task);
  assert.equal(error.message, 'Request failed with 404 Not Found');
  await assertRefused(client.cancelTask(NOWHERE), 404, 'NotFoundError', task);
  await assertRefused(client.retry(NOWHERE), 404, 'NotFoundError', task);
  await assertRefused(connect({ bearer: 'wrong' }).listActions(), 401, 'AuthenticationError', 'Illegal token');
  const template = 'Template template:default/nowhere not found';
  await assertRefused(client.getTemplateParameterSchema('template:default/nowhere'), 404, 'NotFoundError', template);
  const kind = "Invalid kind, only 'Template' kind is supported";
  await assertRefused(client.getTemplateParameterSchema('component:default/nowhere'), 400, 'InputError', kind);
  const page = { filterByOwnership: 'all', limit: -1 };
  await assertRefused(client.listTasks(page), 400, 'InputError', 'request/query/limit must be >= 0');
  return { message: error.message, cause: error.cause.message };
}

async function dryRunRefused() {
  const template = {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name: 'refused' },
    spec: { type: 'x', parameters: { required: ['name'] }, steps: [{ action: 'nope:nope' }] },
  };
  const request = { template, values: { name: 'x' }, directoryContents: [] };
  const unknown = await assertRefused(client.dryRun(request), 404, 'NotFoundError', /'nope:nope' is not registered/);
  const invalid = await assertRefused(
    client.dryRun({ ...request, values: {} }), 400, 'Error', /^Request failed with status 400 Bad Request, {"errors":\[/,
  );
  const outside = { path: '../out', base64Content: '' };
  await assertRefused(
    client.dryRun({ ...request, directoryContents: [outside] }), 403, 'NotAllowedError', /outside its parent$/,
  );
  return { unknown: unknown.cause.message, invalid: invalid.cause.message };
}

async function autocompleteRefused() {
  const request = { token: 'scm-token', provider: 'nope', resource: 'owners', context: {} };
  const provider = await assertRefused(client.autocomplete(request), 400, 'InputError', 'Unsupported provider: nope');
  const missing = 'Missing token query parameter';
  const token = await assertRefused(client.autocomplete({ ...request, token: '' }), 400, 'InputError', missing);
  return { provider: provider.cause.message, token: token.cause.message };
}

async function retryWhileRunning() {
  const taskId = await start('waits', { seconds: 8 });
  const message = `Task with taskId ${taskId} cannot be retried`;
  await assertRefused(client.retry(taskId), 409, 'ConflictError', message);
  await client.cancelTask(taskId);
  return { message };
}

async function retryWithoutSecrets() {
  const taskId = await start('confides', {}, { secrets: { password: 'hush-hush' } });
  const told = JSON.stringify(await follow({ taskId }));
  assert.ok(!told.includes('hush-hush'), 'the log tells the secret');
  // The client sends no secrets with a retry.
  const { cause } = await assertRefused(client.retry(taskId), 400, 'Error', /"message":"secrets.password is required"/);
  return { cause: cause.message };
}

async function streamRefused() {
  const missing = await rejection(follow({ taskId: NOWHERE }));
  assert.equal(missing.message, NO_STREAM);
  const taskId = await start('greets');
  const token = await rejection(follow({ taskId }, { by: connect({ bearer: 'wrong' }) }));
  assert.equal(token.message, NO_STREAM);
  return { missing: missing.message, token: token.message };
}

async function longPollingWaits() {
  const taskId = await start('greets', { name: 'Eve' });
  const answers = [];
  const by = connect({
    useLongPollingLogs: true,
    async send(input, init) {
      const Authorization = answers.length < 2 ? 'Bearer wrong' : init.headers.Authorization;
      const response = await fetch(input, { ...init, headers: { ...init.headers, Authorization } });
      answers.push([response.status, performance.now()]);
      return response;
    },
  });
  const events = await follow({ taskId }, { by });
  const statuses = answers.map(([status]) => status);
  assert.deepEqual(statuses.slice(0, 3), [401, 401, 200]);
  const pause = answers[1][1] - answers[0][1];
  assert.ok(pause > 900, `it asked again after ${pause} ms`);
  assert.equal(events.at(-1).type, 'completion');
  return { statuses, pause };
}

/** Comes last: it ends the server, which is asked to by SERVER_PID. */
async function serverStops() {
  const taskId = await start('waits', { seconds: 600 });
  await watch({ taskId }, events => events.some(event => event.body.stepId === 'wait'));
  const following = rejection(
    follow({ taskId }, { onEvent: ({ body }) => body.stepId === 'wait' && process.kill(process.env.SERVER_PID) }),
  );
  const { message, events } = await following;
  assert.equal(message, 'SSE connection closed unexpectedly');
  assert.notEqual(events.at(-1).type, 'completion');
  return { message, events: events.length };
}

export const refusals = [
  scaffoldRefused, requestRefused, dryRunRefused, autocompleteRefused, retryWhileRunning, retryWithoutSecrets,
  streamRefused, longPollingWaits, ...(process.env.SERVER_PID ? [serverStops] : []),
];
