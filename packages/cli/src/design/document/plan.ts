import type { Design, Section } from './design.ts'
export function planSection(_design: Design): Section {
  return { title: 'Concurrency test plan', text: 'TODO' }
}
