import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, curveStepAfter, line } from 'd3-shape';
import { html, type Markup } from '../page/index.ts';
import type { Build } from './model.ts';

interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** One number of every build over time. */
export interface Series {
  title: string;
  /** Undefined where it is not known: the line goes on without that build. */
  value: (build: Build) => number | undefined;
  /** As it is told of a build, and as it stands on the axis. */
  show: (value: number) => string;
  tick: (value: number) => string;
  /** Lower end of the axis: 0, or as low as the values go. */
  from: 'zero' | 'lowest';
  most?: number;
}

const frame: Frame = { width: 640, height: 180, left: 62, right: 8, top: 10, bottom: 26 };

interface Point {
  at: Date;
  value: number;
  build: Build;
}

/** A line with an axis; what was refused is marked. Every number of it stands in the table of the page, too. */
export function chart(builds: readonly Build[], series: Series): Markup | undefined {
  const points = pointsOf(builds, series);
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return undefined;
  const { width, height, left, right, top, bottom } = frame;
  const values = points.map(({ value }) => value);
  const x = scaleUtc([first.at, last.at], [left, width - right]);
  const low = series.from === 'zero' ? 0 : Math.min(...values);
  const high = Math.max(...values, series.most ?? 0);
  const y = scaleLinear([low === high ? low - 0.001 : low, high], [height - bottom, top]).nice(4);
  if (series.most !== undefined) y.domain([y.domain()[0] ?? 0, series.most]);
  const path = line<Point>(({ at }) => x(at), ({ value }) => y(value)).digits(1)(points) ?? '';
  const below = area<Point>(({ at }) => x(at), height - bottom, ({ value }) => y(value)).digits(1)(points) ?? '';
  const lowest = Math.min(...values);
  return html`<figure><figcaption>${series.title} <span class="soft">${series.show(first.value)} → ${series.show(last.value)}</span></figcaption>
<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${series.title} of ${points.length} builds: first ${series.show(first.value)}, last ${series.show(last.value)}, between ${series.show(lowest)} and ${series.show(Math.max(...values))}">
${y.ticks(4).map((tick) => html`<path class="grid" d="M${left} ${round(y(tick))}H${width - right}"/><text class="tick" x="${left - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${series.tick(tick)}</text>`)}
${x.ticks(5).map((tick) => html`<text class="tick" x="${round(x(tick))}" y="${height - 8}" text-anchor="middle">${x.tickFormat(5)(tick)}</text>`)}
<path class="below" d="${below}"/><path class="line" d="${path}"/>
${points.map(({ at, value, build }) => build.outcome === 'accepted' && points.length > 120 ? undefined : html`<circle class="${build.outcome}" cx="${round(x(at))}" cy="${round(y(value))}" r="${build.outcome === 'accepted' ? 1.6 : 2.6}"><title>${build.when.slice(0, 10)}: ${series.show(value)}${build.outcome === 'accepted' ? '' : ', refused'}</title></circle>`)}
</svg></figure>`;
}

const small: Frame = { width: 240, height: 44, left: 2, right: 4, top: 5, bottom: 4 };

/** The same without words, for a list. It says nothing that the list does not say. */
export function sparkline(builds: readonly Build[], value: Series['value']): Markup | undefined {
  const points = pointsOf(builds, { value });
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return undefined;
  const values = points.map((point) => point.value);
  const x = scaleUtc([first.at, last.at], [small.left, small.width - small.right]);
  const y = scaleLinear([Math.min(...values), Math.max(...values)], [small.height - small.bottom, small.top]);
  const path = line<Point>(({ at }) => x(at), ({ value: of }) => y(of)).curve(curveStepAfter).digits(1)(points) ?? '';
  return html`<svg class="spark" viewBox="0 0 ${small.width} ${small.height}" aria-hidden="true"><path class="line" d="${path}"/><circle class="${last.build.outcome}" cx="${round(x(last.at))}" cy="${round(y(last.value))}" r="3"/></svg>`;
}

function pointsOf(builds: readonly Build[], { value }: Pick<Series, 'value'>): Point[] {
  return builds.flatMap((build) => {
    const known = value(build);
    return known === undefined ? [] : [{ at: new Date(build.when), value: known, build }];
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
