import type { StoreDescription } from '../../core/index.ts'
import { askText } from './ask.ts'
import { migrationScript } from './migrations.ts'
import { type Names, namesOf } from './names.ts'
import { replaceText } from './replace.ts'
import { readUrl } from './url.ts'

/** For humans: the tables, and the claim as it runs. */
export function describe(names: Names): StoreDescription {
  return {
    schema: migrationScript(names).trim(),
    claim: `-- One statement claims what is not there, and reads what is:
${askText(names).trim()};

-- decideClaim(receipt, request, now) decides on what was read. Where it says claimed, the next receipt is written if the row
-- is still that version:
${replaceText(names).trim()};`,
  }
}

/** What the store at this URL keeps, and its claim: nothing is asked of a server. @throws {StoreUrlInvalid | OptionInvalid} */
export function describePostgres(url: string): StoreDescription {
  return describe(namesOf(readUrl(url).options))
}
