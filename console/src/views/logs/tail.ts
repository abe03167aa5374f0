// The lines of a log group: those of a stretch of time, oldest first, and then those that come. FilterLogEvents gives
// pages in the order of time; what comes late to a stream is found by looking a little back, and each line once.
import { aws } from '../../api/client';

export interface LogLine {
  eventId: string;
  timestamp: number; // ms, as everything of logs
  ingestionTime?: number;
  logStreamName: string;
  message: string;
}

export interface Search {
  group: string;
  stream?: string;
  pattern?: string;
}

export interface Stretch {
  from?: number; // ms
  to?: number; // ms; undefined: to now, and on
}

export interface LogPage {
  events?: LogLine[];
  nextToken?: string;
}

export interface LogWindow {
  lines: LogLine[]; // ascending, at most kMost
  dropped: number; // older ones that were shown before
  more: boolean; // the server has not come to the end yet
}

export const kMost = 10_000;
const kPagesACall = 10;
const kLateMs = 5000;

export function loadPage(search: Search, stretch: Stretch, nextToken: string | undefined, signal: AbortSignal) {
  const input = {
    logGroupName: search.group,
    logStreamNames: search.stream ? [search.stream] : undefined,
    filterPattern: search.pattern || undefined,
    startTime: stretch.from,
    endTime: stretch.to,
    nextToken,
  };
  return aws<LogPage>('logs', 'FilterLogEvents', input, { signal });
}

// Adds what is new, keeps the order of time and the newest `most`.
export function appendLines(window: LogWindow, fresh: LogLine[], most = kMost): LogWindow {
  const seen = new Set(window.lines.map(({ eventId }) => eventId));
  const added = fresh.filter(({ eventId }) => !seen.has(eventId) && seen.add(eventId));
  if (added.length === 0) return window;
  const last = window.lines.at(-1)?.timestamp ?? 0;
  const lines = [...window.lines, ...added];
  if (added.some(({ timestamp }) => timestamp < last)) {
    lines.sort((a, b) => a.timestamp - b.timestamp || (a.eventId < b.eventId ? -1 : 1));
  }
  const tooMany = Math.max(lines.length - most, 0);
  return { ...window, lines: lines.slice(tooMany), dropped: window.dropped + tooMany };
}

// Every call goes on where the last one ended; what the stretch of time means is decided at the first.
export function tailOf(search: Search, stretchAt: (now: number) => Stretch, load: typeof loadPage = loadPage) {
  let window: LogWindow = { lines: [], dropped: 0, more: false };
  let token: string | undefined;
  let whole: Stretch | undefined;
  let rest: Stretch = {};
  return async (signal: AbortSignal): Promise<LogWindow> => {
    if (whole === undefined) rest = whole = stretchAt(Date.now());
    for (let pages = 0; pages < kPagesACall; ++pages) {
      const page = await load(search, rest, token, signal);
      window = appendLines(window, page.events ?? []);
      token = page.nextToken || undefined;
      if (token === undefined) {
        const last = window.lines.at(-1)?.timestamp;
        if (last !== undefined) rest = { ...whole, from: Math.max(whole.from ?? 0, last - kLateMs) };
        break;
      }
    }
    window = window.more === (token !== undefined) ? window : { ...window, more: token !== undefined };
    return window;
  };
}

export interface Parsed {
  text: string; // what is shown in one line
  document?: unknown; // the JSON that the line is, or ends with
  level?: 'error' | 'warning';
}

// A line, or its end after a prefix as Lambda's runtimes write, may be JSON; only an object or a list is worth opening.
export function parseLine(message: string): Parsed {
  const text = message.trimEnd();
  const level = /\b(ERROR|FATAL|CRITICAL|Exception|Traceback)\b/.test(text)
    ? 'error'
    : /\bWARN(ING)?\b/.test(text)
      ? 'warning'
      : undefined;
  const begin = text.search(/[[{]/);
  if (begin < 0) return { text, level };
  try {
    const document: unknown = JSON.parse(text.slice(begin));
    return { text, document, level };
  } catch {
    return { text, level };
  }
}
