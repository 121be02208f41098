import assert from 'node:assert/strict';

import {
  assertRefused, cancelMidway, client, connect, connectTo, follow, rejection, start, stepStatuses, typesOf, watch,
} from './client.mjs';

/** Long enough to tell "at once" from "with the next second", and that from "never". */
const SOON_MS = 400;
const LATER_MS = 3_000;

const TEMPLATE = {
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: { name: 'quirky' },
  spec: { type: 'x', steps: [{ id: 'greet', name: 'Greet', action: 'debug:log', input: { message: 'Hi' } }] },
};

const after = (milliseconds, value) => new Promise(resolve => setTimeout(resolve, milliseconds, value));

async function finishedTask() {
  const taskId = await start('greets', { name: 'Finn' });
  return { taskId, events: await follow({ taskId }) };
}

/** A task that no worker takes. */
const queuedTask = () => start('greets', {}, { by: connectTo('stuck-in-queue') });

async function bareDryRun() {
  const { log, steps } = await client.dryRun({ template: TEMPLATE, values: {}, directoryContents: [] });
  assert.ok(log.every(entry => !('type' in entry)));
  assert.ok(steps.every(step => !('status' in step)));
  assert.deepEqual(stepStatuses(log).greet, ['processing', 'completed']);
  return { log: Object.keys(log[0]), steps: Object.keys(steps[0]) };
}

async function batchedStream() {
  const taskId = await start('paces');
  const arrivals = [];
  const events = await follow({ taskId }, { onEvent: () => arrivals.push(performance.now()) });
  const paces = events.filter(event => event.body.message.includes('Running step each')).length;
  const batches = 1 + arrivals.slice(1).filter((at, index) => at - arrivals[index] > 20).length;
  assert.ok(batches <= paces / 2, `${paces} paces, 0.3 s each, were told of in ${batches} batches`);
  return { paces, batches };
}

async function cancelFails() {
  const { taskId, answer, events } = await cancelMidway('waits', { seconds: 8 });
  assert.deepEqual(answer, { status: 'cancelled' });
  const { status, completedAt } = await client.getTask(taskId);
  assert.equal(status, 'failed');
  const { error, message } = events.at(-1).body;
  assert.equal(message, 'Run completed with status: failed');
  assert.equal(error.message, `Step wait (Wait) of task ${taskId} has been cancelled.`);
  const types = typesOf(events);
  const unheeded = types.length - 1 - types.indexOf('cancelled');
  assert.ok(unheeded > 1, 'nothing happened between the cancel and the completion');
  return { answer, status, completedAt, error: error.message, afterCancelled: unheeded, steps: stepStatuses(events) };
}

async function completionAgain() {
  const { taskId, events } = await finishedTask();
  const again = await follow({ taskId, after: events.at(-1).id });
  assert.deepEqual(again, events.slice(-1));
  return { again: typesOf(again) };
}

async function contentsRequired() {
  const message = "request/body must have required property 'directoryContents'";
  await assertRefused(client.dryRun({ template: TEMPLATE, values: {} }), 400, 'InputError', message);
  return { message };
}

async function emptyNotFound() {
  const elsewhere = connect({ url: process.argv[3].replace(/\/?$/, '/v1') });
  const { cause, body } = await assertRefused(
    elsewhere.listActions(), 404, 'Error', 'Request failed with status 404 Not Found',
  );
  assert.equal(body.request, undefined);
  return { cause: cause.message };
}

async function emptyQueryRefused() {
  const nobody = connect({ user: '' });
  const message = "Empty value found for query parameter 'createdBy'";
  await assertRefused(nobody.listTasks({ filterByOwnership: 'owned' }), 400, 'InputError', message);
  return { message };
}

async function endlessRecoverable() {
  const taskId = await start('recovers');
  const completions = events => events.filter(event => event.type === 'completion').length;
  const events = await watch({ taskId, isTaskRecoverable: true }, seen => completions(seen) === 3);
  assert.equal(new Set(events.slice(-3).map(event => event.id)).size, 1, 'it is not the same completion');
  const { status } = await client.getTask(taskId);
  assert.equal(status, 'completed');
  return { types: typesOf(events), status };
}

async function faultyDryRun() {
  const message = "<root> must have required property 'apiVersion' - missingProperty: apiVersion";
  const empty = { template: {}, values: {}, directoryContents: [] };
  await assertRefused(client.dryRun(empty), 500, 'TypeError', message);
  const spec = { ...TEMPLATE.spec, steps: [{ action: 'fetch:plain', input: { url: './missing' } }] };
  const { cause } = await assertRefused(
    client.dryRun({ ...empty, template: { ...TEMPLATE, spec } }), 500, 'Error', /^ENOENT: no such file or directory/,
  );
  return { message, missing: cause.message };
}

async function faultyRef() {
  const { message } = await rejection(client.scaffold({ templateRef: 'greets/', values: {} }));
  assert.ok(message.startsWith('Backend request failed, 500 Internal Server Error {"error":{"name":"TypeError"'), message);
  return { message };
}

async function firstViolation() {
  const { cause, body } = await assertRefused(
    client.listTasks({ filterByOwnership: 'all', limit: -1, offset: -1 }), 400, 'InputError', /limit|offset/,
  );
  assert.equal(body.error.violations, undefined);
  return { message: cause.message };
}

async function lateCancelEvent() {
  const { taskId, events } = await finishedTask();
  const answer = await client.cancelTask(taskId);
  assert.deepEqual(answer, { status: 'cancelled' });
  const { status } = await client.getTask(taskId);
  assert.equal(status, 'completed');
  assert.deepEqual(await follow({ taskId }), events, 'the client heeds what comes behind the completion');
  const response = await fetch(`${process.argv[3]}/v2/tasks/${taskId}/events`, {
    headers: { Authorization: `Bearer ${process.argv[4]}` },
  });
  const all = typesOf(await response.json());
  assert.deepEqual(all.slice(-2), ['completion', 'cancelled']);
  return { answer, status, told: typesOf(events).at(-1), there: all.at(-1) };
}

async function legacyUnknown() {
  const message = 'Template template:default/outdates not found';
  await assertRefused(client.getTemplateParameterSchema('template:default/outdates'), 404, 'NotFoundError', message);
  return { message };
}

async function lateHeaders() {
  const taskId = await queuedTask();
  let answered = false;
  const by = connect({
    async send(input, init) {
      const response = await fetch(input, init);
      answered = true;
      return response;
    },
  });
  const first = watch({ taskId }, events => events.length > 0, { by });
  await after(LATER_MS);
  assert.ok(!answered, 'there was an answer before there was an event');
  await client.cancelTask(taskId);
  const [event] = await first;
  assert.ok(answered);
  return { silent: LATER_MS, first: event.type };
}

async function noCompletedAt() {
  const { taskId } = await finishedTask();
  const task = await client.getTask(taskId);
  assert.ok(!('completedAt' in task));
  return { keys: Object.keys(task) };
}

async function nullHeartbeat() {
  const { lastHeartbeatAt } = await client.getTask(await queuedTask());
  assert.equal(lastHeartbeatAt, null);
  return { lastHeartbeatAt, shown: new Date(lastHeartbeatAt).toISOString() };
}

async function reduceFault() {
  const taskId = await queuedTask();
  await client.cancelTask(taskId);
  const message = 'Reduce of empty array with no initial value';
  await assertRefused(client.cancelTask(taskId), 500, 'TypeError', message);
  return { message };
}

async function stepZero() {
  const taskId = await queuedTask();
  await client.cancelTask(taskId);
  const [{ type, body }] = await watch({ taskId }, events => events.length > 0);
  assert.equal(type, 'cancelled');
  assert.deepEqual(body, { message: 'Step 0 has been cancelled.', stepId: 0, status: 'cancelled' });
  const { status } = await client.getTask(taskId);
  assert.equal(status, 'open');
  const silence = follow({ taskId }).then(() => 'over', error => error.message);
  assert.equal(await Promise.race([silence, after(SOON_MS, 'waiting')]), 'waiting');
  return { body, status };
}

async function uncheckedStream() {
  const { taskId, events } = await finishedTask();
  const told = await follow({ taskId, after: 'no number' });
  assert.deepEqual(told, events.slice(-1));
  return { told: typesOf(told) };
}

async function needlessTokenChecked() {
  const message = 'Could not resolve credentials; caused by AuthenticationError: Illegal token';
  await assertRefused(connect({ bearer: 'wrong' }).listActions(), 401, 'AuthenticationError', message);
  assert.ok((await connect({ send: (input, { headers: _, ...init }) => fetch(input, init) }).listActions()).length);
  return { message };
}

/** One of each quirk that this client can notice; it never asks for /logs. */
export const quirks = [
  bareDryRun, batchedStream, cancelFails, completionAgain, contentsRequired, emptyNotFound, emptyQueryRefused,
  endlessRecoverable, faultyDryRun, faultyRef, firstViolation, lateCancelEvent, lateHeaders, legacyUnknown,
  noCompletedAt, nullHeartbeat, reduceFault, stepZero, uncheckedStream,
];

/** Those of a server that asks for no token. */
export const openQuirks = [needlessTokenChecked];
