import assert from 'node:assert/strict';

import { ScaffolderClient } from '@backstage/plugin-scaffolder-common';

export const [set, baseUrl, token] = process.argv.slice(2);
if (!token) {
  console.error('usage: node drive.mjs journeys|refusals|quirks|openQuirks|catalog|faults BASE_URL TOKEN');
  process.exit(2);
}

// Written for browsers, the client's event source needs these two to end a stream.
globalThis.window = globalThis;
globalThis.document = { removeEventListener() {} };

export const USER = 'user:default/guest';
const EVENT_TYPES = ['log', 'cancelled', 'recovered', 'completion'];

/** The real client. `send` stands between it and the network; it has the signature of `fetch`. */
export function connect({ bearer = token, url = baseUrl, user = USER, send = fetch, ...options } = {}) {
  return new ScaffolderClient({
    discoveryApi: { getBaseUrl: async () => url },
    fetchApi: {
      fetch: (input, init) =>
        send(input, { ...init, headers: { ...init?.headers, Authorization: `Bearer ${bearer}` } }),
    },
    identityApi: { getBackstageIdentity: async () => ({ userEntityRef: user }) },
    scmIntegrationsApi: {},
    ...options,
  });
}

/** A client whose tasks go as a scenario of the mock says. */
export function connectTo(scenario) {
  return connect({
    send: (input, init) => fetch(input, { ...init, headers: { ...init.headers, Prefer: `scenario=${scenario}` } }),
  });
}

export const client = connect();

export async function start(template, values = {}, { by = client, secrets } = {}) {
  const templateRef = `template:default/${template}`;
  const { taskId } = await by.scaffold({ templateRef, values, secrets });
  assert.ok(taskId && typeof taskId === 'string', `task id ${taskId}`);
  return taskId;
}

/** All events up to the completion; rejects with what the client ends the stream with. */
export function follow(request, { by = client, onEvent = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const events = [];
    by.streamLogs(request).subscribe({
      next(event) {
        events.push(event);
        Promise.resolve(event).then(onEvent).catch(reject);
      },
      error: error => reject(Object.assign(error, { events })),
      complete: () => resolve(events),
    });
  });
}

/** The first events for which `isEnough` holds; then the stream is left. */
export function watch(request, isEnough, { by = client } = {}) {
  return new Promise((resolve, reject) => {
    const events = [];
    const subscription = by.streamLogs(request).subscribe({
      next(event) {
        events.push(event);
        if (!isEnough(events)) return;
        subscription.unsubscribe();
        resolve(events);
      },
      error: reject,
      complete: () => reject(new Error(`the stream was over after ${events.length} events`)),
    });
  });
}

/** Starts a task that waits, cancels it as soon as a step has begun, and follows it to its end. */
export async function cancelMidway(template, values, { by = client } = {}) {
  const taskId = await start(template, values, { by });
  let cancelling;
  const events = await follow(
    { taskId },
    {
      by,
      onEvent({ type, body }) {
        if (type === 'log' && body.stepId) cancelling ??= by.cancelTask(taskId);
        return cancelling;
      },
    },
  );
  const answer = await cancelling;
  assert.ok(answer, 'no step began before the stream ended');
  return { taskId, answer, events };
}

export function stepStatuses(events) {
  const statuses = {};
  for (const { body } of events) {
    if (body.stepId && body.status) (statuses[body.stepId] ??= []).push(body.status);
  }
  return statuses;
}

export const messagesOf = events => events.map(event => event.body.message);
export const typesOf = events => events.map(event => event.type);
export const idsOf = events => events.map(event => event.id);

export function assertEvents(events, taskId) {
  events.forEach((event, index) => {
    assert.equal(event.taskId, taskId);
    assert.ok(Number.isInteger(event.id), `id ${event.id} is not an integer`);
    assert.ok(index === 0 || event.id > events[index - 1].id, `id ${event.id} does not increase`);
    assert.ok(EVENT_TYPES.includes(event.type), `unknown event type ${event.type}`);
    assertDate(event.createdAt);
  });
  assert.equal(events.at(-1)?.type, 'completion');
}

export function assertDate(text) {
  assert.match(String(text), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
}

export async function rejection(promise) {
  const error = await promise.then(() => undefined, reason => reason);
  assert.ok(error, 'the request was not refused');
  return error;
}

/** That a request ends with the client's ResponseError, its cause being what the server said. */
export async function assertRefused(promise, status, cause, message) {
  const error = await rejection(promise);
  assert.equal(error.name, 'ResponseError', String(error));
  assert.equal(error.statusCode, status);
  assert.equal(error.cause.name, cause);
  if (message instanceof RegExp) assert.match(error.cause.message, message);
  else assert.equal(error.cause.message, message);
  return error;
}
