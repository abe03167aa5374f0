// The scenario of tests/acceptance/kinesis/test_clients.py with the AWS SDK for JavaScript v3 (HTTP/2 by default).
import {
  CreateStreamCommand, DescribeStreamSummaryCommand, GetRecordsCommand, GetShardIteratorCommand, KinesisClient,
  ListShardsCommand, MergeShardsCommand, PutRecordCommand, PutRecordsCommand, RegisterStreamConsumerCommand,
  SplitShardCommand, SubscribeToShardCommand, waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';

const { ENDPOINT, REGION, ACCOUNT } = process.env;
const stream = { StreamName: 'stream' };
const shard = 'shardId-000000000000';
const middle = String(2n ** 127n);
const client = new KinesisClient({
  endpoint: ENDPOINT, region: REGION, credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'test' }, maxAttempts: 1,
});
const seen = {};
const bytes = (text) => new TextEncoder().encode(text);
const base64 = (data) => Buffer.from(data).toString('base64');
const summary = async () => (await client.send(new DescribeStreamSummaryCommand(stream))).StreamDescriptionSummary;
const split = () => client.send(new SplitShardCommand({ ...stream, ShardToSplit: shard, NewStartingHashKey: middle }));

async function put(text) {
  const answer = await client.send(new PutRecordCommand({ ...stream, PartitionKey: 'k', Data: bytes(text) }));
  seen.put = answer.ShardId;
}

async function create() {
  await client.send(new CreateStreamCommand({ ...stream, ShardCount: 1 }));
  await waitUntilStreamExists({ client, maxWaitTime: 20, minDelay: 1 }, stream);
  seen.created = (await summary()).StreamStatus;
}

async function putBatch() {
  const Records = [bytes('two'), new Uint8Array([0, 255])].map((Data) => ({ PartitionKey: 'k', Data }));
  const answer = await client.send(new PutRecordsCommand({ ...stream, Records }));
  seen.batch = { failed: answer.FailedRecordCount, shards: answer.Records.map((entry) => entry.ShardId) };
}

async function read() {
  const where = { ...stream, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' };
  const { ShardIterator } = await client.send(new GetShardIteratorCommand(where));
  const { Records } = await client.send(new GetRecordsCommand({ ShardIterator }));
  seen.read = Records.map((record) => base64(record.Data));
  seen.recent = Records.every((record) => Math.abs(Date.now() - record.ApproximateArrivalTimestamp.getTime()) < 60_000);
}

// Reads until the shard has ended: what was there, what is put meanwhile, and the children at the end.
async function subscribe() {
  const { StreamARN } = await summary();
  const { Consumer } = await client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'consumer' }));
  const { EventStream } = await client.send(new SubscribeToShardCommand({
    ConsumerARN: Consumer.ConsumerARN, ShardId: shard, StartingPosition: { Type: 'TRIM_HORIZON' },
  }));
  Object.assign(seen, { subscribed: [], children: [] });
  for await (const { SubscribeToShardEvent: event } of EventStream) {
    seen.subscribed.push(...event.Records.map((record) => base64(record.Data)));
    seen.children.push(...(event.ChildShards ?? []).map((child) => child.ShardId));
    if (event.Records.length > 0 && seen.subscribed.length === 3) await put('late');
    else if (event.Records.length > 0 && seen.subscribed.length === 4) await split();
  }
}

async function merge() {
  await client.send(new MergeShardsCommand({
    ...stream, ShardToMerge: 'shardId-000000000001', AdjacentShardToMerge: 'shardId-000000000002',
  }));
  const { Shards } = await client.send(new ListShardsCommand({ ...stream, ShardFilter: { Type: 'AT_LATEST' } }));
  seen.merged = Shards.map((shown) => shown.ShardId);
}

const classOf = (call) => call.then(() => 'none', (error) => error.constructor.name);

async function refusals() {
  seen.errors = {
    missing: await classOf(client.send(new DescribeStreamSummaryCommand({ StreamName: 'nothing' }))),
    again: await classOf(client.send(new CreateStreamCommand({ ...stream, ShardCount: 1 }))),
    many: await classOf(client.send(new CreateStreamCommand({ StreamName: 'nothing', ShardCount: 1_000_000 }))),
    forged: await classOf(client.send(new GetRecordsCommand({ ShardIterator: 'forged' }))),
    closed: await classOf(split()),
  };
}

await create();
await put('one');
await putBatch();
await read();
await subscribe();
await merge();
await refusals();
console.log(JSON.stringify(seen));
client.destroy();
