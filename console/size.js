// How much a first visit costs: what index.html names, compressed. Fails beyond the limit.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const kLimit = 350 * 1024;
const folder = new URL('../build/console/', import.meta.url);
const page = readFileSync(new URL('index.html', folder));
const names = [...page.toString().matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1]);
let total = gzipSync(page).length;
for (const name of names) total += gzipSync(readFileSync(new URL(name, folder))).length;
console.log(`first load: ${(total / 1024).toFixed(0)} KiB compressed of ${kLimit / 1024}`);
if (total > kLimit) process.exit(1);
