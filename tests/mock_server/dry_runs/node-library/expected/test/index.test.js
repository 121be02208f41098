import assert from 'node:assert/strict';
import test from 'node:test';
import { hello } from '../src/index.js';

test('it greets', () => {
  assert.match(hello('you'), /you/);
});
