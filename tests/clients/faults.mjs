import assert from 'node:assert/strict';

import { assertRefused, connect, follow, rejection, start } from './client.mjs';

/** Long enough to tell a client that tries again, or gives up, from one that waits. */
const PATIENCE_MS = 1_500;
const ALL = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

const TERMINATED = 'error: terminated';
const CLOSED = 'error: SSE connection closed unexpectedly';

function connectWith(fault, bearer) {
  const requests = [];
  const by = connect({
    bearer,
    send: (input, init) => {
      requests.push(input);
      return fetch(input, { ...init, headers: { ...init.headers, Prefer: `fault=${fault}` } });
    },
  });
  return { by, requests };
}

/** What the client makes of the stream of a task that has ended, with a fault: which of its ten events it hands on, and
 *  how that ends. It never asks a second time. */
async function observe(fault, bearer) {
  const taskId = await start('greets', { name: 'Finn' });
  const told = await follow({ taskId });
  assert.equal(told.length, ALL.length);
  const { by, requests } = connectWith(fault, bearer);
  const seen = [];
  const outcome = await new Promise(resolve => {
    const subscription = by.streamLogs({ taskId }).subscribe({
      next: event => seen.push(told.findIndex(({ id }) => event.id === id) + 1),
      error: error => resolve(`error: ${error.message}`),
      complete: () => resolve('complete'),
    });
    setTimeout(() => {
      subscription.unsubscribe();
      resolve('waits');
    }, PATIENCE_MS);
  });
  assert.equal(requests.length, 1);
  return { seen, outcome, taskId, by };
}

async function expect(fault, seen, outcome) {
  const observed = await observe(fault);
  assert.deepEqual({ seen: observed.seen, outcome: observed.outcome }, { seen, outcome });
  return { seen, outcome };
}

async function dropAfter() {
  await expect('drop-after; n=3; how=reset', [1, 2, 3], TERMINATED);
  await expect('drop-after; n=3; how=end', [1, 2, 3], CLOSED);
  return expect('drop-after; n=3', [1, 2, 3], TERMINATED);
}

async function dropBeforeCompletion() {
  await expect('drop-before-completion; how=end', ALL.slice(0, -1), CLOSED);
  return expect('drop-before-completion', ALL.slice(0, -1), TERMINATED);
}

const halfFrame = () => expect('half-frame; n=3', [1, 2], TERMINATED);

const silence = () => expect('silence; n=3', [1, 2, 3], 'waits');

const neverClose = () => expect('never-close', ALL, 'complete');

const buffer = () => expect('buffer', ALL, 'complete');

const duplicate = () => expect('duplicate; n=2', [1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'complete');

const reorder = () => expect('reorder; n=2', [1, 3, 2, 4, 5, 6, 7, 8, 9, 10], 'complete');

const malformedData = () => expect('malformed-data; n=3', [1, 2], 'error: Unexpected end of JSON input');

const unknownEvent = () => expect('unknown-event; n=3', [1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10], 'complete');

async function expireToken() {
  const { seen, outcome, taskId, by } = await observe('expire-token; n=3', process.env.LOST_TOKEN);
  assert.deepEqual({ seen, outcome }, { seen: [1, 2, 3], outcome: TERMINATED });
  await assertRefused(by.getTask(taskId), 401, 'AuthenticationError', 'Failed user token verification');
  return { seen, outcome };
}

async function reset() {
  const { by } = connectWith('reset');
  const error = await rejection(by.listTasks({ filterByOwnership: 'all' }));
  assert.equal(error.message, 'fetch failed');
  return { outcome: `error: ${error.message}` };
}

async function error() {
  const { by } = connectWith('error; code=503');
  const refused = await assertRefused(
    by.listTasks({ filterByOwnership: 'all' }), 503, 'ServiceUnavailableError', 'The mock server was asked for this error',
  );
  return { outcome: `error: ${refused.message}` };
}

async function latency() {
  const { by } = connectWith('latency; seconds=5');
  const asked = performance.now();
  assert.ok((await by.listTasks({ filterByOwnership: 'all' })).tasks);
  // The world runs ten times as fast as the wall.
  const waited = performance.now() - asked;
  assert.ok(waited > 450, `${waited} ms`);
  return { outcome: 'complete' };
}

export const faults = [
  dropAfter, dropBeforeCompletion, halfFrame, silence, neverClose, buffer, duplicate, reorder, malformedData,
  unknownEvent, expireToken, reset, error, latency,
];
