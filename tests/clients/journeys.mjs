import assert from 'node:assert/strict';

import {
  USER, assertDate, assertEvents, cancelMidway, client, connect, follow, idsOf, messagesOf, start,
  stepStatuses, typesOf,
} from './client.mjs';

const DEMO_VALUES = JSON.parse(process.env.DEMO_VALUES ?? '{}');
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

let finished;

async function finishedTask() {
  if (finished) return finished;
  const taskId = await start('hello-world');
  finished = { taskId, events: await follow({ taskId }) };
  return finished;
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

async function templatingExtensions() {
  const { filters, globals } = await client.listTemplatingExtensions();
  assert.deepEqual(Object.keys(filters).sort(), ['parseEntityRef', 'parseRepoUrl', 'pick', 'projectSlug']);
  for (const [name, { description, schema, examples }] of Object.entries(filters)) {
    assert.ok(description && schema.input && schema.output, `${name} is not described`);
    for (const { example } of examples) assert.match(example, new RegExp(`\\b${name}\\b`));
  }
  assert.deepEqual(globals, { functions: {}, values: {} });
  return { filters: Object.keys(filters) };
}

async function parameterSchema() {
  const { title, steps } = await client.getTemplateParameterSchema('template:default/react-app');
  assert.ok(title && typeof title === 'string', `title ${title}`);
  assert.ok(steps.some(step => step.schema.properties), 'no step has schema.properties');
  return { title, steps: steps.map(step => step.title) };
}

async function scaffold() {
  const { taskId, events } = await finishedTask();
  assertEvents(events, taskId);
  assert.match(events[0].body.message, /^Starting up task with \d+ steps$/);
  assert.equal(events.at(-1).body.error, undefined);
  return { taskId, events: events.length, steps: stepStatuses(events) };
}

async function getTask() {
  const { taskId } = await finishedTask();
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
  const { taskId, events } = await finishedTask();
  const middle = Math.floor((events.length - 1) / 2);
  const after = events[middle].id;
  const resumed = await follow({ taskId, after });
  assert.deepEqual(resumed, events.slice(middle + 1));
  return { after, events: resumed.length };
}

async function longPolling() {
  const requests = [];
  const by = connect({
    useLongPollingLogs: true,
    send(input, init) {
      requests.push(new URL(input));
      return fetch(input, init);
    },
  });
  const taskId = await start('waits', { seconds: 4 });
  const polled = await follow({ taskId }, { by });
  assertEvents(polled, taskId);
  assert.deepEqual(polled, await follow({ taskId }), 'the long poll and the stream disagree');
  const polls = requests.filter(url => url.pathname.endsWith(`/v2/tasks/${taskId}/events`));
  assert.ok(polls.length > 1, 'one poll sufficed, so none waited');
  assert.equal(polls.length, requests.length);
  return { polls: polls.length, events: polled.length };
}

async function longPollingAtTheEnd() {
  const { taskId, events } = await finishedTask();
  const by = connect({ useLongPollingLogs: true });
  const after = events.at(-1).id;
  assert.deepEqual(await follow({ taskId, after }, { by }), events.slice(-1));
  return { after };
}

async function listTasks() {
  const { taskId } = await finishedTask();
  const { tasks, totalTasks } = await client.listTasks({ filterByOwnership: 'owned' });
  assert.ok(tasks.some(task => task.id === taskId), `task ${taskId} is not listed`);
  for (const task of tasks) assert.equal(task.createdBy, USER);
  assert.equal(totalTasks, tasks.length);
  return { tasks: tasks.length, totalTasks };
}

async function pages() {
  for (const name of ['Ada', 'Bo', 'Cleo']) await follow({ taskId: await start('greets', { name }) });
  const page = async (limit, offset) => client.listTasks({ filterByOwnership: 'all', limit, offset });
  const { tasks: all, totalTasks } = await client.listTasks({ filterByOwnership: 'all' });
  assert.equal(totalTasks, all.length);
  const collected = [];
  for (let offset = 0; offset < totalTasks; offset += 2) {
    const { tasks, totalTasks: total } = await page(2, offset);
    assert.equal(total, totalTasks, 'the total is that of a page');
    collected.push(...tasks);
  }
  const ids = tasks => tasks.map(task => task.id);
  assert.deepEqual(ids(collected), ids(all));
  const times = all.map(task => task.createdAt);
  assert.deepEqual(times, times.toSorted().reverse(), 'the newest is not first');
  assert.deepEqual((await page(0, 0)).tasks, []);
  assert.deepEqual((await page(5, totalTasks)).tasks, []);
  return { totalTasks };
}

async function cancelTask() {
  const { taskId, answer, events } = await cancelMidway('data-pipeline', DEMO_VALUES['template:default/data-pipeline']);
  assertEvents(events, taskId);
  const index = events.findIndex(event => event.type === 'cancelled');
  assert.ok(index >= 0, 'no cancelled event');
  const { status } = await client.getTask(taskId);
  assert.equal(status, 'cancelled');
  const [{ body }, ...following] = events.slice(index);
  return { answer, status, body, following: following.map(event => [event.type, event.body.message]) };
}

async function failingTask() {
  const taskId = await start('broken-legacy-migration', DEMO_VALUES['template:default/broken-legacy-migration']);
  const events = await follow({ taskId });
  assertEvents(events, taskId);
  const { error } = events.at(-1).body;
  assert.ok(error?.message, 'the completion carries no error message');
  const { status } = await client.getTask(taskId);
  assert.equal(status, 'failed');
  return { status, error, steps: stepStatuses(events) };
}

/** Retries a task that is over; what follows on must be told by a stream that resumes, and by one that begins anew. */
async function retried(taskId, before) {
  const answer = await client.retry(taskId);
  assert.equal(answer.id, taskId);
  const resumed = await follow({ taskId, after: before.at(-1).id });
  assertEvents(resumed, taskId);
  assert.equal(resumed[0].type, 'recovered');
  assert.deepEqual(resumed[0].body, { recoverStrategy: 'none' });
  const anew = await follow({ taskId });
  const kept = before.filter(event => event.type === 'log');
  assert.deepEqual(anew, [...kept, ...resumed], 'the history is not the logs of before and what followed');
  const polled = await follow({ taskId }, { by: connect({ useLongPollingLogs: true }) });
  assert.deepEqual(polled, anew, 'the long poll and the stream disagree');
  const { status } = await client.getTask(taskId);
  return { status, resumed };
}

async function retryCompleted() {
  const taskId = await start('greets', { name: 'Dana' });
  const { status, resumed } = await retried(taskId, await follow({ taskId }));
  assert.equal(status, 'completed');
  assert.deepEqual(resumed.at(-1).body.output, { greeted: 'Dana' });
  return { status, types: typesOf(resumed) };
}

async function retryFailed() {
  const taskId = await start('fails');
  const before = await follow({ taskId });
  const { status, resumed } = await retried(taskId, before);
  assert.equal(status, 'failed');
  assert.deepEqual(resumed.at(-1).body.error, before.at(-1).body.error);
  assert.deepEqual(stepStatuses(resumed), stepStatuses(before));
  return { status, error: resumed.at(-1).body.error };
}

async function retryCancelled() {
  const { taskId, events } = await cancelMidway('waits', { seconds: 8 });
  const { status, resumed } = await retried(taskId, events);
  assert.equal(status, 'completed');
  assert.ok(Math.min(...idsOf(resumed)) > Math.max(...idsOf(events)));
  return { status, steps: stepStatuses(resumed) };
}

async function recoverableTask() {
  const taskId = await start('recovers');
  const events = await follow({ taskId });
  assertEvents(events, taskId);
  assert.ok(events.every(event => event.isTaskRecoverable), 'an event does not tell that its task is recoverable');
  await client.retry(taskId);
  const polled = await follow({ taskId }, { by: connect({ useLongPollingLogs: true }) });
  assert.deepEqual(polled[0].body, { recoverStrategy: 'startOver' }, 'what was before the recovery is still told');
  return { before: typesOf(events), after: typesOf(polled) };
}

async function autocomplete() {
  const request = { token: 'scm-token', provider: 'github', resource: 'owners', context: {} };
  const { results: owners } = await client.autocomplete(request);
  assert.ok(owners.length > 0);
  for (const { id } of owners) assert.ok(id && typeof id === 'string', `id ${id}`);
  const { results: groups } = await client.autocomplete({ ...request, provider: 'gitlab', resource: 'groups' });
  for (const { id, title } of groups) assert.ok(id && title, 'a group of GitLab has a number and a title');
  return { owners: owners.map(owner => owner.id), groups };
}

async function dryRun() {
  const secret = 'drive-secret';
  const { log, steps, output, directoryContents } = await client.dryRun({
    template: GREETING,
    values: { name: 'world' },
    secrets: { password: secret },
    directoryContents: [{ path: 'notes.txt', base64Content: btoa('notes') }],
  });
  const messages = messagesOf(log).join('\n');
  assert.match(messages, /Hello, world/);
  assert.match(messages, /\*\*\*/);
  assert.ok(!messages.includes(secret), 'the log tells the secret');
  assert.ok(steps.some(step => step.id === 'greet' && step.name === 'Greet'));
  assert.equal(output.greeting, 'Hello, world');
  assert.ok(Array.isArray(directoryContents));
  return { log: log.length, output, files: directoryContents.map(file => file.path) };
}

async function dryRunWithFiles() {
  const fetchTemplate = { id: 'fetch', name: 'Fetch', action: 'fetch:template' };
  const rename = { id: 'rename', name: 'Rename', action: 'fs:rename', input: { files: [{ from: 'a', to: 'b/c.txt' }] } };
  const publish = { id: 'publish', name: 'Publish', action: 'publish:github' };
  const { log, directoryContents } = await client.dryRun({
    template: {
      ...GREETING,
      spec: {
        ...GREETING.spec,
        steps: [
          { ...fetchTemplate, input: { url: './skeleton', values: { name: '${{ parameters.name }}' } } },
          rename,
          { ...publish, input: { repoUrl: 'github.com?owner=acme&repo=greeting' } },
        ],
      },
    },
    values: { name: 'world' },
    directoryContents: [
      { path: 'template.yaml', base64Content: btoa('the template') },
      { path: 'skeleton/a', base64Content: btoa('Hello, ${{ values.name }}') },
      { path: 'skeleton/${{ values.name }}.bin', base64Content: btoa('\0${{ values.name }}') },
    ],
  });
  assert.deepEqual(
    Object.fromEntries(directoryContents.map(({ path, base64Content }) => [path, atob(base64Content)])),
    { 'b/c.txt': 'Hello, world', 'world.bin': '\0${{ values.name }}' },
  );
  assert.deepEqual(stepStatuses(log).publish, ['processing', 'skipped']);
  return { files: directoryContents.map(file => file.path), steps: stepStatuses(log) };
}

export const journeys = [
  listActions, templatingExtensions, parameterSchema, scaffold, getTask, resumeStream, longPolling,
  longPollingAtTheEnd, listTasks, pages, cancelTask, failingTask, retryCompleted, retryFailed, retryCancelled,
  recoverableTask, autocomplete, dryRun, dryRunWithFiles,
];
