// One node of the map: what it is, how it is doing, its numbers, and the last error with its reason.
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

import { ApiError } from '../../api/error';
import { bytesText, timeText } from '../../app/format';
import { href } from '../../app/router';
import type { DeliveryError } from './deliveryLog';
import { kBars, type Figures } from './figures';
import type { Health } from './health';
import type { Kind, MapEdge, MapNode } from './map';
import { durationText, rateText } from './words';

const kIndicator: Record<Health['level'], StatusIndicatorProps.Type> = {
  ok: 'success', idle: 'stopped', busy: 'in-progress', warning: 'warning', failing: 'error', unknown: 'info',
};

const kKindWords: Record<Kind, string> = {
  stream: 'Stream', delivery: 'Delivery stream', collection: 'Collection', bucket: 'Bucket',
};

export function placeOf(node: MapNode): string {
  if (node.kind === 'stream') return href(['streams', node.name]);
  if (node.kind === 'delivery') return href(['delivery', node.name]);
  if (node.kind === 'collection') return href('discover', { collection: node.id.slice('collection/'.length) });
  return href(['buckets', node.name]);
}

function detailOf({ kind, stream, delivery, collection }: MapNode): string {
  if (stream?.OpenShardCount !== undefined) {
    return `${kKindWords.stream} · ${stream.OpenShardCount} shard${stream.OpenShardCount === 1 ? '' : 's'}`;
  }
  if (collection?.type) return `${kKindWords.collection} · ${collection.type.toLowerCase()}`;
  if (delivery) return `${kKindWords.delivery}${delivery.DeliveryStreamType === 'DirectPut' ? ' · direct put' : ''}`;
  return kKindWords[kind];
}

function Bars({ values }: { values: number[] }) {
  const most = Math.max(...values);
  return (
    <svg className="bars" viewBox={`0 0 ${kBars * 4} 24`} preserveAspectRatio="none" aria-hidden="true">
      <line x1="0" y1="23.5" x2={kBars * 4} y2="23.5" />
      {most > 0 &&
        values.map((value, bar) => {
          const height = value > 0 ? Math.max((value / most) * 22, 2) : 0;
          // oxlint-disable-next-line react/no-array-index-key -- a bar is its place
          return <rect key={bar} x={bar * 4} width="3" y={23 - height} height={height} />;
        })}
    </svg>
  );
}

function Figure({ label, value, unit, testId }: { label: string; value: string; unit?: string; testId?: string }) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd>
        <span data-testid={testId}>{value}</span>
        {unit && <span className="figure-unit"> {unit}</span>}
      </dd>
    </div>
  );
}

function FiguresOfNode({ node, figures }: { node: MapNode; figures?: Figures }) {
  const name = `${node.kind}-${node.name}`;
  const incoming = node.kind === 'stream' || node.kind === 'delivery' ? 'in' : 'arriving';
  return (
    <dl className="figures">
      <Figure label={`records/s ${incoming}`} value={rateText(figures?.rate)} testId={`rate-${name}`} />
      <Figure label="in 15 min" value={figures?.total.toLocaleString('en') ?? '–'} testId={`total-${name}`} />
      {node.kind === 'delivery' && (
        <>
          <Figure label="delivered" value={figures?.delivered?.total.toLocaleString('en') ?? '–'}
            testId={`delivered-${name}`} />
          <Figure label="to backup" value={figures?.backedUp?.total.toLocaleString('en') ?? '–'}
            testId={`backup-${name}`} />
          <Figure label="buffered" testId={`buffered-${name}`}
            value={figures?.bufferedRecords?.toLocaleString('en') ?? '–'}
            unit={figures?.bufferedBytes ? bytesText(figures.bufferedBytes) : undefined} />
        </>
      )}
      {(node.kind === 'stream' || node.delivery?.DeliveryStreamType === 'KinesisStreamAsSource') && (
        <Figure label="behind latest" value={durationText(figures?.lagMs)} testId={`lag-${name}`} />
      )}
    </dl>
  );
}

function LastError({ error, name }: { error: DeliveryError; name: string }) {
  return (
    <p className="node-error" data-testid={`error-delivery-${name}`}>
      <b>{error.code || 'Last error'}</b> {timeText(error.time / 1000).slice(11)}: {error.reason}
    </p>
  );
}

function Unseen({ what, error }: { what: string; error: unknown }) {
  const refused = error instanceof ApiError && error.refused;
  return (
    <p className="node-refused">
      {what} {refused ? 'refused' : 'failed'}: {error instanceof Error ? error.message : 'the reason is not known'}{' '}
      {refused && <a href={href('refusals')}>Why?</a>}
    </p>
  );
}

interface Props {
  node: MapNode;
  figures?: Figures;
  health?: Health;
  leaving: { edge: MapEdge; name: string; flow?: { rate: number; total: number } }[];
}

export function NodeCard({ node, figures, health, leaving }: Props) {
  const level = health?.level ?? 'unknown';
  const error = health?.error ?? node.lastError;
  return (
    <li className={`node node-${level}`} data-node={node.id} data-testid={`node-${node.kind}-${node.name}`}>
      <h2>
        <a className="node-name" href={placeOf(node)}>{node.name}</a>
      </h2>
      <p className="node-kind">{detailOf(node)}</p>
      <StatusIndicator type={kIndicator[level]}>
        <span className="node-words" data-testid={`health-${node.kind}-${node.name}`}>{health?.words ?? 'No numbers'}</span>
      </StatusIndicator>
      <FiguresOfNode node={node} figures={figures} />
      <Bars values={figures?.bars ?? []} />
      {error && <LastError error={error} name={node.name} />}
      {node.error !== undefined && <Unseen what="Description" error={node.error} />}
      {node.logError !== undefined && <Unseen what="Log" error={node.logError} />}
      {leaving.length > 0 && (
        <ul className="node-leaving">
          {leaving.map(({ edge, name, flow }) => (
            <li key={`${edge.to} ${edge.carries}`}>
              {edge.carries === 'backup' ? 'failed ones to ' : 'to '}
              {kKindWords[edge.to.split('/')[0] as Kind].toLowerCase()} {name}
              {flow && (edge.carries === 'backup' ? `: ${flow.total}` : `: ${rateText(flow.rate)} records/s`)}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
