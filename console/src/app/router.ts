// Where the reader is: a path and a query in the URL's fragment (#/streams/orders?tab=records), so that the same page
// works at every mount and a link brings somebody else to the same sight.
import { useCallback, useSyncExternalStore } from 'react';

export interface Route {
  path: string[]; // decoded parts: ['streams', 'orders']
  query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#?\/?/, '');
  const cut = text.indexOf('?');
  const path = (cut < 0 ? text : text.slice(0, cut)).split('/').filter(Boolean).map(decodePart);
  return { path, query: new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1)) };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand
  }
}

// A link to a place: href('streams', name) or href(['streams', name], {tab: 'records'}).
export function href(path: string | string[], query: Record<string, string | undefined> = {}): string {
  const parts = (typeof path === 'string' ? [path] : path).map(encodeURIComponent).join('/');
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(key, value);
  return `#/${parts}${search.size > 0 ? `?${search}` : ''}`;
}

export function navigate(to: string, how: 'push' | 'replace' = 'push') {
  if (how === 'push') {
    window.location.hash = to;
  } else {
    window.history.replaceState(null, '', to);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }
}

function subscribe(changed: () => void) {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

let parsed: { hash: string; route: Route } | undefined;
function current(): Route {
  const { hash } = window.location;
  if (parsed === undefined || parsed.hash !== hash) parsed = { hash, route: parseRoute(hash) };
  return parsed.route;
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}

// One value of the query, and how to change it: like useState, but in the URL. Undefined or the default: not there.
export function useUrlState(key: string, otherwise = ''): [string, (value: string | undefined) => void] {
  const { query } = useRoute();
  const set = useCallback(
    (value: string | undefined) => {
      const { path, query: now } = current();
      const next = Object.fromEntries(now);
      delete next[key];
      if (value !== undefined && value !== otherwise) next[key] = value;
      navigate(href(path, next), 'replace');
    },
    [key, otherwise],
  );
  return [query.get(key) ?? otherwise, set];
}
