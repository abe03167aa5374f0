// Keys as folders: S3 has none, but people read the parts between slashes as such.
export interface Step {
  text: string;
  prefix: string;
}

// "a/b/" → the way to it: a, then a/b/. A part may be empty: "a//".
export function stepsTo(prefix: string): Step[] {
  const steps: Step[] = [];
  for (let start = 0; start < prefix.length; ) {
    const slash = prefix.indexOf('/', start);
    const end = slash < 0 ? prefix.length : slash + 1;
    const text = prefix.slice(start, slash < 0 ? end : slash);
    steps.push({ text: text === '' ? '(empty)' : text, prefix: prefix.slice(0, end) });
    start = end;
  }
  return steps;
}

// What a key or prefix is called inside of the prefix that is looked at.
export function nameIn(prefix: string, key: string): string {
  const name = key.startsWith(prefix) ? key.slice(prefix.length) : key;
  return name === '' ? '(the prefix itself)' : name;
}

export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}
