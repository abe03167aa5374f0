// Any request to the collection, written by hand, as the signed-in principal.
import './devtools.css';

import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { openSearchRaw } from '../../api/client';
import { isAbort } from '../../api/error';
import { useLive } from '../../api/live';
import { CollectionScope } from '../../app/CollectionScope';
import { listIndices, loadFields } from '../discover/documents';
import { Answer, type Run } from './Answer';
import type { Known } from './complete';
import { Editor } from './Editor';
import { History } from './History';
import { indentJson, parseRequests, requestAt, type ToolRequest } from './parse';
import { forget, keep, readHistory, remember } from './past';

const kFirstText = `# Ctrl+Enter runs the request at the caret, Ctrl+Space completes.
GET /_cat/indices?format=json

GET /_search
{
  "query": { "match_all": {} },
  "size": 5
}
`;

export default function DevTools() {
  return (
    <CollectionScope view="devtools" title="Dev Tools">
      {(collection) => <Tools key={collection.id} collection={collection.id} />}
    </CollectionScope>
  );
}

// What completion knows of the collection. Who may not list, completes without.
function useKnown(collection: string): Known {
  const load = useCallback(
    async (signal: AbortSignal): Promise<Known> => {
      const indices = (await listIndices(collection, signal)).map(({ index }) => index);
      const fields = indices.length === 0 ? [] : await loadFields(collection, '/*', signal);
      const names = fields.flatMap(({ name, exact }) => (exact === undefined || exact === name ? [name] : [name, exact]));
      return { indices, fields: names };
    },
    [collection],
  );
  const { data } = useLive(load);
  return data ?? { indices: [], fields: [] };
}

function useRun(collection: string): [Run | undefined, (request: ToolRequest) => void] {
  const [run, setRun] = useState<Run>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const start = async (request: ToolRequest) => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    setRun({ request });
    const began = performance.now();
    try {
      const answer = await openSearchRaw(collection, request.method, request.path, request.body, abort.signal);
      if (!abort.signal.aborted) setRun({ request, answer, ms: performance.now() - began });
    } catch (error) {
      if (!isAbort(error)) setRun({ request, error });
    }
  };
  return [run, start];
}

function Tools({ collection }: { collection: string }) {
  const textKey = `standpipe.devtools.${collection}`;
  const [text, setText] = useState(() => localStorage.getItem(textKey) ?? kFirstText);
  const [line, setLine] = useState(0);
  const [past, setPast] = useState(() => readHistory(collection));
  const [showsPast, setShowsPast] = useState(false);
  const [run, start] = useRun(collection);
  const known = useKnown(collection);
  const requests = useMemo(() => parseRequests(text), [text]);
  const current = requestAt(requests, line);

  const change = (next: string) => {
    setText(next);
    keep(textKey, next);
  };
  const go = () => {
    if (current === undefined) return;
    setPast(remember(collection, current.text));
    start(current);
  };
  const indent = () => {
    const body = current && indentJson(current.body);
    if (current === undefined || body === undefined) return;
    const lines = text.split('\n');
    lines.splice(current.firstLine, current.lastLine - current.firstLine + 1, `${current.method} ${current.path}`, body);
    change(lines.join('\n'));
  };
  const use = (request: string) => {
    const before = text.trimEnd();
    change(before === '' ? `${request}\n` : `${before}\n\n${request}\n`);
    setLine(before === '' ? 0 : before.split('\n').length + 1);
    setShowsPast(false);
  };

  return (
    <div className="tools">
      <Container
        header={
          <Header
            variant="h2"
            actions={
              <SpaceBetween size="xs" direction="horizontal">
                <Button ariaExpanded={showsPast} onClick={() => setShowsPast(!showsPast)}>
                  History
                </Button>
                <Button onClick={indent} disabled={current === undefined || indentJson(current.body) === undefined}>
                  Indent
                </Button>
                <Button variant="primary" iconName="play" onClick={go} disabled={current === undefined}>
                  Run
                </Button>
              </SpaceBetween>
            }
            description={current ? `At the caret: ${current.method} ${current.path}` : 'No request: begin with GET /_search'}
          >
            Requests
          </Header>
        }
      >
        <Editor text={text} change={change} current={current} moved={setLine} run={go} known={known} />
      </Container>
      <div className="tools-right">
        {showsPast && (
          <History
            past={past}
            use={use}
            clear={() => {
              forget(collection);
              setPast([]);
            }}
          />
        )}
        <Answer run={run} />
      </div>
    </div>
  );
}
