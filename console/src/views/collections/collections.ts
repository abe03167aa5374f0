// What the console reads of collections: what they are, which policies concern them, what is in them.
import { aws, openSearch } from '../../api/client';
import { allPages } from '../../api/paging';
import { getPolicy, listPolicies } from '../access/policies';
import { concerns, rulesOf, type PolicyType, type Rule } from '../access/policyRules';
import { bytesOfSize } from './size';

export interface Collection {
  id: string;
  name: string;
  arn: string;
  status: string;
  type?: string;
  description?: string;
  kmsKeyArn?: string;
  standbyReplicas?: string;
  deletionProtection?: string;
  createdDate?: number; // milliseconds
  lastModifiedDate?: number;
  collectionEndpoint?: string;
  dashboardEndpoint?: string;
  failureMessage?: string;
}

export interface Index {
  name: string;
  documents: number;
  deleted: number;
  bytes: number;
}

const kBatch = 100; // of BatchGetCollection

async function details(ids: string[], signal: AbortSignal): Promise<Collection[]> {
  const answer = await aws<{ collectionDetails?: Collection[] }>('opensearchserverless', 'BatchGetCollection', { ids }, { signal });
  return answer.collectionDetails ?? [];
}

export function listCollections(signal: AbortSignal) {
  return allPages<Collection>(async (token) => {
    const input = { maxResults: kBatch, nextToken: token };
    const page = await aws<{ collectionSummaries?: Collection[]; nextToken?: string }>(
      'opensearchserverless',
      'ListCollections',
      input,
      { signal },
    );
    const summaries = page.collectionSummaries ?? [];
    if (summaries.length === 0) return { items: [], next: page.nextToken };
    // Type and dates are a permission of their own; the list is good without them.
    const found = await details(summaries.map(({ id }) => id), signal).catch(() => []);
    const known = new Map(found.map((collection) => [collection.id, collection]));
    return { items: summaries.map((summary) => known.get(summary.id) ?? summary), next: page.nextToken };
  });
}

// By its id, or (in links from what knows no more) by its name.
export async function getCollection(key: string, signal: AbortSignal): Promise<Collection> {
  const [byId] = await details([key], signal);
  if (byId) return byId;
  const input = { names: [key] };
  const answer = await aws<{ collectionDetails?: Collection[] }>('opensearchserverless', 'BatchGetCollection', input, { signal });
  const found = answer.collectionDetails?.[0];
  if (found === undefined) throw new Error(`There is no collection ${key} in this region.`);
  return found;
}

const kPoliciesShown = 50;

export async function policiesOf(type: PolicyType, collection: string, signal: AbortSignal): Promise<Rule[]> {
  const { items } = await listPolicies(type, `collection/${collection}`, signal);
  const policies = await Promise.all(items.slice(0, kPoliciesShown).map(({ name }) => getPolicy(type, name, signal)));
  return policies.flatMap(({ name, policy }) => rulesOf(name, type, policy)).filter((rule) => concerns(rule, collection));
}

type Row = Record<string, string>;

export async function indexesOf(id: string, signal: AbortSignal): Promise<Index[]> {
  const rows = await openSearch<Row[]>(id, 'GET', '/_cat/indices?format=json&bytes=b', undefined, signal);
  return rows.map((row) => ({
    name: row.index ?? '',
    documents: Number(row['docs.count'] ?? 0),
    deleted: Number(row['docs.deleted'] ?? 0),
    bytes: bytesOfSize(row['store.size'] ?? ''),
  }));
}
