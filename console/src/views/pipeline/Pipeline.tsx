// The home: what flows from where to where, now, and where it is stuck.
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useMemo } from 'react';

import { useLive } from '../../api/live';
import { ErrorNotice } from '../../app/ErrorNotice';
import { href, useUrlState } from '../../app/router';
import { Empty, Loading } from '../../app/States';
import { figuresFrom, metricsWanted } from './figures';
import { healthOf, type Health } from './health';
import { LaneMap } from './LaneMap';
import { buildMap, edgesOf, nodesOf, type Lane } from './map';
import { readMetrics, spanUntil } from './metrics';
import { kDrawnMax, loadTopology, type Topology } from './topology';

const kSpanS = 15 * 60;
const kPeriodS = 5;
const kEveryMs = 2000;

function useTopology(named: string) {
  const load = useCallback(
    (signal: AbortSignal) => loadTopology(named, Date.now() - kSpanS * 1000, signal),
    [named],
  );
  return useLive(load, kEveryMs);
}

// One call for all numbers. Asked anew from the start only when other things are to be measured.
function useFigures(lanes: Lane[]) {
  const wanted = JSON.stringify(metricsWanted(nodesOf(lanes)));
  const load = useCallback(
    async (signal: AbortSignal) => {
      const now = Date.now() / 1000;
      const span = spanUntil(now, kSpanS, kPeriodS);
      return { curves: await readMetrics(JSON.parse(wanted), span, signal), span, now };
    },
    [wanted],
  );
  const live = useLive(load, kEveryMs);
  const figures = useMemo(
    () => live.data && figuresFrom(nodesOf(lanes), edgesOf(lanes), live.data.curves, live.data.span, live.data.now),
    [lanes, live.data],
  );
  return { figures, error: live.error };
}

function Refused({ topology }: { topology: Topology }) {
  const parts: [string, unknown][] = [
    ['Streams', topology.streams.error],
    ['Delivery streams', topology.deliveries.error],
    ['Collections', topology.collections.error],
  ];
  const refused = parts.filter(([, error]) => error !== undefined);
  if (refused.length === 0) return null;
  return (
    <SpaceBetween size="m">
      {refused.map(([what, error]) => <ErrorNotice key={what} error={error} what={what} />)}
    </SpaceBetween>
  );
}

function Summary({ healths }: { healths: Health[] }) {
  const count = (level: Health['level']) => healths.filter((health) => health.level === level).length;
  const [failing, warning] = [count('failing'), count('warning')];
  // What cannot be seen cannot be said to be well.
  const unseen = healths.length === 0 || count('unknown') > 0;
  const words =
    failing + warning === 0
      ? unseen ? '' : 'Nothing is stuck.'
      : [failing > 0 && `${failing} stuck`, warning > 0 && `${warning} to look at`].filter(Boolean).join(', ') + '.';
  return (
    <>
      <output>{words}</output> Figures of the last 15 minutes, refreshed every 2 s.
    </>
  );
}

export default function Pipeline() {
  const [named, setNamed] = useUrlState('name');
  const topology = useTopology(named);
  const lanes = useMemo(() => (topology.data ? buildMap(topology.data) : []), [topology.data]);
  const { figures, error } = useFigures(lanes);
  const nowMs = Date.now();
  const healths = useMemo(() => {
    const connected = new Set(edgesOf(lanes).flatMap(({ from, to }) => [from, to]));
    const entries = nodesOf(lanes).map(
      (node): [string, Health] => [node.id, healthOf(node, figures?.get(node.id), connected.has(node.id), nowMs)],
    );
    return new Map(entries);
    // oxlint-disable-next-line react/exhaustive-deps -- the time is that of the figures
  }, [lanes, figures]);

  const empty = topology.data !== undefined && lanes.length === 0;
  const visible = topology.data && !topology.data.streams.error && !topology.data.deliveries.error;
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description={<Summary healths={[...healths.values()]} />}
        actions={
          <Input
            type="search"
            value={named}
            onChange={({ detail }) => setNamed(detail.value)}
            placeholder="Find by name"
            ariaLabel="Find by name"
          />
        }
      >
        Pipeline
      </Header>
      {topology.data === undefined && topology.error === undefined && <Loading what="the pipelines" />}
      {topology.data === undefined && <ErrorNotice error={topology.error} what="The pipelines" retry={topology.reload} />}
      {topology.data && <Refused topology={topology.data} />}
      {error !== undefined && <ErrorNotice error={error} what="Numbers" />}
      {topology.data !== undefined && topology.data.more > 0 && (
        <Alert type="info">
          {topology.data.more} more are not drawn ({kDrawnMax} of each kind are): narrow them down by name, or look at the
          lists.
        </Alert>
      )}
      {empty && visible && (
        <Empty
          title={named ? 'Nothing has this name.' : 'There is no pipeline yet.'}
          hint={named ? undefined : 'Create a stream, a delivery stream and a collection – or a stack that has them all.'}
          action={named ? <Button onClick={() => setNamed('')}>Show everything</Button> : <a href={href('streams')}>Streams</a>}
        />
      )}
      {lanes.map((lane) => (
        <LaneMap key={nodesOf([lane])[0]?.id} lane={lane} figures={figures} healths={healths} />
      ))}
      {lanes.length > 0 && (
        <p className="legend">Green and moving: records on their way now. Dotted: what failed and went to the backup.</p>
      )}
    </SpaceBetween>
  );
}
