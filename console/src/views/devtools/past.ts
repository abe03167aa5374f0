// The requests that were run, newest first: kept in the browser, a list a collection, without their answers.
export interface Past {
  time: number; // ms
  text: string;
}

const kMost = 100;
const kLongest = 20_000; // characters of a request that is kept
const keyOf = (collection: string) => `standpipe.requests.${collection}`;

export function readHistory(collection: string): Past[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(keyOf(collection)) ?? '[]');
    if (!Array.isArray(list)) return [];
    return list.filter((past): past is Past => typeof past?.time === 'number' && typeof past?.text === 'string');
  } catch {
    return [];
  }
}

export function remember(collection: string, text: string, time = Date.now()): Past[] {
  const others = readHistory(collection).filter((past) => past.text !== text);
  const list = text.length > kLongest ? others : [{ time, text }, ...others].slice(0, kMost);
  keep(keyOf(collection), JSON.stringify(list));
  return list;
}

export function forget(collection: string) {
  localStorage.removeItem(keyOf(collection));
}

// A browser that has no room left, or keeps nothing, still runs requests.
export function keep(key: string, text: string) {
  try {
    localStorage.setItem(key, text);
  } catch {
    localStorage.removeItem(key);
  }
}
