import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { contenders, type Family, titleOf } from '../contenders.ts'
import type { GrowthRow } from '../growth/measure.ts'
import { storeTitles } from '../growth/report.ts'
import type { Row } from '../summary.ts'
import type { Workload } from '../workload.ts'

const OURS = '#1f6f54'
const OTHERS = '#b8b8b0'

/** Calls a second of a family, a panel for each number of callers. */
export function callsPlot(rows: readonly Row[], family: Family, workload: Workload): Promise<string> {
  const values = rows
    .filter((row) => contenders[row.contender].family === family && row.workload === workload)
    .map(({ contender, atOnce, perSecond }) => ({
      who: titleOf(contender),
      ours: contenders[contender].against === undefined,
      atOnce: `${atOnce} at once`,
      order: atOnce,
      ...perSecond,
    }))
  const y = {
    field: 'who',
    type: 'nominal',
    sort: null,
    title: null,
    axis: { labelLimit: 300, ticks: false, domain: false },
  } as const
  const panel = {
    width: 420,
    height: { step: 18 },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          y,
          x: { field: 'median', type: 'quantitative', title: 'calls/s' },
          color: { condition: { test: 'datum.ours', value: OURS }, value: OTHERS },
        },
      },
      {
        mark: { type: 'rule', color: '#444' },
        encoding: { y, x: { field: 'min', type: 'quantitative' }, x2: { field: 'max' } },
      },
    ],
  }
  return svg({
    data: { values },
    facet: {
      row: {
        field: 'atOnce',
        type: 'nominal',
        sort: { field: 'order' },
        title: null,
        header: { labelOrient: 'top', labelAnchor: 'start', labelFontWeight: 'bold' },
      },
    },
    spec: panel,
    resolve: { scale: { x: 'independent' } },
  })
}

/** What the median first-time call costs among more and more receipts. */
export function growthPlot(rows: readonly GrowthRow[]): Promise<string> {
  const values = rows.map(({ store, receipts, timesAt64 }) => ({
    store: storeTitles[store],
    receipts,
    ...timesAt64,
  }))
  const x = {
    field: 'receipts',
    type: 'quantitative',
    scale: { type: 'log' },
    axis: { format: '~s' },
  } as const
  const color = { field: 'store', type: 'nominal', title: null } as const
  return svg({
    width: 460,
    height: 220,
    data: { values },
    layer: [
      {
        mark: { type: 'line', point: true },
        encoding: {
          x,
          color,
          y: {
            field: 'median',
            type: 'quantitative',
            scale: { zero: true },
            title: 'p50 of a first-time call, × the least',
          },
        },
      },
      {
        mark: { type: 'rule' },
        encoding: { x, color, y: { field: 'min', type: 'quantitative' }, y2: { field: 'max' } },
      },
    ],
  })
}

function svg(spec: object): Promise<string> {
  const config = { background: 'white', font: 'sans-serif', view: { stroke: null } }
  const { spec: compiled } = compile({ ...spec, config } as TopLevelSpec)
  return new View(parse(compiled), { renderer: 'none' }).toSVG()
}
