// The map: what exists as nodes, what flows between them as edges, and what hangs together as a lane of its own.
import type { DeliveryError } from './deliveryLog';
import type { BucketTarget, Collection, CollectionTarget, Delivery, Stream } from './descriptions';
import type { Topology } from './topology';

export type Kind = 'stream' | 'delivery' | 'collection' | 'bucket';

export interface MapNode {
  id: string;
  kind: Kind;
  name: string;
  stream?: Stream;
  delivery?: Delivery;
  collection?: Collection;
  error?: unknown; // why it could not be described
  lastError?: DeliveryError;
  logError?: unknown; // why its log could not be read
}

export interface MapEdge {
  from: string;
  to: string;
  carries: 'records' | 'documents' | 'objects' | 'backup';
}

export interface Lane {
  columns: [MapNode[], MapNode[], MapNode[]]; // sources, delivery streams, destinations
  edges: MapEdge[];
}

const kColumn: Record<Kind, 0 | 1 | 2> = { stream: 0, delivery: 1, collection: 2, bucket: 2 };

export const nameInArn = (arn: string) => arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);

// https://<id>.<region>.aoss.amazonaws.com
export function collectionIdOf(endpoint: string | undefined): string {
  return endpoint?.replace(/^https?:\/\//, '').split(/[.:/]/)[0] ?? '';
}

export function collectionTargetOf(delivery: Pick<Delivery, 'Destinations'>): CollectionTarget | undefined {
  return delivery.Destinations[0]?.AmazonOpenSearchServerlessDestinationDescription;
}

// Where records end that have no collection, or that the collection did not take.
export function bucketTargetOf(delivery: Pick<Delivery, 'Destinations'>): BucketTarget | undefined {
  const [first] = delivery.Destinations;
  return (
    collectionTargetOf(delivery)?.S3DestinationDescription ??
    first?.ExtendedS3DestinationDescription ??
    first?.S3DestinationDescription
  );
}

export function sourceOf(delivery: Pick<Delivery, 'Source'>): string | undefined {
  return delivery.Source?.KinesisStreamSourceDescription?.KinesisStreamARN;
}

interface Graph {
  nodes: Map<string, MapNode>;
  edges: MapEdge[];
}

function add({ nodes }: Graph, kind: Kind, name: string, more: Partial<MapNode> = {}, key = name): string {
  const id = `${kind}/${key}`;
  const known = nodes.get(id);
  nodes.set(id, known ? { ...known, ...more } : { id, kind, name, ...more });
  return id;
}

function connect(graph: Graph, delivery: Delivery, id: string) {
  const source = sourceOf(delivery);
  if (source) graph.edges.push({ from: add(graph, 'stream', nameInArn(source)), to: id, carries: 'records' });
  const target = collectionTargetOf(delivery);
  const collection = collectionIdOf(target?.CollectionEndpoint);
  if (target) {
    const known = graph.nodes.get(`collection/${collection}`);
    const to = add(graph, 'collection', known?.name ?? collection, {}, collection);
    graph.edges.push({ from: id, to, carries: 'documents' });
  }
  const bucket = bucketTargetOf(delivery);
  if (bucket) {
    const to = add(graph, 'bucket', nameInArn(bucket.BucketARN));
    graph.edges.push({ from: id, to, carries: target ? 'backup' : 'objects' });
  }
}

// Nodes that are connected, whatever the direction, are one lane.
function lanesOf({ nodes, edges }: Graph): Lane[] {
  const lane = new Map([...nodes.keys()].map((id) => [id, id]));
  const find = (id: string): string => {
    let root = id;
    while (lane.get(root) !== root) root = lane.get(root) ?? root;
    return root;
  };
  for (const { from, to } of edges) lane.set(find(to), find(from));
  const lanes = new Map<string, Lane>();
  for (const node of nodes.values()) {
    const root = find(node.id);
    const found = lanes.get(root) ?? { columns: [[], [], []], edges: [] };
    lanes.set(root, found);
    found.columns[kColumn[node.kind]].push(node);
  }
  for (const edge of edges) lanes.get(find(edge.from))?.edges.push(edge);
  return [...lanes.values()];
}

export function buildMap(topology: Topology): Lane[] {
  const graph: Graph = { nodes: new Map(), edges: [] };
  for (const stream of topology.streams.data ?? []) add(graph, 'stream', stream.StreamName, { stream });
  for (const collection of topology.collections.data ?? []) {
    add(graph, 'collection', collection.name, { collection }, collection.id);
  }
  // Those that read a stream first: a direct one among them would only make arrows cross.
  const direct = ({ described }: { described: { data?: Delivery } }) => Number(!described.data || !sourceOf(described.data));
  const deliveries = (topology.deliveries.data ?? []).toSorted((a, b) => direct(a) - direct(b));
  for (const { name, described, lastError } of deliveries) {
    const id = add(graph, 'delivery', name, {
      delivery: described.data,
      error: described.error,
      lastError: lastError.data,
      logError: lastError.error,
    });
    if (described.data) connect(graph, described.data, id);
  }
  // What works together comes first; what nobody reads or fills comes last.
  const size = ({ columns }: Lane) => columns.flat().length;
  return lanesOf(graph).sort((a, b) => b.edges.length - a.edges.length || size(b) - size(a));
}

export const nodesOf = (lanes: Lane[]) => lanes.flatMap(({ columns }) => columns.flat());
export const edgesOf = (lanes: Lane[]) => lanes.flatMap(({ edges }) => edges);
