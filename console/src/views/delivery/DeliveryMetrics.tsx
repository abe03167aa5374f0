// What a delivery stream did over time.
import { useMemo } from 'react';

import { incomingMetric, metricsKindOf } from '../pipeline/figures';
import { collectionTargetOf, sourceOf } from '../pipeline/map';
import { MetricCharts, type Chart, type Line } from '../pipeline/MetricCharts';
import type { Delivery } from '../pipeline/descriptions';

const firehose = (label: string, metric: string, stat: Line['stat'], more: Partial<Line> = {}): Line => ({
  label, metric, stat, namespace: 'AWS/Firehose', ...more,
});

const own = (label: string, metric: string, scale?: number): Line => ({
  label, metric, scale, stat: 'Maximum', namespace: 'Standpipe',
});

function chartsOf(delivery: Delivery): Chart[] {
  const kind = metricsKindOf(delivery);
  const perSecond = { perSecond: true };
  const toBackup = collectionTargetOf(delivery) ? [firehose('To the backup', 'BackupToS3.Records', 'Sum', perSecond)] : [];
  return [
    {
      title: 'Records', unit: 'records/s', gap: 0,
      lines: [
        firehose('In', incomingMetric(delivery), 'Sum', perSecond),
        firehose('Delivered', `${kind}.Records`, 'Sum', perSecond),
        ...toBackup,
      ],
    },
    { title: 'Buffered', unit: 'records', gap: null, lines: [own('Records', 'BufferedRecords')] },
    { title: 'Buffered bytes', unit: 'KiB', gap: null, lines: [own('KiB', 'BufferedBytes', 1 / 1024)] },
    ...(sourceOf(delivery)
      ? [{
          title: 'Behind latest', unit: 's', gap: null,
          lines: [firehose('Behind', 'KinesisMillisBehindLatest', 'Maximum', { scale: 0.001 })],
        }]
      : []),
    {
      title: 'Successful attempts', unit: '%', gap: null,
      lines: [firehose('Attempts that succeeded', `${kind}.Success`, 'Average', { scale: 100 })],
    },
    {
      title: 'Age of what is delivered', unit: 's', gap: null,
      lines: [firehose('Oldest record', `${kind}.DataFreshness`, 'Maximum')],
    },
  ];
}

export function DeliveryMetrics({ delivery }: { delivery: Delivery }) {
  const name = delivery.DeliveryStreamName;
  const dimensions = useMemo(() => ({ DeliveryStreamName: name }), [name]);
  const charts = useMemo(() => chartsOf(delivery), [delivery]);
  return <MetricCharts dimensions={dimensions} charts={charts} />;
}
