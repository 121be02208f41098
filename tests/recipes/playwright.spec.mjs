import { test as base, expect } from '@playwright/test';

const BACKEND = 'http://localhost:7007'; // the backend that the app was built with
const MOCK = process.env.MOCK ?? BACKEND; // where run-mock-server listens
const CONTROL = `${MOCK}/_mock/v1`;

export const test = base.extend({
  // A world of its own for each test, whose time stands still until the test moves it.
  world: async ({ request }, use) => {
    const made = await request.post(`${CONTROL}/worlds`, { data: { frozen: true } });
    const { name } = await made.json();
    const call = (method, path, data) => request.fetch(`${CONTROL}/worlds/${name}${path}`, { method, data });
    await use({
      url: `${MOCK}/worlds/${name}`,
      advance: seconds => call('POST', '/clock/advance', { seconds }),
      play: scenario => call('PUT', '/scenario', { name: scenario }),
      fault: fault => call('POST', '/faults', fault),
    });
    await call('DELETE', '');
  },
  // Whatever the app asks of its backend goes to that world.
  page: async ({ page, world }, use) => {
    await page.route(`${BACKEND}/**`, route =>
      route.continue({ url: route.request().url().replace(BACKEND, world.url) }),
    );
    await use(page);
  },
});

test('a task runs to its end', async ({ page, world }) => {
  await page.goto(process.env.APP);
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('status')).toHaveText('Running');
  await world.advance(60);
  await expect(page.getByRole('status')).toHaveText('Done');
});

test('a task fails', async ({ page, world }) => {
  await world.play('first-step-fails');
  await page.goto(process.env.APP);
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('status')).toHaveText('Running');
  await world.advance(60);
  await expect(page.getByRole('status')).not.toHaveText(/Running|Done/);
});

test('the backend is down', async ({ page, world }) => {
  await world.fault({ fault: 'error', code: 503, operation: 'createTask' });
  await page.goto(process.env.APP);
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('status')).toContainText('Refused');
});

test('the stream breaks off', async ({ page, world }) => {
  await world.fault({ fault: 'drop-before-completion', operation: 'getTaskEventStream' });
  await page.goto(process.env.APP);
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('status')).toHaveText('Running');
  await world.advance(60);
  await expect(page.getByRole('status')).toHaveText('Lost');
});
