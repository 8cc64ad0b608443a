import type { ScenarioProof, TimelineEntry } from 'counterfoil/testing'
import { markup } from '../markup.ts'
import { msText, roles, roleWords } from '../words.ts'
import { type Band, rowsOf } from './rows.ts'
import { type Scale, scaleOver, tickText, xy } from './scale.ts'

const WIDTH = 760
const RIGHT = WIDTH - 84
const TOP = 24
const BELOW = 26
/** The width of a letter of the names, about. */
const LETTER = 5.6
/** So that an answer which took no time can be seen. */
const LEAST_BAR = 1.5
/** From this height on there is room for the answer beside its bar. */
const WRITTEN_FROM = 9
const FEW = 12

/** Where everything stands in one drawing. */
interface Layout {
  readonly scale: Scale
  /** Where the names end and the axis begins. */
  readonly left: number
  readonly heightOf: (entry: TimelineEntry) => number
  readonly gap: number
  readonly bottom: number
}

/**
 * One round, call by call: from when to when, by whom, and what became of it. Roles differ by pattern and by lightness, not
 * by colour alone, so that a grey print can be read too. A number on top is the evidence of that number.
 */
export function timelineFigure({ id, timeline, verdict }: ScenarioProof): string {
  if (timeline.length === 0) return ''
  const { bands, leftOut } = rowsOf(timeline)
  const evidence = verdict.kind === 'broken' ? verdict.evidence.map(({ atMs }) => atMs) : []
  const layout = layoutOf(bands, timeline, evidence)
  const drawn = [axis(layout), ...bandsOf(bands, layout), ...evidenceMarks(evidence, layout)]
  return `<figure class="timeline">
<svg viewBox="0 0 ${WIDTH} ${xy(layout.bottom + BELOW)}" role="img" aria-label="${markup(label(timeline))}">
${drawn.join('\n')}
</svg>
<figcaption>${legend(timeline)}${caption(id, leftOut, evidence.length)}</figcaption>
</figure>`
}

function layoutOf(
  bands: readonly Band[],
  timeline: readonly TimelineEntry[],
  evidence: readonly number[],
): Layout {
  const left = 18 + LETTER * Math.max(...bands.map(({ name }) => name.length))
  const starts = timeline.map(({ startMs }) => startMs)
  const ends = timeline.map(({ endMs }) => endMs)
  const heightOf = rowHeights(bands.flatMap(({ entries }) => entries))
  const gap = bands.some(({ entries }) => entries.length > 1) ? 8 : 3
  return {
    left,
    heightOf,
    gap,
    scale: scaleOver(Math.min(...starts, ...evidence), Math.max(...ends, ...evidence), {
      from: left,
      to: RIGHT,
    }),
    bottom: bands.reduce((sum, band) => sum + heightOfBand(band, heightOf) + gap, TOP + gap),
  }
}

/** The more rows, the lower; but those that ran stand out of a storm, where they are few, as they should be. */
function rowHeights(entries: readonly TimelineEntry[]): Layout['heightOf'] {
  const height = heightOfRow(entries.length)
  const few = entries.filter(({ role }) => role === 'ran').length <= FEW
  return ({ role }) => (role === 'ran' && few ? Math.max(height, WRITTEN_FROM + 2) : height)
}

function heightOfRow(rows: number): number {
  if (rows <= 14) return 17
  if (rows <= 36) return 11
  if (rows <= 90) return 5.5
  return rows <= 140 ? 3.6 : 2.4
}

function heightOfBand({ entries }: Band, heightOf: Layout['heightOf']): number {
  return entries.reduce((sum, entry) => sum + heightOf(entry), 0)
}

function axis({ scale, left, bottom }: Layout): string {
  const lines = scale.ticks.map((tick) => {
    const x = xy(scale.at(tick))
    return (
      `<line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${xy(bottom)}"/>` +
      `<text class="tick" x="${x}" y="${xy(bottom + 16)}" text-anchor="middle">${tickText(tick, scale.ticks)}</text>`
    )
  })
  const ground = `<line class="axis" x1="${xy(left)}" x2="${RIGHT}" y1="${xy(bottom)}" y2="${xy(bottom)}"/>`
  return [...lines, ground].join('\n')
}

function* bandsOf(bands: readonly Band[], { heightOf, left, scale, gap }: Layout): Generator<string> {
  let y = TOP + gap
  for (const [at, band] of bands.entries()) {
    const height = heightOfBand(band, heightOf)
    if (bands.length > 1 && at % 2 === 0) {
      yield `<rect class="band" x="0" y="${xy(y - gap / 2)}" width="${WIDTH}" height="${xy(height + gap)}"/>`
    }
    yield `<text class="who" x="${xy(left - 8)}" y="${xy(y + height / 2)}" text-anchor="end" dominant-baseline="central">${markup(band.name)}</text>`
    for (const entry of band.entries) {
      yield bar(entry, y, heightOf(entry), scale)
      y += heightOf(entry)
    }
    y += gap
  }
}

function bar(entry: TimelineEntry, y: number, rowHeight: number, scale: Scale): string {
  const { startMs, endMs, caller, role, answer } = entry
  const gap = rowHeight >= 5 ? 1.5 : 0.4
  const from = scale.at(startMs)
  const to = Math.max(scale.at(endMs), from + LEAST_BAR)
  const says = `${caller}: ${roleWords[role]}, ${msText(startMs)} to ${msText(endMs)}, ${answer}`
  const rect = `<rect class="${role}" x="${xy(from)}" y="${xy(y)}" width="${xy(to - from)}" height="${xy(rowHeight - gap)}"><title>${markup(says)}</title></rect>`
  if (rowHeight < WRITTEN_FROM) return rect
  const written = `<text class="answer" x="${xy(to + 5)}" y="${xy(y + (rowHeight - gap) / 2)}" dominant-baseline="central">${markup(answer)}</text>`
  return rect + written
}

/** Those that would stand over each other share a line. */
function evidenceMarks(times: readonly number[], { scale, bottom }: Layout): string[] {
  const places = Map.groupBy(times.entries(), ([, atMs]) => Math.round(scale.at(atMs) / 14))
  return [...places.values()].map((together) => {
    const x = xy(scale.at(together[0]?.[1] ?? 0))
    const numbers = together.map(([at]) => at + 1).join(' ')
    return `<line class="mark" x1="${x}" x2="${x}" y1="${TOP - 6}" y2="${xy(bottom)}"/><text class="mark" x="${x}" y="${TOP - 10}" text-anchor="middle">${numbers}</text>`
  })
}

function legend(timeline: readonly TimelineEntry[]): string {
  const items = roles.flatMap((role) => {
    const count = timeline.filter((entry) => entry.role === role).length
    const swatch = `<svg class="swatch" viewBox="0 0 22 11" aria-hidden="true"><rect class="${role}" x="0.5" y="0.5" width="21" height="10"/></svg>`
    return count === 0 ? [] : [`<li>${swatch}${roleWords[role]} <b>${count}</b></li>`]
  })
  return `<ul class="legend">${items.join('')}</ul>`
}

function caption(id: string, leftOut: number, evidence: number): string {
  const what =
    evidence > 0
      ? `The first round of ${id} that broke, as its answers tell it; the numbers on top are the evidence.`
      : `One round of ${id}, as its answers tell it.`
  const less = leftOut === 0 ? '' : ` ${leftOut} calls like those shown are left out.`
  return `<p>${markup(`${what} Milliseconds from its start.${less}`)}</p>`
}

function label(timeline: readonly TimelineEntry[]): string {
  const counts = roles.flatMap((role) => {
    const count = timeline.filter((entry) => entry.role === role).length
    return count === 0 ? [] : [`${count} ${roleWords[role]}`]
  })
  return `Timeline of ${timeline.length} calls: ${counts.join(', ')}`
}

/** What the roles' classes are filled with: once in a page. */
export const patterns: string = `<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>
<pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" class="refused-ground"/><rect width="2" height="4" class="refused-line"/></pattern>
<pattern id="cross" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" class="failed-ground"/><path d="M0 0L5 5M5 0L0 5" class="failed-line"/></pattern>
</defs></svg>`
