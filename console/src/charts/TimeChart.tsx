// Values over time on a canvas. Drag across it to choose a stretch of time.
import 'uplot/dist/uPlot.min.css';

import {
  colorBorderDividerDefault,
  colorChartsPaletteCategorical1,
  colorChartsPaletteCategorical2,
  colorChartsPaletteCategorical3,
  colorChartsPaletteCategorical4,
  colorTextBodySecondary,
} from '@cloudscape-design/design-tokens';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import uPlot from 'uplot';

import { isDark, watchTheme } from '../app/theme';

export interface Series {
  label: string;
  values: (number | null)[];
}

interface Props {
  times: number[]; // seconds, ascending
  series: Series[];
  kind?: 'line' | 'bars';
  height?: number;
  unit?: string;
  description: string; // what it shows, for those who cannot see it
  onBrush?: (from: number, to: number) => void; // seconds
}

const palette = [
  colorChartsPaletteCategorical1,
  colorChartsPaletteCategorical2,
  colorChartsPaletteCategorical3,
  colorChartsPaletteCategorical4,
];

// The colour that a design token stands for now, in this theme: a canvas knows no variables.
function resolve(token: string, near: HTMLElement): string {
  const probe = document.createElement('i');
  probe.style.color = token;
  near.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

// Bars stand around their times: the first and the last are shown in full width.
function whole(plot: uPlot, min: number, max: number): [number, number] {
  const [first, second] = plot.data[0];
  const half = first !== undefined && second !== undefined ? (second - first) / 2 : 30;
  return [min - half, max + half];
}

// A value between two gaps is no line: without a point of its own it would not be seen.
function alone(plot: uPlot, index: number, every: boolean): number[] | null {
  if (every) return null;
  const values = plot.data[index] ?? [];
  const none = (at: number) => values[at] === null || values[at] === undefined;
  const found: number[] = [];
  for (let at = 0; at < values.length; ++at) if (!none(at) && none(at - 1) && none(at + 1)) found.push(at);
  return found;
}

function options({ series, kind, height, unit, onBrush }: Props, box: HTMLElement): uPlot.Options {
  const quiet = resolve(colorTextBodySecondary, box);
  const grid = { stroke: resolve(colorBorderDividerDefault, box), width: 1 };
  const font = '12px system-ui, sans-serif';
  const bars = kind === 'bars' ? uPlot.paths.bars?.({ size: [0.9, 60] }) : undefined;
  return {
    width: Math.max(box.clientWidth, 120),
    height: height ?? 180,
    legend: { show: series.length > 1 },
    cursor: { drag: { x: onBrush !== undefined, y: false, setScale: false } },
    scales: { x: bars ? { range: whole } : {}, y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      { stroke: quiet, grid, ticks: grid, font },
      { stroke: quiet, grid, ticks: grid, font, size: 64, label: unit, labelFont: font, labelSize: unit ? 18 : 0 },
    ],
    series: [
      {},
      ...series.map(({ label }, index) => {
        const stroke = resolve(palette[index % palette.length] ?? colorTextBodySecondary, box);
        if (bars) return { label, stroke, width: 0, fill: stroke, paths: bars, points: { show: false } };
        return { label, stroke, width: 2, points: { filter: alone } };
      }),
    ],
    hooks: {
      setSelect: [
        (plot) => {
          if (plot.select.width < 3 || onBrush === undefined) return;
          const from = plot.posToVal(plot.select.left, 'x');
          const to = plot.posToVal(plot.select.left + plot.select.width, 'x');
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          onBrush(from, to);
        },
      ],
    },
  };
}

export function TimeChart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const dark = useSyncExternalStore(watchTheme, isDark);
  const { times, series, kind, height, unit, description, onBrush } = props;
  const labels = series.map(({ label }) => label).join('\n');
  const latest = useRef(props);
  latest.current = props;

  // Made anew only when its shape changes; new values are handed to the one that is there.
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const brush = onBrush && ((from: number, to: number) => latest.current.onBrush?.(from, to));
    const shape = { ...latest.current, onBrush: brush };
    const made = new uPlot(options(shape, element), dataOf(latest.current), element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: height ?? 180 }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
    // oxlint-disable-next-line react/exhaustive-deps -- the values go through setData
  }, [labels, kind, height, unit, dark, onBrush === undefined]);

  useEffect(() => plot.current?.setData(dataOf({ times, series })), [times, series]);

  return (
    <figure style={{ margin: 0 }}>
      <div ref={box} data-testid="time-chart" aria-hidden="true" />
      <figcaption className="unseen">{description}</figcaption>
    </figure>
  );
}

function dataOf({ times, series }: Pick<Props, 'times' | 'series'>): uPlot.AlignedData {
  return [times, ...series.map(({ values }) => values)];
}
