import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

import { catalog } from './catalog.mjs';
import { set } from './client.mjs';
import { faults } from './faults.mjs';
import { journeys } from './journeys.mjs';
import { openQuirks, quirks } from './quirks.mjs';
import { refusals } from './refusals.mjs';

const JOURNEY_TIMEOUT_MS = 20_000;

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

let exitCode = 0;
for (const journey of { journeys, refusals, quirks, openQuirks, catalog, faults }[set]) {
  const result = await perform(journey);
  if (!result.ok) exitCode = 1;
  console.log(JSON.stringify(result));
}
process.exit(exitCode);
