import type { Answers } from '../answers/answers.ts'
import type { Decision } from '../decision/decision.ts'
import { effectsInterface, recoverCode } from './code/effects.ts'
import { callFace, type Face, httpFace, queueFace } from './code/faces.ts'
import { camel, indented, literal } from './code/names.ts'
import { optionLines } from './code/options.ts'
import { runCode } from './code/run.ts'
import { storeCode } from './code/store.ts'

/** A module that is whole: it asks its reader for the effects alone. */
export function libraryCode(answers: Answers, decision: Decision): string {
  const name = camel(answers.operation.name)
  const store = storeCode(answers, decision)
  const face = faceOf(answers, decision)
  const transactional = decision.guarantee === 'transactional'
  const kind = transactional ? 'transactional' : 'operation'
  const body = [
    ...store.lines,
    ...runCode(answers, decision, store),
    `const operation = receipts.${kind}(${literal(answers.operation.name)}, {`,
    ...indented(optionLines(answers, decision, recoverCode(answers, decision, face.happened), face), 2),
    '})',
    ...face.lines,
    ...closing(face, store.closing),
  ]
  return [
    ...imports(
      face,
      store.imports,
      transactional,
      body.some((line) => line.includes('KeptRequest')),
    ),
    '',
    ...effectsInterface(answers, decision, store),
    ...(face.types.length === 0 ? [] : ['', ...face.types]),
    '',
    `export ${transactional ? '' : 'async '}function ${name}(effects: Effects) {`,
    ...indented(body, 2),
    '}',
    ...(face.helpers.length === 0 ? [] : ['', ...face.helpers]),
  ].join('\n')
}

/** In a transaction HTTP has no face of its own: the handler calls the function. */
function faceOf(answers: Answers, decision: Decision): Face {
  switch (answers.operation.reachedBy) {
    case 'queue':
      return queueFace(answers, decision)
    case 'http':
      return decision.guarantee === 'transactional' ? callFace(decision) : httpFace(answers, decision)
    case 'call':
      return callFace(decision)
  }
}

function imports(face: Face, store: readonly string[], transactional: boolean, keeps: boolean): string[] {
  const names = [
    ...(transactional ? [] : ['type Attempt']),
    ...face.names,
    'createReceipts',
    ...(keeps ? ['type KeptRequest'] : []),
    ...(transactional ? [] : ['openStore']),
  ]
  const all = [...face.imports, ...store, `import { ${names.join(', ')} } from 'counterfoil'`]
  const rank = (line: string): number => (line.includes(`'node:`) ? 0 : line.includes(`'counterfoil`) ? 1 : 2)
  const from = (line: string): string => line.slice(line.lastIndexOf(' from '))
  return all.toSorted((one, other) => rank(one) - rank(other) || from(one).localeCompare(from(other)))
}

function closing(face: Face, more: readonly string[]): string[] {
  if (more.length === 0) return [`return { ${face.gives}, close: () => receipts.close() }`]
  return [
    'const close = async () => {',
    '  await receipts.close()',
    ...more.map((line) => `  ${line}`),
    '}',
    `return { ${face.gives}, close }`,
  ]
}
