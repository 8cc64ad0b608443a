import type { ScenarioProof } from 'counterfoil/testing'
import { countText } from '../../../terminal/size.ts'
import { markup } from '../markup.ts'
import { latencyText } from '../words.ts'
import { type Scale, scaleOver, tickText, xy } from './scale.ts'

const WIDTH = 360
const ROW = 20
const LABEL = 64
const MOST_STATUSES = 8

/** How often each answer came, over all rounds. */
export function statusFigure({ answers: { statuses } }: ScenarioProof): string {
  if (statuses.length === 0) return ''
  const shown = statuses.toSorted((a, b) => b.count - a.count).slice(0, MOST_STATUSES)
  const all = statuses.reduce((sum, { count }) => sum + count, 0)
  const most = shown[0]?.count ?? 1
  const bars = shown.map(({ status, count }, at) => {
    const width = Math.max(1.5, (count / most) * (WIDTH - LABEL - 100))
    const middle = at * ROW + ROW / 2
    const share = `${countText(count)} (${percentText(count / all)})`
    return [
      `<text class="answer" x="${LABEL - 8}" y="${middle}" text-anchor="end" dominant-baseline="central">${markup(status)}</text>`,
      `<rect class="count" x="${LABEL}" y="${middle - 6}" width="${xy(width)}" height="12"/>`,
      `<text class="tick" x="${xy(LABEL + width + 6)}" y="${middle}" dominant-baseline="central">${markup(share)}</text>`,
    ].join('')
  })
  const rest = statuses.length - shown.length
  const more = rest === 0 ? '' : ` and ${rest} more`
  return figure(shown.length * ROW, `Answers by status${more}`, bars)
}

/** Until when half, 95 % and 99 % of the answers had come, and the last: four steps, the lighter the rarer. */
export function latencyFigure(scenario: ScenarioProof): string {
  const { latencyMs } = scenario.answers
  if (latencyMs === null) return ''
  const { p50, p95, p99, max } = latencyMs
  const scale = scaleOver(0, max, { from: 10, to: WIDTH - 30, wanted: 4 })
  const ticks = scale.ticks.map((tick) => {
    const x = xy(scale.at(tick))
    return `<line class="grid" x1="${x}" x2="${x}" y1="4" y2="30"/><text class="tick" x="${x}" y="44" text-anchor="middle">${tickText(tick, scale.ticks)}</text>`
  })
  const steps = [
    step('to-max', p99, max, scale),
    step('to-p99', p95, p99, scale),
    step('to-p95', p50, p95, scale),
    step('to-p50', 0, p50, scale),
  ]
  const ground = `<line class="axis" x1="10" x2="${WIDTH - 30}" y1="30" y2="30"/>`
  return figure(50, `Latency: ${latencyText(scenario)}`, [...ticks, ...steps, ground])
}

function step(name: string, fromMs: number, toMs: number, scale: Scale): string {
  const width = Math.max(scale.at(toMs) - scale.at(fromMs), 0.8)
  return `<rect class="${name}" x="${xy(scale.at(fromMs))}" y="9" width="${xy(width)}" height="15"/>`
}

function figure(height: number, caption: string, drawn: readonly string[]): string {
  return `<figure><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${markup(caption)}">
${drawn.join('\n')}
</svg><figcaption><p>${markup(caption)}</p></figcaption></figure>`
}

function percentText(share: number): string {
  const value = share * 100
  return value < 0.1 ? '<0.1 %' : `${Number(value.toFixed(1))} %`
}
