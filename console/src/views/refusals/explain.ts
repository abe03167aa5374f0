// Which of the many checks refused, and what would have to change: in a sentence or two, for a person.
import type { Refusal } from '../../api/client';

export interface Explanation {
  layer: string; // what the deciding layer is
  change: string; // what would have to change
  see?: { text: string; path: string[] }; // where in the console that is
}

export const layers: Refusal['decidedBy'][] = [
  'signature',
  'sign-in',
  'iam',
  'role trust',
  'network policy',
  'data access policy',
];

export const titles: Record<Refusal['decidedBy'], string> = {
  signature: 'Signature',
  'sign-in': 'Sign-in',
  iam: 'IAM',
  'role trust': 'Role trust',
  'network policy': 'Network policy',
  'data access policy': 'Data access policy',
};

interface Who {
  text: string; // "user bob"
  arn: string; // as policies name it: the role of a session, not the session
  path?: string[];
}

export function whoOf(principal: string): Who {
  const session = /^arn:(aws[^:]*):sts::(\d+):assumed-role\/([^/]+)\/(.*)$/.exec(principal);
  if (session) {
    const [, partition, account, role = ''] = session;
    return { text: `role ${role}`, arn: `arn:${partition}:iam::${account}:role/${role}`, path: ['access', 'roles', role] };
  }
  const named = /^arn:aws[^:]*:iam::\d+:(user|role)\/(?:.*\/)?([^/]+)$/.exec(principal);
  if (named) {
    const [, kind, name = ''] = named;
    return { text: `${kind} ${name}`, arn: principal, path: ['access', `${kind}s`, name] };
  }
  if (principal.endsWith(':root')) return { text: 'the root of the account', arn: principal };
  return { text: principal || 'an unknown principal', arn: principal || 'the principal' };
}

// What a table has room for: the principal without its account.
export function shortPrincipal(principal: string): string {
  if (principal === '') return 'unknown';
  const service = /^([\w-]+)\.amazonaws\.com(\.cn)?$/.exec(principal);
  if (service) return `service/${service[1]}`;
  return /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.*)$/.exec(principal)?.[1] ?? principal;
}

export function shortResource(resource: string): string {
  return /^arn:[^:]*:([^:]*):[^:]*:[^:]*:(.+)$/.exec(resource)?.[2] ?? resource;
}

// AWS's sentence repeats who, what and on what before it comes to the reason.
export function shortReason(reason: string): string {
  const cause = /^User: .* is not authorized to perform: .*? (?:because |(?=with an explicit deny))(.+)$/s.exec(reason)?.[1];
  return cause ?? reason;
}

function signature({ code, reason, accessKeyId }: Refusal): Explanation {
  const layer = 'The signature is checked before anything else. It did not hold, so nobody’s permissions were looked at.';
  const key = accessKeyId ? `the access key ${accessKeyId}` : 'the access key';
  const late = /expired|not yet current|skew|too (late|early)/i.test(reason) || /Expired|Skewed/.test(code);
  if (/ExpiredToken/.test(code)) {
    return { layer, change: 'The temporary credentials have expired: get new ones, for example with sts:AssumeRole.' };
  }
  if (late) return { layer, change: 'The time of the request is too far from the server’s: set the client’s clock, then sign anew.' };
  if (/MissingAuthentication/.test(code)) {
    return { layer, change: 'The request was not signed: give the client an access key and its secret.' };
  }
  if (/InvalidAccessKeyId|UnrecognizedClient|InvalidClientTokenId|InvalidToken/.test(code)) {
    return { layer, change: `Here, ${key} does not exist, is inactive, or does not belong to the session token: use one that is active.` };
  }
  if (/Incomplete|Malformed/.test(code)) {
    return { layer, change: 'The Authorization header is malformed: sign with Signature Version 4, for the right region and service.' };
  }
  return {
    layer,
    change: `Sign with the secret that belongs to ${key}. A proxy that changes the host, the path or a signed header breaks the signature too.`,
  };
}

function iam({ action, resource, reason, principal }: Refusal): Explanation {
  const who = whoOf(principal);
  const layer = `IAM decides by the policies of the one who asks: what no policy allows is refused, and a Deny wins over every Allow.`;
  const see = who.path && { text: `The policies of ${who.text}`, path: who.path };
  const on = resource === '' || resource === '*' ? '' : ` on ${resource}`;
  const denied = /with an explicit deny in (.+)$/.exec(reason)?.[1];
  if (denied) {
    return { layer, change: `Remove or narrow the Deny statement for ${action}${on} in ${denied} of ${who.text}.`, see };
  }
  if (/belongs to another account/.test(reason)) {
    return { layer, change: 'Collections are not shared between accounts: ask as a principal of the collection’s own account.', see };
  }
  const missing = /because no (.+?) allows the/.exec(reason)?.[1];
  if (missing && missing !== 'identity-based policy') {
    return {
      layer,
      change: `The ${missing} must allow ${action}${on} as well: it limits what the policies of ${who.text} can grant.`,
      see,
    };
  }
  return { layer, change: `Allow ${action}${on} in a policy of ${who.text}, attached or inline.`, see };
}

function network({ reason, resource }: Refusal): Explanation {
  const layer = 'A network policy says from where a collection and its Dashboards can be reached, whoever asks.';
  const see = { text: 'The network policies', path: ['access', 'network'] };
  const told = /rule of type (\w+) for (\S+) allows (.+)$/.exec(reason);
  if (!told) return { layer, change: `A network policy must let ${resource} be reached.`, see };
  const [, type, collection, whom = ''] = told;
  const service = /or (\S+)$/.exec(whom)?.[1];
  const allow = service
    ? `AllowFromPublic true, or ${service} among its SourceServices`
    : 'AllowFromPublic true';
  return { layer, change: `A network policy needs a rule with ResourceType ${type} and Resource ${collection}, and ${allow}.`, see };
}

function dataAccess({ action, resource, principal }: Refusal): Explanation {
  const { arn } = whoOf(principal);
  return {
    layer: 'Inside a collection, a data access policy decides who may do what with the collection and its indexes; IAM had agreed.',
    change: `A data access policy needs a rule with Resource ${resource} and Permission ${action}, for the Principal ${arn}.`,
    see: { text: 'The data access policies', path: ['access', 'data'] },
  };
}

function roleTrust({ resource, principal, reason }: Refusal): Explanation {
  const role = /:role\/(?:.*\/)?([^/]+)$/.exec(resource)?.[1] ?? resource;
  const layer = 'A role’s trust policy says who may assume the role, and so act with its permissions.';
  const see = { text: `The trust policy of role ${role}`, path: ['access', 'roles', role] };
  if (/does not exist/.test(reason)) return { layer, change: `There is no role ${resource}: create it, or name another one.` };
  if (/explicit deny/.test(reason)) return { layer, change: `Remove or narrow the Deny statement in the trust policy of role ${role}.`, see };
  const service = /\.amazonaws\.com(\.cn)?$/.test(principal);
  const whom = service ? `the Principal {"Service": "${principal}"}` : `the Principal {"AWS": "${whoOf(principal).arn}"}`;
  return { layer, change: `The trust policy of role ${role} must allow sts:AssumeRole to ${whom}, and its conditions must hold.`, see };
}

function signIn({ reason, principal }: Refusal): Explanation {
  const who = whoOf(principal);
  const layer = 'Someone tried to sign in to the console. Whoever signs in is never told what was wrong; here it is.';
  if (/nobody/.test(reason)) {
    return { layer, change: 'Check the account and the user’s name. What was typed is not kept, as it may have been a password.' };
  }
  if (/password/.test(reason)) {
    return {
      layer,
      change: `Type the password of ${who.text}, or give it a new one (iam:CreateLoginProfile, iam:UpdateLoginProfile).`,
      see: who.path && { text: `The login profile of ${who.text}`, path: who.path },
    };
  }
  return { layer, change: 'Use the secret access key, and the session token if there is one, that belong to this access key.' };
}

const explanations: Record<Refusal['decidedBy'], (refusal: Refusal) => Explanation> = {
  signature,
  iam,
  'network policy': network,
  'data access policy': dataAccess,
  'role trust': roleTrust,
  'sign-in': signIn,
};

export function explain(refusal: Refusal): Explanation {
  return explanations[refusal.decidedBy](refusal);
}

// What a link to one refusal names it by: one request can be refused several times, and not everything is a request.
export function withKeys(refusals: readonly Refusal[]): (Refusal & { key: string })[] {
  const seen = new Map<string, number>();
  return refusals
    .toReversed() // from the oldest on, so that a key stays when newer ones come
    .map((refusal) => {
      const base = refusal.requestId || String(refusal.time);
      const count = seen.get(base) ?? 0;
      seen.set(base, count + 1);
      return { ...refusal, key: count === 0 ? base : `${base}.${count}` };
    })
    .toReversed();
}
