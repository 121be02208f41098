import assert from 'node:assert/strict';

import { CatalogClient } from '@backstage/catalog-client';

import { baseUrl, rejection, token } from './client.mjs';

const by = { token };
const GUEST = 'user:default/guest';
const LOCATION = { type: 'url', target: 'https://github.com/acme/shop/blob/main/catalog-info.yaml' };
const client = new CatalogClient({
  discoveryApi: { getBaseUrl: async plugin => baseUrl.replace('/api/scaffolder', `/api/${plugin}`) },
});

const namesOf = entities => entities.map(entity => entity.metadata.name);

async function templateList() {
  const order = { field: 'metadata.name', order: 'asc' };
  const { items } = await client.getEntities({ filter: { kind: 'template' }, order }, by);
  const names = namesOf(items);
  assert.ok(names.includes('hello-world'), names.join());
  assert.deepEqual(names, names.toSorted());
  const rest = await client.getEntities({ filter: { kind: 'template' }, order, offset: 2, limit: 3 }, by);
  assert.deepEqual(namesOf(rest.items), names.slice(2, 5));
  return { names };
}

async function filters() {
  const filter = [{ kind: ['user', 'group'], 'metadata.name': 'guests' }, { 'metadata.name': 'guest' }];
  const { items } = await client.getEntities({ filter, fields: ['kind', 'metadata.name'] }, by);
  assert.deepEqual(items.map(item => item.kind).sort(), ['Group', 'User']);
  assert.ok(items.every(item => Object.keys(item).length === 2));
  return { items: items.length };
}

async function pages() {
  const request = { filter: { kind: 'user' }, orderFields: { field: 'metadata.name', order: 'desc' }, limit: 3 };
  const first = await client.queryEntities(request, by);
  assert.equal(first.pageInfo.prevCursor, undefined);
  const second = await client.queryEntities({ cursor: first.pageInfo.nextCursor, limit: 3 }, by);
  const back = await client.queryEntities({ cursor: second.pageInfo.prevCursor, limit: 3 }, by);
  assert.deepEqual(back.items, first.items);
  const names = namesOf([...first.items, ...second.items]);
  assert.deepEqual(names, names.toSorted().reverse());
  assert.equal(second.totalItems, first.totalItems);
  return { totalItems: first.totalItems };
}

async function predicates() {
  const query = { $all: [{ kind: 'User' }, { $not: { 'metadata.name': { $in: ['guest', 'jun.takeda'] } } }] };
  const request = { query, orderFields: [{ field: 'metadata.name', order: 'asc' }], limit: 2 };
  const first = await client.queryEntities(request, by);
  const second = await client.queryEntities({ cursor: first.pageInfo.nextCursor, limit: 2 }, by);
  const names = namesOf([...first.items, ...second.items]);
  assert.equal(new Set(names).size, 4);
  assert.ok(!names.includes('guest'));
  return { names };
}

async function fullText() {
  const fullTextFilter = { term: 'Raman', fields: ['spec.profile.displayName'] };
  const { items } = await client.queryEntities({ filter: { kind: 'user' }, fullTextFilter }, by);
  assert.deepEqual(namesOf(items), ['priya.raman']);
}

async function streams() {
  const found = [];
  for await (const page of client.streamEntities({ filter: { kind: 'user' }, pageSize: 2 }, by)) found.push(page);
  const { totalItems } = await client.queryEntities({ filter: { kind: 'user' }, limit: 0 }, by);
  assert.ok(found.length > 1 && found.every(page => page.length <= 2));
  assert.equal(found.flat().length, totalItems);
  return { pages: found.length };
}

async function references() {
  const entityRefs = [GUEST, 'user:default/nobody', 'group:default/guests'];
  const { items } = await client.getEntitiesByRefs({ entityRefs, fields: ['kind'] }, by);
  assert.deepEqual(items, [{ kind: 'User' }, undefined, { kind: 'Group' }]);
  const chosen = await client.getEntitiesByRefs({ entityRefs, query: { kind: 'group' }, fields: ['kind'] }, by);
  assert.deepEqual(chosen.items, [undefined, undefined, { kind: 'Group' }]);
  const { metadata } = await client.getEntityByRef(GUEST, by);
  assert.equal(metadata.name, 'guest');
  assert.equal(await client.getEntityByRef('user:default/nobody', by), undefined);
}

async function facetCounts() {
  const { facets } = await client.getEntityFacets({ facets: ['kind', 'spec.type'], filter: { kind: 'user' } }, by);
  assert.deepEqual(facets['spec.type'], []);
  const { totalItems } = await client.queryEntities({ filter: { kind: 'user' }, limit: 0 }, by);
  assert.deepEqual(facets.kind, [{ value: 'User', count: totalItems }]);
}

async function ancestors() {
  const { rootEntityRef, items } = await client.getEntityAncestors({ entityRef: GUEST }, by);
  assert.equal(rootEntityRef, GUEST);
  assert.deepEqual(items.map(item => item.entity.kind), ['User', 'Location']);
}

async function refreshes() {
  await client.refreshEntity(GUEST, by);
}

async function locations() {
  const { location, entities } = await client.addLocation(LOCATION, by);
  assert.equal(location.target, LOCATION.target);
  assert.deepEqual(entities, []);
  const tried = await client.addLocation({ ...LOCATION, dryRun: true }, by);
  assert.equal(tried.exists, false);
  assert.deepEqual(tried.entities.map(entity => entity.kind), ['Location']);
  assert.deepEqual((await client.getLocations({}, by)).items, []);
  assert.equal((await client.queryLocations({ query: { type: 'url' } }, by)).totalItems, 0);
  assert.equal(await client.getLocationById(location.id, by), undefined);
  assert.equal(await client.getLocationByEntity(GUEST, by), undefined);
  assert.equal(await client.getLocationByRef(`url:${LOCATION.target}`, by), undefined);
}

async function validates() {
  const entity = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'shop' },
    spec: { type: 'service', lifecycle: 'production', owner: 'guests' },
  };
  const at = 'url:https://acme.example/catalog-info.yaml';
  assert.deepEqual(await client.validateEntity(entity, at, by), { valid: true });
  const { valid, errors } = await client.validateEntity({ ...entity, spec: {} }, at, by);
  assert.equal(valid, false);
  assert.match(errors[0].message, /must have required property 'type'/);
}

async function analyzes() {
  const { generateEntities } = await client.analyzeLocation({ location: LOCATION }, by);
  assert.equal(generateEntities[0].entity.metadata.name, 'shop');
}

async function refused() {
  const { metadata } = await client.getEntityByRef(GUEST, by);
  const error = await rejection(client.removeEntityByUid(metadata.uid, by));
  assert.equal(error.statusCode, 403);
  const stranger = await rejection(client.getEntities({}, { token: 'wrong' }));
  assert.equal(stranger.statusCode, 401);
  return { removal: error.message };
}

export const catalog = [
  templateList, filters, pages, predicates, fullText, streams, references, facetCounts, ancestors, refreshes,
  locations, validates, analyzes, refused,
];
