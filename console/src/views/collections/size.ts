// Sizes as OpenSearch prints them for people: "978b", "3.3kb".
const units: Record<string, number> = { '': 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 };

export function bytesOfSize(text: string): number {
  const found = /^([\d.]+)\s*([a-z]*)$/i.exec(text.trim());
  const unit = units[found?.[2]?.toLowerCase() ?? ''];
  return found === null || unit === undefined ? Number.NaN : Math.round(Number(found[1]) * unit);
}
