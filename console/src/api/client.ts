// The way to the server: one function per row of its API. All URLs are relative to where the console is mounted.
import { toApiError } from './error';

export interface Principal {
  arn: string;
  account: string;
  kind: 'root' | 'user' | 'role';
  name: string;
}

// Whose dashboards these are. All but the id is told to those only who belong to the collection's account.
export interface CollectionMount {
  id: string;
  name?: string;
  region?: string;
  type?: string;
  arn?: string;
}

export interface Session {
  csrfToken: string;
  signedIn: boolean;
  principal?: Principal;
  region: string;
  defaultAccount: string;
  regions: string[];
  permissive: boolean;
  version: string;
  collection?: CollectionMount;
}

export interface Refusal {
  time: number;
  requestId: string;
  principal: string;
  accessKeyId?: string;
  service: string;
  action: string;
  resource: string;
  sourceIp: string;
  userAgent: string;
  calledVia?: string;
  decidedBy: 'signature' | 'iam' | 'network policy' | 'data access policy' | 'role trust' | 'sign-in';
  code: string;
  reason: string;
}

export type Credentials =
  | { account: string; userName: string; password: string }
  | { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export type SignInAnswer = Session | { passwordChangeRequired: true };

export interface CallOptions {
  region?: string;
  signal?: AbortSignal;
}

// What every call needs to know of the session; set by the page that holds it.
export const connection = { csrfToken: '', region: '', expired: () => {} };

async function send(method: 'GET' | 'POST', path: string, body?: BodyInit, type?: string, signal?: AbortSignal) {
  const headers: Record<string, string> = {};
  if (method === 'POST') headers['x-csrf-token'] = connection.csrfToken;
  if (type) headers['content-type'] = type;
  const response = await fetch(path, { method, headers, body, signal, credentials: 'same-origin', redirect: 'error' });
  if (response.ok) return response;
  const error = toApiError(response.status, await response.text(), response.headers.get('retry-after'));
  if (error.code === 'SessionExpired') connection.expired();
  throw error;
}

async function post<Output>(path: string, input: unknown, signal?: AbortSignal): Promise<Output> {
  const response = await send('POST', path, JSON.stringify(input), 'application/json', signal);
  return (await response.json()) as Output;
}

export async function session(): Promise<Session> {
  return (await (await send('GET', 'api/session')).json()) as Session;
}

export function signIn(credentials: Credentials): Promise<SignInAnswer> {
  return post('api/sign-in', credentials);
}

export function changePassword(input: {
  account: string;
  userName: string;
  oldPassword: string;
  newPassword: string;
}): Promise<SignInAnswer> {
  return post('api/change-password', input);
}

export function signOut(): Promise<object> {
  return post('api/sign-out', {});
}

// Any operation of any service that Standpipe has, as the signed-in principal, in the words of AWS's model.
export function aws<Output>(service: string, operation: string, input: object = {}, options: CallOptions = {}) {
  const region = encodeURIComponent(options.region ?? connection.region);
  return post<Output>(`api/aws/${service}/${operation}?region=${region}`, input, options.signal);
}

export interface RawAnswer {
  status: number;
  text: string;
}

// A request to a collection; the answer as it is, whatever its status.
export async function openSearchRaw(
  collection: string,
  method: string,
  path: string,
  body = '',
  signal?: AbortSignal,
): Promise<RawAnswer> {
  const query = `method=${method}&path=${encodeURIComponent(path)}`;
  const response = await fetch(`api/opensearch/${encodeURIComponent(collection)}?${query}`, {
    method: 'POST',
    headers: { 'x-csrf-token': connection.csrfToken, 'content-type': 'application/json' },
    body,
    signal,
    credentials: 'same-origin',
    redirect: 'error',
  });
  const text = await response.text();
  if (response.status === 401 && toApiError(401, text).code === 'SessionExpired') connection.expired();
  return { status: response.status, text };
}

// The same, for those who want a value or an ApiError.
export async function openSearch<Output>(
  collection: string,
  method: string,
  path: string,
  body?: object | string,
  signal?: AbortSignal,
): Promise<Output> {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const answer = await openSearchRaw(collection, method, path, text, signal);
  if (answer.status >= 300) throw toApiError(answer.status, answer.text);
  return (answer.text === '' ? {} : JSON.parse(answer.text)) as Output;
}

export async function refusals(limit: number, signal?: AbortSignal): Promise<{ refusals: Refusal[]; everybody: boolean }> {
  return (await send('GET', `api/refusals?limit=${limit}`, undefined, undefined, signal)).json();
}

export function objectUrl(bucket: string, key: string): string {
  return `api/object?bucket=${encodeURIComponent(bucket)}&key=${encodeURIComponent(key)}`;
}
