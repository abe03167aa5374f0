// What a delivery stream wrote to its log lately, with the reason in words.
import { useCallback } from 'react';

import { useLive } from '../../api/live';
import { DataTable } from '../../app/DataTable';
import { timeText } from '../../app/format';
import { href } from '../../app/router';
import { Empty } from '../../app/States';
import { logTargetsOf, readLog } from '../pipeline/deliveryLog';
import type { Delivery } from '../pipeline/descriptions';

const kLines = 200;

async function load(delivery: Delivery, signal: AbortSignal) {
  const logs = await Promise.all(
    logTargetsOf(delivery).map(async (target) =>
      (await readLog(target, 0, kLines, signal)).map((error) => ({ ...error, of: target.of }))),
  );
  const sorted = logs.flat().sort((a, b) => b.time - a.time).slice(0, kLines);
  return sorted.map((error, index) => ({ ...error, key: `${error.time} ${index}` }));
}

export function LastErrors({ delivery }: { delivery: Delivery }) {
  const live = useLive(useCallback((signal: AbortSignal) => load(delivery, signal), [delivery]), 5000);
  const targets = logTargetsOf(delivery);
  if (targets.length === 0) {
    return (
      <Empty
        title="This delivery stream writes no log."
        hint="Give its destination CloudWatchLoggingOptions, and its errors are shown here with their reason."
      />
    );
  }
  return (
    <DataTable
      title="Last errors"
      items={live.data ?? []}
      keyOf={({ key }) => key}
      loading={live.loading}
      error={live.error}
      retry={live.reload}
      rowTestId="delivery-error"
      wrap
      description={
        <>
          The newest {kLines} lines of{' '}
          {targets.map(({ group, stream }, index) => (
            <span key={`${group}/${stream}`}>
              {index > 0 && ' and '}
              <a href={href(['logs', group], { stream })}>{group} / {stream}</a>
            </span>
          ))}
        </>
      }
      empty="No errors."
      emptyHint="Nothing that this delivery stream had to deliver has failed."
      columns={[
        { id: 'time', header: 'Time', minWidth: 170, value: ({ time }) => time, cell: ({ time }) => timeText(time / 1000) },
        { id: 'code', header: 'Code', minWidth: 150, value: ({ code }) => code || '–' },
        { id: 'reason', header: 'Reason', minWidth: 260, value: ({ reason }) => reason },
      ]}
    />
  );
}
