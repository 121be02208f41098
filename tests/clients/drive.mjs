import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

import { ScaffolderClient } from '@backstage/plugin-scaffolder-common';

const [baseUrl, token, listQuery = '{}'] = process.argv.slice(2);
if (!token) {
  console.error('usage: node drive.mjs BASE_URL TOKEN [LIST_QUERY_JSON]');
  process.exit(2);
}

// Written for browsers, the client's event source needs these two to end a stream.
globalThis.window = globalThis;
globalThis.document = { removeEventListener() {} };

const USER = 'user:default/guest';
const EVENT_TYPES = ['log', 'cancelled', 'recovered', 'completion'];
const JOURNEY_TIMEOUT_MS = 60_000;
const GREETING = {
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: { name: 'greeting' },
  spec: {
    type: 'service',
    parameters: { properties: { name: { type: 'string' } } },
    steps: [
      { id: 'greet', name: 'Greet', action: 'debug:log', input: { message: 'Hello, ${{ parameters.name }}' } },
      { id: 'confide', name: 'Confide', action: 'debug:log', input: { message: 'It is ${{ secrets.password }}' } },
    ],
    output: { greeting: 'Hello, ${{ parameters.name }}' },
  },
};

function connect(bearer) {
  return new ScaffolderClient({
    discoveryApi: { getBaseUrl: async () => baseUrl },
    fetchApi: {
      fetch: (input, init) =>
        fetch(input, { ...init, headers: { ...init?.headers, Authorization: `Bearer ${bearer}` } }),
    },
    identityApi: { getBackstageIdentity: async () => ({ userEntityRef: USER }) },
    scmIntegrationsApi: {},
  });
}

const client = connect(token);
let finished;

function finishedTask() {
  assert.ok(finished, 'the scaffold journey finished no task');
  return finished;
}

async function start(template, values = '{}') {
  const templateRef = `template:default/${template}`;
  const { taskId } = await client.scaffold({ templateRef, values: JSON.parse(values) });
  assert.ok(taskId && typeof taskId === 'string', `task id ${taskId}`);
  return taskId;
}

function follow(request, onEvent = () => {}) {
  return new Promise((resolve, reject) => {
    const events = [];
    client.streamLogs(request).subscribe({
      next(event) {
        events.push(event);
        Promise.resolve(event).then(onEvent).catch(reject);
      },
      error: reject,
      complete: () => resolve(events),
    });
  });
}

function stepStatuses(events) {
  const statuses = {};
  for (const { body } of events) {
    if (body.stepId && body.status) (statuses[body.stepId] ??= []).push(body.status);
  }
  return statuses;
}

function assertEvents(events, taskId) {
  events.forEach((event, index) => {
    assert.equal(event.taskId, taskId);
    assert.ok(Number.isInteger(event.id), `id ${event.id} is not an integer`);
    assert.ok(index === 0 || event.id > events[index - 1].id, `id ${event.id} does not increase`);
    assert.ok(EVENT_TYPES.includes(event.type), `unknown event type ${event.type}`);
    assertDate(event.createdAt);
  });
  assert.equal(events.at(-1)?.type, 'completion');
}

function assertDate(text) {
  assert.match(String(text), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
}

async function rejection(promise) {
  const error = await promise.then(() => undefined, reason => reason);
  assert.ok(error, 'the request was not refused');
  return error;
}

function assertResponseError(error, status, cause) {
  assert.equal(error.name, 'ResponseError');
  assert.equal(error.statusCode, status);
  assert.equal(error.cause.name, cause);
}

async function listActions() {
  const actions = await client.listActions();
  const ids = actions.map(action => action.id);
  for (const id of ids) assert.ok(id && typeof id === 'string', `action id ${id}`);
  for (const id of ['fetch:template', 'publish:github', 'debug:log']) {
    assert.ok(ids.includes(id), `${id} is not listed`);
  }
  return { actions: ids.length };
}

async function parameterSchema() {
  const { title, steps } = await client.getTemplateParameterSchema('template:default/react-app');
  assert.ok(title && typeof title === 'string', `title ${title}`);
  assert.ok(steps.some(step => step.schema.properties), 'no step has schema.properties');
  return { title, steps: steps.map(step => step.title) };
}

async function scaffold() {
  const taskId = await start('hello-world');
  const events = await follow({ taskId });
  finished = { taskId, events };
  assertEvents(events, taskId);
  assert.match(events[0].body.message, /^Starting up task with \d+ steps$/);
  assert.equal(events.at(-1).body.error, undefined);
  return { taskId, events: events.length, steps: stepStatuses(events) };
}

async function getTask() {
  const { taskId } = finishedTask();
  const task = await client.getTask(taskId);
  assert.equal(task.id, taskId);
  assert.equal(task.status, 'completed');
  assertDate(task.createdAt);
  assertDate(task.lastHeartbeatAt);
  const { templateInfo, steps } = task.spec;
  assert.equal(templateInfo.entityRef, 'template:default/hello-world');
  assert.equal(templateInfo.entity.metadata.namespace, 'default');
  assert.ok(steps.length > 0);
  for (const step of steps) assert.ok(step.id && step.name && step.action, JSON.stringify(step));
  return { keys: Object.keys(task), steps: steps.map(step => step.id) };
}

async function resumeStream() {
  const { taskId, events } = finishedTask();
  const middle = Math.floor((events.length - 1) / 2);
  const after = events[middle].id;
  const resumed = await follow({ taskId, after });
  assert.deepEqual(resumed, events.slice(middle + 1));
  return { after, events: resumed.length };
}

async function listTasks() {
  const { taskId } = finishedTask();
  const query = JSON.parse(listQuery);
  const { tasks, totalTasks } = await client.listTasks({ filterByOwnership: 'owned', ...query });
  assert.ok(tasks.some(task => task.id === taskId), `task ${taskId} is not listed`);
  for (const task of tasks) assert.equal(task.createdBy, USER);
  return { query, tasks: tasks.length, totalTasks };
}

async function cancelTask() {
  const taskId = await start('data-pipeline', process.env.DATA_PIPELINE_VALUES);
  let cancelling;
  const events = await follow({ taskId }, ({ type, body }) => {
    if (type === 'log' && body.stepId) cancelling ??= client.cancelTask(taskId);
    return cancelling;
  });
  const answer = await cancelling;
  assert.ok(answer, 'no step began before the stream ended');
  assertEvents(events, taskId);
  const index = events.findIndex(event => event.type === 'cancelled');
  assert.ok(index >= 0, 'no cancelled event');
  const { status } = await client.getTask(taskId);
  assert.equal(status, 'cancelled');
  const [{ body }, ...following] = events.slice(index);
  return { answer, status, body, following: following.map(event => [event.type, event.body.message]) };
}

async function failingTask() {
  const taskId = await start('broken-legacy-migration', process.env.BROKEN_VALUES);
  const events = await follow({ taskId });
  assertEvents(events, taskId);
  const { error } = events.at(-1).body;
  assert.ok(error?.message, 'the completion carries no error message');
  const { status } = await client.getTask(taskId);
  assert.equal(status, 'failed');
  return { status, error, steps: stepStatuses(events) };
}

async function dryRun() {
  const secret = 'drive-secret';
  const { log, steps, output, directoryContents } = await client.dryRun({
    template: GREETING,
    values: { name: 'world' },
    secrets: { password: secret },
    directoryContents: [{ path: 'notes.txt', base64Content: btoa('notes') }],
  });
  const messages = log.map(entry => entry.body.message).join('\n');
  assert.match(messages, /Hello, world/);
  assert.match(messages, /\*\*\*/);
  assert.ok(!messages.includes(secret), 'the log tells the secret');
  assert.ok(steps.some(step => step.id === 'greet' && step.name === 'Greet'));
  assert.equal(output.greeting, 'Hello, world');
  assert.ok(Array.isArray(directoryContents));
  return { log: log.length, output, files: directoryContents.map(file => file.path) };
}

async function errors() {
  const missingTask = await rejection(client.getTask('does-not-exist'));
  assertResponseError(missingTask, 404, 'NotFoundError');
  const wrongToken = await rejection(connect('wrong-token').listActions());
  assertResponseError(wrongToken, 401, 'AuthenticationError');
  const missingTemplate = await rejection(start('does-not-exist'));
  assert.match(missingTemplate.message, /404/);
  const badValues = await rejection(start('react-app', '{"name": 42}'));
  assert.match(badValues.message, /400.*"errors"/s);
  return {
    missingTask: missingTask.cause.message,
    wrongToken: wrongToken.cause.message,
    missingTemplate: missingTemplate.message,
    badValues: badValues.message,
  };
}

async function perform(journey) {
  const deadline = setTimeout(JOURNEY_TIMEOUT_MS).then(() => assert.fail('timed out'));
  try {
    const facts = await Promise.race([journey(), deadline]);
    return { journey: journey.name, ok: true, ...facts };
  } catch (error) {
    const messages = [error.message, error.cause?.message].filter(Boolean);
    return { journey: journey.name, ok: false, error: messages.join(': ') };
  }
}

const journeys = [
  listActions, parameterSchema, scaffold, getTask, resumeStream,
  listTasks, cancelTask, failingTask, dryRun, errors,
];
let exitCode = 0;
for (const journey of journeys) {
  const result = await perform(journey);
  if (!result.ok) exitCode = 1;
  console.log(JSON.stringify(result));
}
process.exit(exitCode);
