// The scenario of tests/acceptance/opensearch/test_opensearch_clients.py with opensearch-js.
import { readFileSync } from 'node:fs';
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws';

const { ENDPOINT, REGION, AUTHORITY, KIND, KEY, SECRET, STRANGER_KEY, STRANGER_SECRET } = process.env;
const timed = KIND === 'TIMESERIES'; // no document is given an id
const index = 'logs-1';
const events = [['info', 10], ['warn', 20], ['info', 30], ['info', 'soon'], ['warn', 50]].map(
  ([level, took], place) => ({ at: `2026-03-0${place + 1}T12:00:00Z`, level, took }),
);
const seen = {};

const clientOf = (accessKeyId, secretAccessKey) => new Client({
  ...AwsSigv4Signer({
    region: REGION, service: 'aoss', getCredentials: async () => ({ accessKeyId, secretAccessKey }),
  }),
  node: ENDPOINT, ssl: { ca: readFileSync(AUTHORITY) }, maxRetries: 0,
});
const client = clientOf(KEY, SECRET);

// What the call answers, or how it is refused: its status and the error's type.
const told = (call) => call.then(
  ({ body }) => body.result, (error) => [error.statusCode, error.body?.error?.type ?? ''],
);

async function create() {
  seen.template = (await client.indices.putIndexTemplate({ name: 'logs', body: {
    index_patterns: ['logs-*'], template: { mappings: { properties: { level: { type: 'keyword' } } } },
  } })).body.acknowledged;
  const mappings = { properties: { at: { type: 'date' }, took: { type: 'integer' } } };
  seen.created = (await client.indices.create({ index, body: { mappings } })).body.index;
  seen.again = await told(client.indices.create({ index }));
  const { properties } = (await client.indices.getMapping({ index })).body[index].mappings;
  seen.mapping = Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, type]));
}

async function write() {
  const body = events.flatMap((event, place) => [
    { index: timed ? { _index: index } : { _index: index, _id: String(place + 1) } }, event,
  ]);
  const written = (await client.bulk({ body })).body;
  const items = written.items.map((item) => item.index);
  seen.bulk = [written.errors, items.map((item) => item.status), items[3].error.type];
  return items.map((item) => item._id);
}

async function search() {
  const found = (await client.search({ index, body: {
    size: 0, query: { range: { at: { gte: '2026-03-02' } } },
    aggs: { levels: { terms: { field: 'level' }, aggs: { took: { avg: { field: 'took' } } } } },
  } })).body;
  seen.found = [found.hits.total.value, Object.fromEntries(found.aggregations.levels.buckets.map(
    (bucket) => [bucket.key, [bucket.doc_count, bucket.took.value]],
  ))];
  const { responses } = (await client.msearch({ body: [
    { index }, { query: { term: { level: 'warn' } } }, { index: 'none' }, {},
  ] })).body;
  seen.several = [responses[0].hits.total.value, responses[1].status, responses[1].error.type];
}

// What each page shows of all events, by their time, in a point in time that a later event is not in.
async function pages() {
  const { pit_id: id } = (await client.createPit({ index, keep_alive: '1m' })).body;
  await client.index({ index, body: { at: '2026-03-06', level: 'late', took: 60 } });
  seen.pages = [];
  const body = { size: 3, sort: [{ at: 'asc' }], pit: { id, keep_alive: '1m' } };
  for (;;) {
    const { hits } = (await client.search({ body })).body.hits;
    if (hits.length === 0) break;
    seen.pages.push(hits.map((hit) => hit._source.took));
    body.search_after = hits.at(-1).sort;
  }
  await client.deletePit({ body: { pit_id: [id] } });
}

async function change(first, second) {
  await client.indices.updateAliases({ body: { actions: [{ add: { index: 'logs-*', alias: 'logs' } }] } });
  seen.alias = (await client.count({ index: 'logs' })).body.count;
  seen.updated = await told(client.update({ index, id: first, body: { doc: { took: 11 } } }));
  seen.deleted = (await client.delete({ index, id: second })).body.result;
  seen.gone = (await client.exists({ index, id: second })).body;
  const [{ create: named }] = (await client.bulk({
    body: [{ create: { _index: index, _id: '6' } }, events[0]],
  })).body.items;
  seen.named = [named.status, named.error?.type ?? named.result];
}

await create();
const [first, second] = await write();
seen.got = (await client.get({ index, id: first })).body._source;
await search();
await pages();
await change(first, second);
seen.missing = await told(client.search({ index: 'none' }));
seen.stranger = await told(clientOf(STRANGER_KEY, STRANGER_SECRET).search({ index }));
console.log(JSON.stringify(seen));
await client.close();
