// The query as it is typed: query_string's syntax in a line, or raw query DSL.
import Button from '@cloudscape-design/components/button';
import Input from '@cloudscape-design/components/input';
import Textarea from '@cloudscape-design/components/textarea';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';

import { typedQuery } from './request';

interface Props {
  query: string;
  dsl: boolean;
  search: (query: string, dsl: boolean) => void;
}

export function QueryBar({ query, dsl, search }: Props) {
  const [draft, setDraft] = useState(query);
  const [raw, setRaw] = useState(dsl);
  const [seen, setSeen] = useState({ query, dsl });
  if (seen.query !== query || seen.dsl !== dsl) {
    setSeen({ query, dsl }); // another link, the way back
    setDraft(query);
    setRaw(dsl);
  }

  const go = () => search(draft, raw);
  const turn = (next: boolean) => {
    setRaw(next);
    setDraft(next ? JSON.stringify(typedQuery(draft, false) ?? { match_all: {} }, null, 2) : '');
  };
  return (
    <div className="query-bar">
      <div className="query-text">
        {raw ? (
          <Textarea
            ariaLabel="Query"
            value={draft}
            rows={Math.min(Math.max(draft.split('\n').length, 3), 16)}
            onChange={({ detail }) => setDraft(detail.value)}
            onKeyDown={({ detail }) => detail.key === 'Enter' && (detail.ctrlKey || detail.metaKey) && go()}
            spellcheck={false}
          />
        ) : (
          <Input
            type="search"
            ariaLabel="Query"
            clearAriaLabel="Clear the query"
            placeholder="level:error AND message:time* AND NOT host:a"
            value={draft}
            onChange={({ detail }) => setDraft(detail.value)}
            onKeyDown={({ detail }) => detail.key === 'Enter' && go()}
            spellcheck={false}
          />
        )}
      </div>
      <div className="query-dsl">
        <Toggle checked={raw} onChange={({ detail }) => turn(detail.checked)}>
          Query DSL
        </Toggle>
      </div>
      <Button variant="primary" iconName="search" onClick={go}>
        Search
      </Button>
    </div>
  );
}
