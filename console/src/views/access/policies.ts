// The policies of collections, as OpenSearch Serverless lists and gives them.
import { aws } from '../../api/client';
import { allPages } from '../../api/paging';
import type { PolicyType } from './policyRules';

export interface PolicySummary {
  type: PolicyType;
  name: string;
  description?: string;
  policyVersion?: string;
  createdDate?: number; // milliseconds
  lastModifiedDate?: number;
}

export interface PolicyDetail extends PolicySummary {
  policy: unknown;
}

const kindOf = (type: PolicyType) => (type === 'data' ? 'Access' : 'Security');

// With `resource`, those that concern it: "collection/logs".
export function listPolicies(type: PolicyType, resource?: string, signal?: AbortSignal) {
  const kind = kindOf(type);
  const member = `${kind.toLowerCase()}PolicySummaries`;
  return allPages<PolicySummary>(async (token) => {
    const input = { type, maxResults: 100, nextToken: token, ...(resource ? { resource: [resource] } : {}) };
    const page = await aws<Record<string, unknown>>('opensearchserverless', `List${kind}Policies`, input, { signal });
    return { items: (page[member] ?? []) as PolicySummary[], next: page.nextToken as string | undefined };
  });
}

export async function getPolicy(type: PolicyType, name: string, signal?: AbortSignal): Promise<PolicyDetail> {
  const kind = kindOf(type);
  const answer = await aws<Record<string, PolicyDetail>>('opensearchserverless', `Get${kind}Policy`, { type, name }, { signal });
  const detail = answer[`${kind.toLowerCase()}PolicyDetail`];
  if (detail === undefined) throw new Error(`The server did not give the policy ${name}.`);
  return detail;
}
