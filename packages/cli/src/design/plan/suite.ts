import type { Answers } from '../answers/answers.ts'
import { camel, literal, pascal } from '../configuration/code/names.ts'
import type { Decision } from '../decision/decision.ts'
import { requestsOf } from './proofs.ts'

/** A test of the module in section 10, for the user's own suite: by node:test, and on the store that `RECEIPTS_URL` names. */
export function suiteCode(answers: Answers, decision: Decision): string {
  const { operation } = answers
  const queue = operation.reachedBy === 'queue'
  const name = camel(operation.name)
  const transactional = decision.guarantee === 'transactional'
  const call = queue ? 'onMessage' : 'once'
  return [
    `import assert from 'node:assert/strict'`,
    `import { randomUUID } from 'node:crypto'`,
    `import { after, test } from 'node:test'`,
    `import { openStore } from 'counterfoil'`,
    `import { expectReceipt } from 'counterfoil/testing'`,
    `import { type Effects, ${name} } from './${operation.name}.ts'`,
    '',
    '/** Stands for what is changed: counts, and fails as it is told. */',
    'let ran: string[] = []',
    'let failsBy: Error | undefined',
    ...effectsCode(answers, decision),
    `const { ${call}, close } = ${transactional ? '' : 'await '}${name}(effects)`,
    `const store = await openStore(process.env.RECEIPTS_URL ?? ${literal(answers.store.url)})`,
    'after(async () => {',
    '  await close()',
    '  await store.close()',
    '})',
    '',
    `const newCall = () => ({ tenant: 'acme', key: randomUUID(), request: { amount: 1 } })`,
    'test.beforeEach(() => {',
    '  ran = []',
    '  failsBy = undefined',
    '})',
    '',
    ...duplicate(answers, call),
    '',
    ...concurrent(answers, call),
    '',
    ...conflict(answers, call),
    '',
    ...(transactional ? rolledBack(answers, call) : brokenOff(answers, decision, call)),
  ].join('\n')
}

function effectsCode({ effects, store }: Answers, { recovery, guarantee }: Decision): string[] {
  const begin = guarantee === 'transactional' && store.kind === 'sqlite' ? '' : 'async '
  const transactional = guarantee === 'transactional'
  const asked = recovery.is === 'asked' ? recovery.effects : []
  const seen = transactional ? (name: string) => literal(name) : () => 'key'
  return [
    'const effects: Effects = {',
    ...effects.flatMap(({ name }) => [
      `  ${camel(name)}: ${begin}(_request${transactional ? '' : ', { key }'}) => {`,
      `    ran.push(${transactional ? seen(name) : `\`${name} \${key}\``})`,
      '    if (failsBy) throw failsBy',
      `    return { id: ${transactional ? literal(name) : 'key'} }`,
      '  },',
      ...(asked.includes(name)
        ? [
            `  ask${pascal(name)}: async ({ key }) =>`,
            `    ran.includes(\`${name} \${key}\`) ? { found: 'happened', value: { id: key } } : { found: 'did_not_happen' },`,
          ]
        : []),
    ]),
    '}',
  ]
}

/** How often all effects have run, where each has run once. */
function times({ effects }: Answers, runs: number): string {
  return String(runs * effects.length)
}

function duplicate(answers: Answers, call: string): string[] {
  return [
    `test('a retry gets what the first call came to, and nothing runs', async () => {`,
    '  const call = newCall()',
    `  const first = await ${call}(call)`,
    `  const retry = await ${call}(call)`,
    ...(call === 'onMessage'
      ? [`  assert.deepEqual([first, retry], [{ then: 'acknowledge' }, { then: 'acknowledge' }])`]
      : ['  assert.deepEqual(retry.value, first.value)', '  assert.equal(retry.replayed, true)']),
    `  assert.equal(ran.length, ${times(answers, 1)})`,
    `  const scope = { tenant: call.tenant, operation: ${literal(answers.operation.name)}, key: call.key }`,
    `  await expectReceipt(store, scope, { place: 'succeeded', attempt: 1 })`,
    '})',
  ]
}

function concurrent(answers: Answers, call: string): string[] {
  const many = requestsOf(answers)
  return [
    `test('${many} at once are one run', async () => {`,
    '  const call = newCall()',
    `  ${call === 'onMessage' ? '' : 'const all = '}await Promise.all(Array.from({ length: ${many} }, () => ${call}(call)))`,
    ...(call === 'onMessage'
      ? [`  assert.deepEqual(await onMessage(call), { then: 'acknowledge' })`]
      : ['  assert.equal(all.filter(({ replayed }) => !replayed).length, 1)']),
    `  assert.equal(ran.length, ${times(answers, 1)})`,
    '})',
  ]
}

function conflict(answers: Answers, call: string): string[] {
  return [
    `test('the same key with another request is refused, and nothing runs', async () => {`,
    '  const call = newCall()',
    `  await ${call}(call)`,
    '  const other = { ...call, request: { amount: 2 } }',
    ...(call === 'onMessage'
      ? [`  assert.equal((await onMessage(other)).then, 'set_aside')`]
      : [`  await assert.rejects(once(other), { code: 'key_conflict' })`]),
    `  assert.equal(ran.length, ${times(answers, 1)})`,
    '})',
  ]
}

function rolledBack(answers: Answers, call: string): string[] {
  return [
    `test('a run that fails leaves nothing, and the retry runs', async () => {`,
    '  const call = newCall()',
    `  failsBy = new Error('a constraint is violated')`,
    ...(call === 'onMessage'
      ? [`  assert.equal((await onMessage(call)).then, 'deliver_again')`]
      : ['  await assert.rejects(once(call), /a constraint is violated/)']),
    '  failsBy = undefined',
    '  ran = []',
    `  ${call === 'onMessage' ? `assert.deepEqual(await onMessage(call), { then: 'acknowledge' })` : 'assert.equal((await once(call)).replayed, false)'}`,
    `  assert.equal(ran.length, ${times(answers, 1)})`,
    '})',
  ]
}

const LOST = `  failsBy = Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' })`

function brokenOff(answers: Answers, { recovery }: Decision, call: string): string[] {
  const queue = call === 'onMessage'
  const first = answers.effects[0]?.name ?? ''
  const refused = queue ? `assert.equal((await onMessage(call)).then, 'deliver_again')` : ''
  if (recovery.is === 'operator') {
    return [
      `test('where the answer is lost the receipt is held, and no retry runs', async () => {`,
      '  const call = newCall()',
      LOST,
      `  ${refused || `await assert.rejects(once(call), { code: 'outcome_unknown' })`}`,
      '  failsBy = undefined',
      `  ${refused || `await assert.rejects(once(call), { code: 'outcome_unknown' })`}`,
      '  assert.equal(ran.length, 1)',
      '})',
    ]
  }
  const ends = queue ? `assert.deepEqual(await onMessage(call), { then: 'acknowledge' })` : 'await once(call)'
  if (recovery.is === 'asked') {
    return [
      `test('where the answer is lost a retry asks what happened, and does not repeat it', async () => {`,
      '  const call = newCall()',
      LOST,
      `  ${refused || 'await once(call).catch(() => undefined)'}`,
      '  failsBy = undefined',
      `  ${ends}`,
      `  assert.equal(ran.filter((each) => each.startsWith('${first} ')).length, 1)`,
      '})',
    ]
  }
  return [
    `test('where the answer is lost the retry runs, under the same derived key', async () => {`,
    '  const call = newCall()',
    LOST,
    `  ${refused || 'await once(call).catch(() => undefined)'}`,
    '  failsBy = undefined',
    `  ${ends}`,
    `  const keys = ran.filter((each) => each.startsWith('${first} '))`,
    '  assert.equal(new Set(keys).size, 1)',
    '})',
  ]
}
