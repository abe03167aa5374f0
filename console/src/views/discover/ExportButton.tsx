// What was found, as a file: up to 10,000 rows, a thousand at a time.
import Button from '@cloudscape-design/components/button';
import { useEffect, useRef, useState } from 'react';

import { isAbort } from '../../api/error';
import { countText } from '../../app/format';
import { toCsv } from './csv';
import { loadForExport } from './documents';
import type { Searched } from './FieldList';
import { kWindow } from './request';
import type { DiscoverState } from './state';

interface Props extends Searched {
  index: string;
  columns: string[];
  sort: DiscoverState['sort'];
  total: number;
  failed: (error: unknown) => void;
}

function save(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

export function ExportButton({ collection, asked, range, index, columns, sort, total, failed }: Props) {
  const [done, setDone] = useState<number>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const run = async () => {
    const abort = new AbortController();
    running.current = abort;
    setDone(0);
    failed(undefined);
    try {
      const hits = await loadForExport(collection, asked, range, sort, setDone, abort.signal);
      save(`${index.replaceAll(/[^\w.-]+/g, '_')}.csv`, toCsv(hits, columns, asked.timeField));
    } catch (error) {
      if (!isAbort(error)) failed(error);
    }
    if (!abort.signal.aborted) setDone(undefined);
  };
  const most = Math.min(total, kWindow);
  return (
    <Button
      iconName="download"
      disabled={total === 0}
      disabledReason="There is nothing to export."
      loading={done !== undefined}
      loadingText={`Exported ${countText(done ?? 0)} of ${countText(most)}`}
      onClick={run}
    >
      {total > kWindow ? `Export CSV (first ${countText(kWindow)})` : 'Export CSV'}
    </Button>
  );
}
