// The text of the editor as requests: a line "GET /index/_search", then the body up to the next such line.
export const methods = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD'];

export interface ToolRequest {
  method: string;
  path: string;
  body: string; // as it is sent
  text: string; // as it was written
  firstLine: number; // from 0
  lastLine: number;
}

const start = /^\s*(GET|POST|PUT|DELETE|HEAD)\s+(\S+)\s*$/i;
const isComment = (line: string) => /^\s*(#|\/\/)/.test(line);
const isBlank = (line: string) => line.trim() === '';

export function parseRequests(text: string): ToolRequest[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) => (start.test(line) ? [index] : []));
  return starts.map((firstLine, which) => {
    let lastLine = (starts[which + 1] ?? lines.length) - 1;
    while (lastLine > firstLine && (isBlank(lines[lastLine] ?? '') || isComment(lines[lastLine] ?? ''))) --lastLine;
    const written = lines.slice(firstLine, lastLine + 1);
    const [, method = '', path = ''] = start.exec(written[0] ?? '') ?? [];
    const body = written.slice(1).filter((line) => !isComment(line));
    return {
      method: method.toUpperCase(),
      path: path.startsWith('/') ? path : `/${path}`,
      body: bodyOf(path, body.join('\n').trim()),
      text: written.join('\n'),
      firstLine,
      lastLine,
    };
  });
}

// The request at a line: the one around it, else the last before it, else the first of all.
export function requestAt(requests: ToolRequest[], line: number): ToolRequest | undefined {
  return requests.findLast(({ firstLine }) => firstLine <= line) ?? requests[0];
}

// _bulk and _msearch take a JSON value a line; in the editor each may be indented.
function bodyOf(path: string, body: string): string {
  if (body === '' || !/\/?_(bulk|msearch)\/?(\?.*)?$/.test(path)) return body;
  return `${splitValues(body).join('\n')}\n`;
}

const token = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs;

export function splitValues(text: string): string[] {
  const values: string[] = [];
  let depth = 0;
  let from = 0;
  for (const match of text.matchAll(token)) {
    if (depth === 0 && match[0] !== ',' && (match[0] === '{' || match[0] === '[')) from = match.index;
    if (match[0] === '{' || match[0] === '[') ++depth;
    if (match[0] === '}' || match[0] === ']') --depth;
    const end = match.index + match[0].length;
    if (depth === 0) {
      values.push(text.slice(from, end).replaceAll(/\s*\n\s*/g, ' '));
      from = end;
    }
  }
  const rest = text.slice(from).trim();
  return depth > 0 && rest !== '' ? [...values, rest.replaceAll(/\s*\n\s*/g, ' ')] : values;
}

// JSON indented without being read: numbers stay as exact as they were written. Undefined: it is not JSON.
export function indentJson(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  let out = '';
  let depth = 0;
  let last = '';
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const [part] of text.matchAll(token)) {
    const opened = last === '{' || last === '[';
    if (part === '}' || part === ']') {
      --depth;
      out += opened ? part : line() + part;
    } else {
      if (opened || last === ',') out += line();
      out += part === ':' ? ': ' : part;
      if (part === '{' || part === '[') ++depth;
    }
    last = part;
  }
  return out;
}
