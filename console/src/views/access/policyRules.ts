// The policies of collections (data access, network, encryption) as plain rows: one per rule.
export type PolicyType = 'data' | 'network' | 'encryption';

export interface Rule {
  policy: string; // the policy's name
  description: string;
  resourceType: string;
  resources: string[];
  permissions: string[]; // data access
  principals: string[];
  from: string; // network: from where
  key: string; // encryption: with which key
}

interface Block {
  Description?: string;
  Rules?: { ResourceType?: string; Resource?: string[]; Permission?: string[] }[];
  Principal?: string[];
  AllowFromPublic?: boolean;
  SourceVPCEs?: string[];
  SourceServices?: string[];
  AWSOwnedKey?: boolean;
  KmsARN?: string;
}

function reach({ AllowFromPublic, SourceVPCEs = [], SourceServices = [] }: Block): string {
  if (AllowFromPublic) return 'Anywhere';
  const sources = [...SourceVPCEs, ...SourceServices];
  return sources.length === 0 ? 'Nowhere' : sources.join(', ');
}

// A data access or network policy is a list of blocks, an encryption policy is one block.
export function rulesOf(policy: string, type: PolicyType, document: unknown): Rule[] {
  const blocks = (Array.isArray(document) ? document : [document]) as (Block | null | undefined)[];
  return blocks.flatMap((block) =>
    (block?.Rules ?? []).map((rule) => ({
      policy,
      description: block?.Description ?? '',
      resourceType: rule.ResourceType ?? '',
      resources: rule.Resource ?? [],
      permissions: rule.Permission ?? [],
      principals: block?.Principal ?? [],
      from: type === 'network' && block ? reach(block) : '',
      key: type === 'encryption' ? (block?.AWSOwnedKey ? 'AWS owned key' : (block?.KmsARN ?? '')) : '',
    })),
  );
}

// Whether a rule has to do with a collection: "collection/log*", "index/logs/2026-*".
export function concerns(rule: Rule, collection: string): boolean {
  return rule.resources.some((resource) => {
    const pattern = resource.split('/')[1] ?? '';
    const expression = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*');
    return new RegExp(`^${expression}$`).test(collection);
  });
}
