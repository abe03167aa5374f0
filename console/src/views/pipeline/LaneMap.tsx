// One lane of the map: sources, delivery streams and destinations side by side, and arrows between them. Where there is
// no room for columns, the arrows are words inside the nodes.
import { useLayoutEffect, useRef, useState } from 'react';

import './pipeline.css';
import { flowAlong, type FiguresOf } from './figures';
import type { Health } from './health';
import type { Lane, MapEdge } from './map';
import { NodeCard } from './NodeCard';
import { rateText } from './words';

interface Arrow {
  edge: MapEdge;
  path: string;
  middle: [number, number];
}

const kHead = 7;

// Arrows that leave or reach the same node share its side evenly.
function side(lane: Lane, edge: MapEdge, end: 'from' | 'to'): number {
  const same = lane.edges.filter((other) => other[end] === edge[end]);
  return (same.indexOf(edge) + 1) / (same.length + 1);
}

function arrowsIn(box: HTMLElement, lane: Lane): Arrow[] {
  const origin = box.getBoundingClientRect();
  const place = (id: string) => box.querySelector(`[data-node="${CSS.escape(id)}"]`)?.getBoundingClientRect();
  return lane.edges.flatMap((edge) => {
    const [from, to] = [place(edge.from), place(edge.to)];
    if (!from || !to) return [];
    const [x1, x2] = [from.right - origin.left, to.left - origin.left - kHead];
    const y1 = from.top - origin.top + from.height * side(lane, edge, 'from');
    const y2 = to.top - origin.top + to.height * side(lane, edge, 'to');
    const bend = (x2 - x1) / 2;
    const path = `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    return [{ edge, path, middle: [(x1 + x2) / 2, (y1 + y2) / 2] as [number, number] }];
  });
}

function useArrows(lane: Lane) {
  const box = useRef<HTMLDivElement>(null);
  const [arrows, setArrows] = useState<Arrow[]>([]);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const draw = () => setArrows(arrowsIn(element, lane));
    draw();
    const resized = new ResizeObserver(draw);
    resized.observe(element);
    for (const node of element.querySelectorAll('[data-node]')) resized.observe(node);
    return () => resized.disconnect();
  }, [lane]);
  return { box, arrows };
}

// Records that wait inside a delivery stream are stuck on the way out of it, not on the way in, unless reading fails.
function stuckAt({ carries }: MapEdge, health: Health | undefined): boolean {
  if (health?.level !== 'failing') return false;
  return (carries === 'records') === (health.error?.code.startsWith('Kinesis.') ?? false);
}

function ArrowLine({ arrow, figures, health }: { arrow: Arrow; figures?: FiguresOf; health?: Health }) {
  const flow = figures && flowAlong(arrow.edge, figures);
  const backup = arrow.edge.carries === 'backup';
  const state = backup
    ? flow && flow.total > 0 ? 'warning' : 'idle'
    : stuckAt(arrow.edge, health) ? 'failing' : flow && flow.rate > 0 ? 'moving' : 'idle';
  const [x, y] = arrow.middle;
  const words = flow === undefined ? '' : backup ? `${flow.total.toLocaleString('en')} failed` : `${rateText(flow.rate)}/s`;
  const shown = flow !== undefined && (backup ? flow.total : flow.rate) > 0;
  return (
    <g className={`arrow arrow-${state} ${backup ? 'arrow-backup' : ''}`}>
      <path d={arrow.path} markerEnd={`url(#head-${state})`} />
      {shown && (
        <g transform={`translate(${x} ${y})`}>
          <rect x="-34" y="-10" width="68" height="20" rx="10" />
          <text textAnchor="middle" dy="4">
            {words}
          </text>
        </g>
      )}
    </g>
  );
}

const kColumnTitles = ['Sources', 'Delivery streams', 'Destinations'];

export function LaneMap({ lane, figures, healths }: { lane: Lane; figures?: FiguresOf; healths: Map<string, Health> }) {
  const { box, arrows } = useArrows(lane);
  const name = (lane.columns[1][0] ?? lane.columns[0][0] ?? lane.columns[2][0])?.name;
  return (
    <section className="lane" ref={box} aria-label={`Pipeline of ${name}`}>
      <svg className="lane-arrows" aria-hidden="true">
        <defs>
          {['idle', 'moving', 'warning', 'failing'].map((state) => (
            <marker key={state} id={`head-${state}`} className={`head-${state}`} viewBox="0 0 8 8" refX="1" refY="4"
              markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">
              <path d="M0 0 L8 4 L0 8 z" />
            </marker>
          ))}
        </defs>
        {arrows.map((arrow) => (
          <ArrowLine
            key={`${arrow.edge.from} ${arrow.edge.to} ${arrow.edge.carries}`}
            arrow={arrow}
            figures={figures}
            health={healths.get(arrow.edge.carries === 'records' ? arrow.edge.to : arrow.edge.from)}
          />
        ))}
      </svg>
      {lane.columns.map((nodes, column) => (
        <ul key={kColumnTitles[column]} className="lane-column" aria-label={kColumnTitles[column]}>
          {nodes.map((node) => (
            <NodeCard
              key={node.id}
              node={node}
              figures={figures?.get(node.id)}
              health={healths.get(node.id)}
              leaving={lane.edges
                .filter(({ from }) => from === node.id)
                .map((edge) => ({
                  edge,
                  name: lane.columns.flat().find(({ id }) => id === edge.to)?.name ?? edge.to,
                  flow: figures && flowAlong(edge, figures),
                }))}
            />
          ))}
        </ul>
      ))}
    </section>
  );
}
