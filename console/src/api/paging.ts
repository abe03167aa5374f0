// AWS's lists come in pages; each operation names its token its own way.
export interface Page<Item> {
  items: Item[];
  next?: string;
}

// All pages up to `most` items: bounded, so that an account with a million objects does not hang a page.
export async function allPages<Item>(
  load: (token: string | undefined) => Promise<Page<Item>>,
  most = 10_000,
): Promise<{ items: Item[]; complete: boolean }> {
  const items: Item[] = [];
  let token: string | undefined;
  do {
    const page = await load(token);
    items.push(...page.items);
    token = page.next || undefined;
  } while (token !== undefined && items.length < most);
  return { items, complete: token === undefined };
}
